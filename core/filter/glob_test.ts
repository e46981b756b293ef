import { assert, assertEquals } from "../../tests/assert.ts";
import { asciiLower } from "../base/mod.ts";
import { Glob } from "./glob.ts";

Deno.test("Glob matches as fnmatch(3) does", () => {
  const cases: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
    ["", "", true],
    ["*", "", true],
    ["*", "/a/.b", true],
    ["a*c", "abbc", true],
    ["a*c", "abbd", false],
    ["*a*b*", "xxaxxbxx", true],
    ["?", "", false],
    ["?", "é", true],
    ["?", "😀", true],
    ["/home/*/.ssh/*", "/home/a/b/.ssh/id", true],
    ["/home/*/.ssh/*", "/home/a/.ssh", false],
    ["[abc]x", "bx", true],
    ["[!abc]x", "bx", false],
    ["[^abc]x", "dx", true],
    ["[a-c]", "b", true],
    ["[c-a]", "b", false],
    ["[]a]", "]", true],
    ["[!]a]", "]", false],
    ["[a-]", "-", true],
    ["[[:digit:]x]", "7", true],
    ["[[:digit:]x]", "x", true],
    ["[[:nope:]]", "a", false],
    ["[[=a=]]", "a", true],
    ["[\\]]", "]", true],
    ["\\*", "*", true],
    ["\\*", "a", false],
    ["a\\", "a\\", false],
    ["[a", "[a", true],
    ["[", "[", true],
    ["a[", "ab", false],
    ["ABC", "abc", false],
  ];
  for (const [pattern, text, matches] of cases) {
    assertEquals(new Glob(pattern).matches(text), matches, `${pattern} on ${text}`);
  }
});

Deno.test("Glob ignores case of ASCII letters only, when asked", () => {
  const glob = (pattern: string) => new Glob(pattern, { ignoreCase: true });
  assertEquals(glob("/ETC/*").matches("/etc/Shadow"), true);
  assertEquals(glob("É").matches("é"), false);
  assertEquals(asciiLower("ÀBC"), "Àbc");
});

Deno.test("Glob needs no time that explodes with the number of stars", () => {
  const pattern = "*a".repeat(30) + "b";
  assert(!new Glob(pattern).matches("a".repeat(20_000)));
});
