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

Deno.test("Glob finds every row where it comes first, of any length and any characters", () => {
  const text = "a".repeat(60_000);
  assertEquals(new Glob("*a".repeat(30) + "b").matches(text), false);
  for (const length of [1, 31, 32, 33, 64, 100, 1000]) {
    const row = "a?".repeat(length / 2) + "a".repeat(length % 2);
    assertEquals(new Glob(`*${row}b*`).matches(text), false, `${length}`);
    assertEquals(new Glob(`*${row}b*[c]`).matches(`${text}b😀c`), true, `${length}`);
    assertEquals(new Glob(`?${row}`).matches("é" + "a".repeat(length)), true, `${length}`);
    assertEquals(
      new Glob(`*b?${row}`).matches(`${text}b😀${"a".repeat(length)}`),
      true,
      `${length}`,
    );
  }
  assertEquals(new Glob("*[b]*a").matches("a"), false);
  assertEquals(new Glob("*a?*?a").matches("aaa"), false);
  assertEquals(new Glob("*a?*?a").matches("aaaa"), true);
});

Deno.test("Glob bounds patterns, which may be the values of fields", () => {
  assertEquals(Glob.problem("x".repeat(100_000)), undefined);
  assertEquals(Glob.problem(`${"x".repeat(100_000)}*`), undefined);
  assertEquals(Glob.problem("?".repeat(1024)), undefined);
  assert(Glob.problem("?".repeat(1025))!.message.startsWith("it has 1025 characters"));
  assertEquals(new Glob("?".repeat(1025)).matches("x".repeat(1025)), false);
  // Each of these could be the beginning of a set, up to the end of the pattern.
  for (const pattern of ["[", "[a", "[!", "[[:alpha:"]) {
    const text = pattern.repeat(200_000);
    assert(new Glob(text).matches(text), pattern);
  }
  // An escaped bracket closes nothing.
  assert(new Glob("[\\]".repeat(200_000)).matches("[]".repeat(200_000)));
  assert(new Glob(`${"[\\]".repeat(50)}[[:digit:]]`).matches("5"));
});
