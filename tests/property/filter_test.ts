/**
 * Random conditions. `FILTER_CASES` sets how many, `FILTER_SEED` repeats a run; `deno task fuzz` does a
 * million of them.
 */
import process from "node:process";
import { Report, SourceText } from "../../core/base/mod.ts";
import { Glob } from "../../core/filter/glob.ts";
import { OPERATOR_NAMES, parseCondition } from "../../core/filter/mod.ts";
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
