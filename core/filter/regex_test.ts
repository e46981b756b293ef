import { assert, assertEquals } from "../../tests/assert.ts";
import { compileRegex, Regex } from "./regex.ts";

function matches(pattern: string, text: string): boolean | string {
  const regex = compileRegex(pattern);
  return regex instanceof Regex ? regex.matches(text) : `${regex.at}: ${regex.message}`;
}

Deno.test("Regex covers the whole text, as RE2's POSIX syntax reads the pattern", () => {
  const cases: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
    ["", "", true],
    ["", "a", false],
    ["a|b", "b", true],
    ["a|b", "ab", false],
    ["a|", "", true],
    ["(ab)*c", "ababc", true],
    ["a{2,3}", "aaaa", false],
    ["a{2,}", "aaaa", true],
    ["a{,2}", "a{,2}", true],
    ["x{2}{3}", "xxxxxx", true],
    ["a*?", "aa", true],
    [".*", "a\nb", false],
    ["[^a]*", "b\nb", true],
    ["^a$", "a", true],
    ["a\n^b$\n", "a\nb\n", true],
    ["a^b", "ab", false],
    ["()*b", "b", true],
    ["[]a]+", "]a", true],
    ["[a-]", "-", true],
    ["[[:alpha:]_]+", "ab_", true],
    ["[[:^alpha:]]", "1", true],
    ["[\\]x]", "]", true],
    ["\\x41\\x{1F600}\\.\\101", "A😀.A", true],
    ["é?.", "é😀", true],
    ["/proc/[0-9]+/environ", "/proc/12/environ", true],
  ];
  for (const [pattern, text, expected] of cases) {
    assertEquals(matches(pattern, text), expected, `${pattern} on ${JSON.stringify(text)}`);
  }
});

Deno.test("compileRegex() says what is wrong with a pattern and where", () => {
  const cases: readonly (readonly [pattern: string, problem: string])[] = [
    ["a(b", '1: "(" is never closed'],
    ["a)b", '1: ")" closes nothing'],
    ["[a", '0: "[" is never closed'],
    ["*a", '0: nothing stands before "*"'],
    ["a|+", '2: nothing stands before "+"'],
    ["(?i)a", '1: "(?" is not supported: groups have no options here'],
    ["\\d+", '0: "\\d" is not supported, write "[0-9]"'],
    ["\\q", '0: "\\q" is not a known escape'],
    ["(a)\\1", '3: "\\1" is not a known escape'],
    ["a\\", "1: the pattern ends inside an escape"],
    ["[z-a]", '1: range "z-a" runs backwards'],
    ["[a-c-e]", '4: "-" stands between ranges; put it first or last'],
    ["[[:foo:]]", '1: unknown character class "[:foo:]"'],
    ["a{1001}", '1: "{1001}" repeats more than 1000 times'],
    ["a{3,2}", '1: "{3,2}" ends before it begins'],
  ];
  for (const [pattern, problem] of cases) assertEquals(matches(pattern, ""), problem, pattern);
});

Deno.test("compileRegex() refuses patterns that multiply into huge programs", () => {
  assertEquals(
    matches("((a{1000}){1000}){1000}", ""),
    "0: the pattern repeats too much: it grows too large",
  );
  assertEquals(
    matches("(".repeat(500) + ")".repeat(500), ""),
    "200: more than 200 groups inside each other",
  );
  assertEquals(matches("(((){1000}){1000}){1000}", ""), true);
});

Deno.test("Regex needs time linear in the text where backtracking would explode", () => {
  assertEquals(matches("(x+x+)+y", "x".repeat(100_000)), false);
  assertEquals(matches("(a|aa)+$b?", "a".repeat(50_000)), true);
  assert(matches("(.*)(.*)(.*)(.*)(.*)[^x]", "x".repeat(20_000)) === false);
});

Deno.test("Regex forgets states instead of collecting them without end", () => {
  // "the 14th character from the end is a" has 2^14 states.
  const regex = compileRegex(`[ab]*a[ab]{13}`) as Regex;
  let seed = 1;
  const text = Array.from({ length: 20_000 }, () => {
    seed = seed * 48271 % 0x7fffffff;
    return seed & 1024 ? "a" : "b";
  }).join("");
  assertEquals(regex.matches(text), text.at(-14) === "a");
});
