/** One rule test: whether its events raise the alerts they should. */
import type { Alert } from "../../alert/mod.ts";
import type { RuleMatching } from "../../engine/mod.ts";
import type { JsonValue } from "../../field/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";
import { explainRule } from "../explain/explain_rule.ts";
import { alertsOf, type Stage } from "../explain/judge.ts";
import { verdictOf } from "../explain/sentence.ts";
import { plainValue } from "../explain/tree.ts";
import type { BoundExpectation, RuleTest, TestEvent } from "./bind.ts";
import type { FieldExpectation } from "./read.ts";

export interface Failure {
  readonly kind: "missing" | "unexpected" | "different";
  readonly rule: string;
  /** One sentence. */
  readonly message: string;
  /** The event that it went wrong with. */
  readonly event: TestEvent;
  /** Both or none: as text. */
  readonly expected?: string;
  readonly found?: string;
}

/** Every event by itself, in a state of its own; empty: the test passed. */
export function failuresOf(
  test: RuleTest,
  ruleset: Ruleset,
  ruleMatching: RuleMatching,
): readonly Failure[] {
  return test.events.flatMap((event) =>
    [...failuresWith(event.stage, test, { ruleset, ruleMatching })]
      .map((failure) => ({ ...failure, event }))
  );
}

type Found = Omit<Failure, "event">;

function* failuresWith(
  stage: Stage,
  { source, expect, expectNot }: RuleTest,
  { ruleset, ruleMatching }: {
    readonly ruleset: Ruleset;
    readonly ruleMatching: RuleMatching;
  },
): Generator<Found> {
  const alerts = new Map(
    alertsOf(stage, ruleset, ruleMatching).map((alert) => [alert.rule, alert]),
  );
  for (const expectation of expect ?? []) {
    const alert = alerts.get(expectation.rule);
    if (alert) yield* differencesOf(alert, expectation);
    else yield missing(expectation.rule);
  }
  const unexpected = expect
    ? [...alerts.keys()].filter((name) => !expect.some(({ rule }) => rule === name))
    : expectNot.map(({ rule }) => rule).filter((name) => alerts.has(name));
  for (const rule of unexpected) {
    const message = `"${rule}" alerted and was not expected to: ${alerts.get(rule)!.message}`;
    yield { kind: "unexpected", rule, message };
  }

  function missing(name: string): Found {
    const rule = ruleset.rules.find((rule) => rule.name === name)!;
    const reason = rule.source === source
      ? verdictOf(explainRule(rule, ruleset, { stage, ruleMatching }))
      : `"${name}" judges events of source ${rule.source}, this one is of ${source}.`;
    return { kind: "missing", rule: name, message: `an alert was expected. ${reason}` };
  }
}

function* differencesOf(alert: Alert, expectation: BoundExpectation): Generator<Found> {
  const { rule, output, priority, fields } = expectation;
  const differs = (what: string, expected: string, found: string): Found => {
    return { kind: "different", rule, message: `${what} of "${rule}" differs`, expected, found };
  };
  if (output !== undefined && output !== alert.message) {
    yield differs("the output", output, alert.message);
  }
  if (priority !== undefined && priority !== alert.priority) {
    yield differs("the priority", priority, alert.priority);
  }
  for (const [name, expected] of fields) {
    const value = alert.fields.get(name);
    const found = value === undefined ? "not in the output" : textOf(value);
    if (value === undefined || found !== JSON.stringify(expected)) {
      yield differs(`field ${name}`, JSON.stringify(expected), found);
    }
  }
}

/** Values as tests write them, all of them texts: `3` and `"3"` are the same. */
function textOf(value: JsonValue): string {
  const texts = (value: unknown): FieldExpectation =>
    value === null ? null : Array.isArray(value) ? value.map(texts) : String(value);
  return JSON.stringify(texts(plainValue(value)));
}
