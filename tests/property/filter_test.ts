/**
 * Random conditions. `FILTER_CASES` sets how many, `FILTER_SEED` repeats a run; `deno task fuzz` does a
 * million of them.
 */
import process from "node:process";
import { Report, SourceText } from "../../core/base/mod.ts";
import { Alphabet } from "../../core/filter/_alphabet.ts";
import { BitProgram } from "../../core/filter/_regex_bits.ts";
import { type Expression, parsePattern } from "../../core/filter/_regex_parser.ts";
import { programOf, setsOf } from "../../core/filter/_regex_program.ts";
import { Glob } from "../../core/filter/glob.ts";
import { OPERATOR_NAMES, parseCondition } from "../../core/filter/mod.ts";
import { compileRegex, Regex } from "../../core/filter/regex.ts";
import { check } from "../../core/filter/testing.ts";
import { assert, assertEquals } from "../assert.ts";
import { ConditionAuthor, randomValues, times } from "./condition_author.ts";
import { judgeConditions } from "./condition_judge.ts";
import { Random } from "./random.ts";

const SEED = Number(process.env.FILTER_SEED ?? 20260701);
const CASES = Number(process.env.FILTER_CASES ?? 3000);

Deno.test(`conditions mean the same interpreted, emitted, printed and folded (seed ${SEED})`, () => {
  const { all, byOperator } = judgeConditions(SEED, CASES);
  const share = all.true / all.judged;
  assert(share > 0.35 && share < 0.65, `${share} of the conditions are true`);
  const unknown = OPERATOR_NAMES.filter((name) => !byOperator.has(name));
  assertEquals(unknown, [], "operators never tried alone");
});

Deno.test(`parseCondition() reports or succeeds for any row of tokens (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  const tokens = [
    ...OPERATOR_NAMES,
    ..."()[],.'\"\\ \n\t\0é😀",
    "and",
    "or",
    "not",
    "proc.name",
    "evt.arg",
    "in",
    "val(",
    "len(",
    "join(",
    "0x1f",
    "-1.5e+3",
    "oneof ",
    "\\x",
    "$&",
    "\ud800",
  ];
  for (let i = 0; i < CASES; i++) {
    const text = times(dice, 20, () => dice.pick(tokens) + dice.pick(["", " "])).join("");
    const report = new Report();
    const condition = parseCondition(new SourceText("<test>", text), report);
    assertEquals(condition === undefined, report.hasErrors, JSON.stringify(text));
    for (const { at } of report.diagnostics) {
      const fits = at!.start >= 0 && at!.start <= at!.end && at!.end <= text.length;
      assert(fits, `${JSON.stringify(text)}: ${at!.start} to ${at!.end}`);
    }
    if (condition) check(text);
  }
});

Deno.test(`checkCondition() reports or succeeds for damaged conditions (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const { text, definitions } = new ConditionAuthor(dice, randomValues(dice)).write();
    const at = dice.below(text.length);
    const damaged = text.slice(0, at) + dice.pick(["", "(", "'", "9", " in ", ".", "x"]) +
      text.slice(at + dice.below(4));
    const { condition, report } = check(damaged, definitions);
    assertEquals(condition === undefined, report.hasErrors, damaged);
  }
});

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
      const text = times(dice, 6, () => dice.pick(["a", "b", "c", "\n"])).join("");
      const expected = judge.test(text);
      assertEquals(regex.matches(text), expected, `${source} on ${JSON.stringify(text)}`);
      assertEquals(byPlaces?.matches(text) ?? expected, expected, `${source} by places`);
    }
  }
});

Deno.test(`Glob agrees with the expression it stands for (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  const pieces = { "*": ".*", "?": ".", a: "a", b: "b", "[ab]": "[ab]", "[!a]": "[^a]" };
  for (let i = 0; i < CASES; i++) {
    const chosen = times(dice, 6, () => dice.pick(Object.entries(pieces)));
    const glob = new Glob(chosen.map(([piece]) => piece).join(""));
    const judge = new RegExp(`^${chosen.map(([, piece]) => piece).join("")}$`, "su");
    const text = times(dice, 8, () => dice.pick(["a", "b", "c"])).join("");
    assertEquals(glob.matches(text), judge.test(text), `${judge} on ${text}`);
  }
});
