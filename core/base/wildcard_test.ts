import { assertEquals } from "../../tests/assert.ts";
import { matchesWildcard } from "./wildcard.ts";

Deno.test("matchesWildcard() lets * stand for any text", () => {
  const cases: [string, string, boolean][] = [
    ["*", "", true],
    ["a*", "abc", true],
    ["*c", "abc", true],
    ["a*c", "abc", true],
    ["a*b*c", "aXbYc", true],
    ["a*b*c", "aXcYb", false],
    ["ab*ba", "aba", false],
    ["abc", "abcd", false],
    ["*hello*", "say hello there", true],
    ["", "", true],
    ["a**b", "ab", true],
  ];
  for (const [pattern, text, expected] of cases) {
    assertEquals(matchesWildcard(pattern, text), expected, `${pattern} on ${text}`);
  }
});
