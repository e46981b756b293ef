import { assert, assertEquals } from "../../tests/assert.ts";
import { Random } from "../../tests/property/random.ts";
import { Alphabet } from "./_alphabet.ts";
import { BitProgram } from "./_regex_bits.ts";
import { type Expression, parsePattern } from "./_regex_parser.ts";
import { programOf, setsOf } from "./_regex_program.ts";
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

Deno.test("compileRegex() reads letters in any case where that is asked for", () => {
  const inAnyCase = (pattern: string) => {
    const regex = compileRegex(pattern, { anyCase: true });
    assert(regex instanceof Regex, pattern);
    return Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))
      .filter((character) => regex.matches(character)).join("");
  };
  const not = (pattern: string, without: string) =>
    assertEquals(inAnyCase(pattern), inAnyCase(".").replace(new RegExp(`[${without}]`, "g"), ""));
  assertEquals(inAnyCase("a"), "Aa");
  assertEquals(inAnyCase("[Z-a]"), "AZ[\\]^_`az");
  assertEquals(inAnyCase("[@-C1]"), "1@ABCabc");
  assertEquals(inAnyCase("\\x41|\\x{212a}|[\\x{17f}]"), "AKSaks");
  assertEquals(inAnyCase("[[:^lower:]x]").includes("a"), false);
  assertEquals(inAnyCase("[[:^lower:]x]").slice(-6), "`x{|}~");
  not("[^a]", "Aa");
  not("[^\\x{17f}]", "Ss");
  not("[^[:upper:]]", "A-Za-z");
  assertEquals(compileRegex("a") instanceof Regex && matches("a", "A"), false);
});

Deno.test("compileRegex() ends soon with very many classes that are not closed", () => {
  assertEquals(matches("[[:alpha:".repeat(40_000), ""), '0: "[" is never closed');
  const problem = String(matches(`${"[[:alpha:".repeat(40_000)}:]`, ""));
  assertEquals(
    /^1: unknown character class "\[:alpha:\[{2}:alpha:.{1,40}…:\]"$/.test(problem),
    true,
  );
});

const TOO_MANY_WAYS = "0: there are so many ways to match it that a text could take too long";

Deno.test("compileRegex() refuses patterns that multiply into huge programs", () => {
  assertEquals(
    matches("((a{1000}){1000}){1000}", ""),
    '10: "{1000}" repeats what is repeated already, more than 1000 times in all',
  );
  assertEquals(matches("(ab{2,}){501}", "").toString().slice(0, 3), "8: ");
  assertEquals(matches("((a{10}){10}){10}", "a".repeat(1000)), true);
  assertEquals(matches("a{1000}".repeat(21), ""), TOO_MANY_WAYS);
  assertEquals(matches("a".repeat(1_000_000), ""), TOO_MANY_WAYS);
  assertEquals(
    matches("(".repeat(500) + ")".repeat(500), ""),
    "200: more than 200 groups inside each other",
  );
});

Deno.test("compileRegex() reads repetition of repetition as one", () => {
  for (const sign of ["*", "+", "?", "{1}", "{0,1}", "{1,}"]) {
    assertEquals(matches(`a${sign.repeat(100_000)}`, "a"), true, sign);
  }
  assertEquals(matches(`a${"{0}".repeat(100_000)}`, ""), true);
  assertEquals(matches("(a?)+", "aaa"), true);
  assertEquals(matches("(a+)?", ""), true);
  assertEquals(matches("(a?)?", "aa"), false);
});

/** "The character that many places from the end is an a" has 2^count states. */
const fromTheEnd = (count: number) => `[ab]*a[ab]{${count}}`;

