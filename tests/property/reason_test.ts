/** What the reasoner calls impossible is never true. `FILTER_CASES` and `FILTER_SEED` as in filter_test. */
import process from "node:process";
import { parseAddress } from "../../core/base/ip.ts";
import { Report, SourceText } from "../../core/base/mod.ts";
import type { Event } from "../../core/event/mod.ts";
import type { FieldValue } from "../../core/field/mod.ts";
import {
  Budget,
  type CheckedCondition,
  interpretCondition,
  Reasoner,
  splitClaim,
} from "../../core/filter/mod.ts";
import { check, type Values } from "../../core/filter/testing.ts";
import { lintShadows, type Rule, type Ruleset } from "../../core/rule/mod.ts";
import type { State } from "../../core/state/mod.ts";
import { assert } from "../assert.ts";
import { ConditionAuthor, otherValues, randomValues } from "./condition_author.ts";
import { Random } from "./random.ts";

const SEED = Number(process.env.FILTER_SEED ?? 20260701);
const CASES = Number(process.env.FILTER_CASES ?? 3000);

Deno.test(`Reasoner.refute() never calls impossible what an event makes true (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  for (let i = 0; i < CASES; i++) {
    const values = randomValues(dice);
    const { text, definitions } = new ConditionAuthor(dice, values).write();
    const { condition } = check(text, definitions);
    if (!condition) continue;
    judge(condition, text, [values, otherValues(dice, values), otherValues(dice, values)]);
  }
});

Deno.test(`Reasoner.refute() is right about checks of few fields and values (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  let refuted = 0;
  for (let i = 0; i < CASES; i++) {
    const author = new NarrowAuthor(dice);
    const text = author.condition(dice.below(4));
    const { condition, report } = check(text);
    assert(condition, `${text}: ${report.diagnostics[0]?.title}`);
    const events = Array.from({ length: 40 }, () => author.values());
    if (judge(condition, text, events)) refuted++;
  }
  const share = refuted / CASES;
  assert(share > 0.08 && share < 0.5, `${share} of the conditions are impossible or certain`);
});

