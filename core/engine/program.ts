/** A ruleset made ready to run: for every event type the predicates of the rules that can match it. */
import {
  type CheckedCondition,
  emitCondition,
  EmitRefusal,
  interpretCondition,
} from "../filter/mod.ts";
import type { Event } from "../event/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { State } from "../state/mod.ts";

export type Predicate = (event: Event, state: State) => boolean;

export interface RunnableRule {
  readonly rule: Rule;
  /** Place in `Program.rules`; counters are kept by it. */
  readonly index: number;
  readonly matches: Predicate;
}

/** How conditions run: `emit` is the product, `interpret` the judge it is compared with. */
export type Evaluator = "emit" | "interpret";

const NONE: readonly RunnableRule[] = [];

/** Immutable; a reload builds another one and swaps it in. */
export class Program {
  readonly rules: readonly RunnableRule[];
  readonly #bySource = new Map<string, (readonly RunnableRule[] | undefined)[]>();

  constructor(readonly ruleset: Ruleset, evaluator: Evaluator = "emit") {
    this.rules = ruleset.rules.filter((rule) => rule.enabled).map((rule, index) => ({
      rule,
      index,
      matches: predicateOf(rule.condition, evaluator),
    }));
    for (const runnable of this.rules) {
      const { source, eventTypes } = runnable.rule;
      let byType = this.#bySource.get(source);
      if (!byType) this.#bySource.set(source, byType = []);
      for (const type of eventTypes) {
        const list = byType[type] as RunnableRule[] | undefined;
        if (list) list.push(runnable);
        else byType[type] = [runnable];
      }
    }
  }

  /** Rules that may match, in file order. */
  rulesFor(source: string, eventType: number): readonly RunnableRule[] {
    return this.#bySource.get(source)?.[eventType] ?? NONE;
  }
}

/** The emitted function, or the interpreter for the few conditions the emitter refuses. */
export function predicateOf(condition: CheckedCondition, evaluator: Evaluator): Predicate {
  if (evaluator === "emit") {
    try {
      return emitCondition(condition);
    } catch (error) {
      if (!(error instanceof EmitRefusal)) throw error;
    }
  }
  return (event, state) => interpretCondition(condition, event, state);
}