Deno.test("compileRegex() takes what 64 KB of text cannot make slow, and refuses the rest", () => {
  const words = Array.from({ length: 100 }, (_, i) => `word${i}tail${i * i}`).join("|");
  const manyCharacters = String.fromCodePoint(
    ...Array.from({ length: 1000 }, (_, i) => 0x4e00 + 2 * i),
  );
  const cases: readonly (readonly [pattern: string, kind: string])[] = [
    ["^(/usr)?/bin/(ba|z|da|c|tc|k)?sh$", "table"],
    [`.*(${words}).*`, "table"],
    [".*password.{0,200}secret.*", "table"],
    [".*[A-Za-z0-9+/]{100,}={0,2}.*", "table"],
    ["(.*)(.*)(.*)(.*)(.*)[^x]", "table"],
    ["((a|b|ab){1,9}b?){1,9}", "table"],
    ["[a-z]{1,1000}", "table"],
    [fromTheEnd(5), "table"],
    [fromTheEnd(30), "places"],
    [fromTheEnd(126), "places"],
    [fromTheEnd(127), "refused"],
    [".*(aa|ab|ba){90}c.*", "refused"],
    // Letters multiply as well: many characters to tell apart, and many places that read them all.
    [`${".".repeat(500)}${manyCharacters}`, "refused"],
  ];
  for (const [pattern, kind] of cases) {
    const regex = compileRegex(pattern);
    assertEquals(regex instanceof Regex ? regex.kind : "refused", kind, pattern.slice(0, 40));
  }
});

Deno.test("Regex answers the same by look-up and place by place", () => {
  let seed = 1;
  const text = Array.from({ length: 20_000 }, () => {
    seed = seed * 48271 % 0x7fffffff;
    return seed & 1024 ? "a" : "b";
  }).join("");
  for (const count of [0, 3, 6, 20, 40, 100, 126]) {
    assertEquals(matches(fromTheEnd(count), text), text.at(-count - 1) === "a", `${count}`);
  }
});

Deno.test("Regex reads long texts where backtracking would explode", () => {
  assertEquals(matches("(x+x+)+y", "x".repeat(100_000)), false);
  assertEquals(matches("(a|aa)+$b?", "a".repeat(50_000)), true);
  assertEquals(matches("(.*)(.*)(.*)(.*)(.*)[^x]", "x".repeat(20_000)), false);
});

const SEED = Number(Deno.env.get("FILTER_SEED") ?? 20260701);
const CASES = Number(Deno.env.get("FILTER_CASES") ?? 3000);

Deno.test(`Regex agrees with a backtracking engine on patterns both know (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  const pattern = (depth: number): string => {
    if (depth === 0) return dice.pick(["a", "b", ".", "[ab]", "[^a]", "", "^", "$", "\\n"]);
    const part = () => pattern(depth - 1);
    return dice.pick([
      () => part() + part(),
      () => `(${part()}|${part()})`,
      () => `(${part()})${dice.pick(["*", "+", "?", "{2}", "{1,3}", "{0,}", "{2,}"])}`,
    ])();
  };
  for (let i = 0; i < CASES; i++) {
    const source = pattern(4);
    const regex = compileRegex(source);
    assert(regex instanceof Regex, source);
    const program = programOf(parsePattern(source) as Expression)!;
    const byPlaces = BitProgram.of(program, new Alphabet(setsOf(program)));
    const judge = new RegExp(`(?<![^])(?:${source.replaceAll(".", "[^\n]")})(?![^])`, "um");
    for (let j = 0; j < 4; j++) {
      const text = Array.from({ length: dice.below(7) }, () => dice.pick(["a", "b", "c", "\n"]))
        .join("");
      const expected = judge.test(text);
      assertEquals(regex.matches(text), expected, `${source} on ${JSON.stringify(text)}`);
      assertEquals(byPlaces?.matches(text) ?? expected, expected, `${source} by places`);
    }
  }
});

Deno.test("compileRegex() refuses what takes much to be made when the effort of a run is spent", () => {
  const effort = { steps: 50_000 };
  const made = Array.from(
    { length: 20 },
    (_, i) => compileRegex(`x${i}(a|b){1,300}`, { effort }),
  );
  assert(made[0] instanceof Regex);
  const last = made.at(-1)!;
  assert(!(last instanceof Regex) && last.message.startsWith("all patterns together"));
  assert(effort.steps > -200_000, `${effort.steps}`);
  assert(compileRegex("a.*b", { effort }) instanceof Regex);
  assert(compileRegex("x19(a|b){1,300}") instanceof Regex);
});