Deno.test(`lintShadows() names only rules whose events an earlier one all matches (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  let told = 0;
  for (let i = 0; i < CASES; i++) {
    const author = new NarrowAuthor(dice);
    const texts = [author.condition(dice.below(3)), author.condition(dice.below(3))];
    const [earlier, later] = texts.map((text) => check(text).condition!) as [
      CheckedCondition,
      CheckedCondition,
    ];
    const report = new Report();
    lintShadows({ rules: [ruleOf(earlier), ruleOf(later)] } as unknown as Ruleset, report);
    if (report.diagnostics.length === 0) continue;
    told++;
    for (let j = 0; j < 40; j++) {
      const values = author.values();
      const [first, second] = [earlier, later].map((condition) =>
        interpretCondition(condition, values as unknown as Event, {} as State)
      );
      assert(first || !second, `${texts.join(" does not take all from ")}: ${show(values)}`);
    }
  }
  assert(told > CASES / 50, `${told} of ${CASES}`);
});

Deno.test(`lintShadows() leaves out no rule that follows from another (seed ${SEED})`, () => {
  const dice = new Random(SEED);
  let following = 0;
  for (let i = 0; i < CASES; i++) {
    const author = new NarrowAuthor(dice);
    const texts = [author.condition(dice.below(3)), author.condition(dice.below(3))];
    const [earlier, later] = texts.map((text) => check(text).condition!) as [
      CheckedCondition,
      CheckedCondition,
    ];
    const reasoner = new Reasoner(new Budget(1_000_000), { emptyLists: true });
    if (reasoner.refute([{ condition: later, holds: true }])) continue;
    reasoner.take([{ condition: later, holds: true }]);
    const follows = splitClaim({ condition: earlier, holds: true })
      .every(({ condition, holds }) => reasoner.refute([{ condition, holds: !holds }]));
    if (!follows) continue;
    following++;
    const report = new Report();
    lintShadows({ rules: [ruleOf(earlier), ruleOf(later)] } as unknown as Ruleset, report);
    assert(report.diagnostics.length === 1, texts.join(" takes all from "));
  }
  assert(following > CASES / 50, `${following} of ${CASES}`);
});

function ruleOf(condition: CheckedCondition): Partial<Rule> {
  const at = new SourceText("<test>", "").all;
  return { name: "r", source: "syscall", enabled: true, eventTypes: new Set(), condition, at };
}

/** Returns whether the condition or its contrary was called impossible. */
function judge(condition: CheckedCondition, text: string, events: readonly Values[]): boolean {
  const reasoner = new Reasoner(new Budget(1_000_000));
  let found = false;
  for (const holds of [true, false]) {
    if (!reasoner.refute([{ condition, holds }])) continue;
    found = true;
    for (const values of events) {
      const truth = interpretCondition(condition, values as unknown as Event, {} as State);
      assert(truth !== holds, `said to be never ${holds}: ${text} with ${show(values)}`);
    }
  }
  assert(reasoner.mark === 0, "facts are left behind");
  return found;
}

function show(values: Values): string {
  return JSON.stringify(values, (_key, value) => typeof value === "bigint" ? `${value}n` : value);
}

/** Few enough fields and constants that checks often concern each other. */
class NarrowAuthor {
  readonly #fields: readonly (keyof typeof CONSTANTS)[];

  constructor(readonly dice: Random) {
    const names = Object.keys(CONSTANTS) as (keyof typeof CONSTANTS)[];
    this.#fields = [dice.pick(names), dice.pick(names)];
  }

  condition(depth: number): string {
    const { dice } = this;
    if (depth === 0) return this.#leaf();
    const part = () => this.condition(depth - 1);
    const word = dice.pick(["and", "and", "or"]);
    return `${dice.pick(["", "", "not "])}(${part()} ${word} ${part()})`;
  }

  #leaf(): string {
    const { dice } = this;
    const field = dice.pick(this.#fields);
    const not = dice.pick(["", "not "]);
    if (dice.below(8) === 0) return `${not}${field} exists`;
    const { constants, operators } = CONSTANTS[field];
    const list = () => `(${[1, 2, 3].slice(dice.below(3)).map(() => dice.pick(constants)).join()})`;
    const operator = dice.pick(operators);
    if (/^(?:in|intersects|pmatch)$/.test(operator)) return `${not}${field} ${operator} ${list()}`;
    if (!/[<>]/.test(operator) && dice.below(4) === 0) {
      return `${not}${field} ${operator} ${dice.pick(["anyof", "allof", "oneof"])} ${list()}`;
    }
    return `${not}${field} ${operator} ${dice.pick(constants)}`;
  }

  values(): Values {
    const { dice } = this;
    return Object.fromEntries(
      this.#fields.map((field) => {
        const { values, several }: Range = CONSTANTS[field];
        if (dice.below(6) === 0) return [field, undefined];
        const some = () => [0, 1, 2].slice(dice.below(4)).map(() => dice.pick(values));
        return [field, (several ? some() : dice.pick(values)) as FieldValue];
      }),
    );
  }
}

interface Range {
  readonly constants: readonly string[];
  readonly operators: readonly string[];
  readonly values: readonly FieldValue[];
  readonly several?: boolean;
}

const EQUALITY = ["=", "!=", "in"];
const TEXT = [...EQUALITY, "startswith", "endswith", "contains", "icontains", "glob", "pmatch"];
const TEXTS = ["/a", "/a/b", "/A", "b", "/b", "ab", "''", "/a/*"];
const NUMBERS = ["0", "1", "2", "3", "5"];
const ADDRESSES = ["10.0.0.1", "10.0.0.2", "::1"];

function texts(several?: boolean): Range {
  const values = [...TEXTS.filter((text) => text !== "''"), "", "/a/b/c", "a", "/ab", "B"];
  return { constants: TEXTS, operators: TEXT, values, ...several && { several } };
}

const CONSTANTS = {
  "proc.name": texts(),
  "fd.name": texts(),
  "proc.aname": texts(true),
  "proc.pid": {
    constants: NUMBERS,
    operators: [...EQUALITY, "<", "<=", ">", ">="],
    values: [0, 1, 2n, 3, 4, 5n, 6],
  },
  "test.double": {
    constants: NUMBERS,
    operators: [...EQUALITY, "<", "<=", ">", ">="],
    values: [0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5],
  },
  "evt.is_open": { constants: ["true", "false"], operators: EQUALITY, values: [true, false] },
  "fd.sip": {
    constants: ADDRESSES,
    operators: EQUALITY,
    values: ADDRESSES.map((text) => parseAddress(text)!),
  },
  "fd.net": {
    constants: ["10.0.0.0/8", "10.0.0.1/32", "0.0.0.0/0", "::/1"],
    operators: EQUALITY,
    values: ADDRESSES.map((text) => parseAddress(text)!),
    several: true,
  },
  "fd.port": { constants: NUMBERS, operators: EQUALITY, values: [0, 1, 2, 3, 4], several: true },
  "fd.types": {
    constants: ["a", "b", "c"],
    operators: ["in", "intersects"],
    values: ["a", "b", "d"],
    several: true,
  },
} as const satisfies Readonly<Record<string, Range>>;
