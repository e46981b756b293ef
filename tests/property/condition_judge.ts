/** Random conditions, each held against everything else that knows what it means. */
import { Report, SourceText } from "../../core/base/mod.ts";
import { type Event, eventType } from "../../core/event/mod.ts";
import {
  type CheckedCondition,
  type Condition,
  eventTypesOf,
  foldForEventType,
  interpretCondition,
  parseCondition,
  printCondition,
} from "../../core/filter/mod.ts";
import { bothWays, check, type Values } from "../../core/filter/testing.ts";
import type { State } from "../../core/state/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { ConditionAuthor, otherValues, randomValues, type Written } from "./condition_author.ts";
import { Random } from "./random.ts";

export interface Share {
  judged: number;
  true: number;
}

export interface ConditionTally {
  readonly all: Share;
  /** Of conditions that are a single check. */
  readonly byOperator: ReadonlyMap<string, Share>;
  readonly slowest: { readonly ms: number; readonly text: string };
}

/** Each condition is judged on three events that are alike, the first being the one it is about. */
const EVENTS = 3;

/** Throws at the first difference; the message says how to repeat it. */
export function judgeConditions(seed: number, count: number): ConditionTally {
  const dice = new Random(seed);
  const all: Share = { judged: 0, true: 0 };
  const byOperator = new Map<string, Share>();
  let slowest = { ms: 0, text: "" };
  for (let i = 0; i < count; i++) {
    const values = randomValues(dice);
    const written = new ConditionAuthor(dice, values).write();
    const events = [values];
    while (events.length < EVENTS) events.push(otherValues(dice, values));
    const start = performance.now();
    const truths = judge(written, events, `seed ${seed}, condition ${i}`);
    const ms = performance.now() - start;
    if (ms > slowest.ms) slowest = { ms, text: written.text };
    const shares = [all];
    if (written.operator) {
      const share = byOperator.get(written.operator) ?? { judged: 0, true: 0 };
      byOperator.set(written.operator, share);
      shares.push(share);
    }
    for (const share of shares) {
      share.judged += truths.length;
      share.true += truths.filter(Boolean).length;
    }
  }
  return { all, byOperator, slowest };
}

function judge(written: Written, events: readonly Values[], where: string): boolean[] {
  const { text, definitions } = written;
  const about = `${where}: ${text} with ${JSON.stringify(definitions)}`;
  const { condition, report } = check(text, definitions);
  const problem = report.diagnostics.find(({ severity }) => severity === "error");
  assert(condition, `${about}: ${problem?.title}`);
  const types = eventTypesOf(condition);
  const again = written.printable ? reprinted(written, about) : undefined;
  return events.map((values) => {
    const truth = bothWays(condition, values, about);
    if (again) assertEquals(bothWays(again, values, about), truth, `printed again: ${about}`);
    judgeFolded(condition, values, { truth, types, about });
    return truth;
  });
}

/** The condition read from its printed form; it must be the same tree. */
function reprinted({ text, definitions }: Written, about: string): CheckedCondition {
  const parsed = parseCondition(new SourceText("<test>", text), new Report())!;
  const printed = printCondition(parsed);
  const again = parseCondition(new SourceText("<test>", printed), new Report());
  assert(again, `${about} prints as ${printed}`);
  assertEquals(bare(again), bare(parsed), `${about} prints as ${printed}`);
  const { condition } = check(printed, definitions);
  assert(condition, `${about} prints as ${printed}`);
  return condition;
}

/** What a tree says, without places, quotes, and double negation. */
function bare(condition: Condition): unknown {
  const part = JSON.parse(
    JSON.stringify(
      condition,
      (key, value) =>
        key === "span" || key === "operatorSpan" || key === "quoted" || key === "bytes"
          ? undefined
          : value,
    ),
  );
  return withoutDoubleNot(part);
}

interface Tree {
  readonly kind: string;
  readonly child?: Tree;
  readonly children?: readonly Tree[];
}

function withoutDoubleNot(tree: Tree): unknown {
  if (tree.kind === "not" && tree.child?.kind === "not") return withoutDoubleNot(tree.child.child!);
  if (tree.child) return { ...tree, child: withoutDoubleNot(tree.child) };
  return tree.children ? { ...tree, children: tree.children.map(withoutDoubleNot) } : tree;
}

function judgeFolded(
  condition: CheckedCondition,
  values: Values,
  { truth, types, about }: { truth: boolean; types: ReadonlySet<number>; about: string },
): void {
  for (const code of types) {
    if (eventType(code)?.name !== values["evt.type"]) continue;
    const folded = foldForEventType(condition, code);
    const event = values as unknown as Event;
    const result = typeof folded === "boolean"
      ? folded
      : interpretCondition(folded, event, {} as State);
    assertEquals(result, truth, `folded for ${values["evt.type"]}: ${about}`);
    return;
  }
  // evt.num, evt.dir and syscall.type take any value here, so only the type itself can be wrong.
  if (!/evt\.(?:num|dir)|syscall\.type/.test(about)) assert(!truth, `type is missing: ${about}`);
}
