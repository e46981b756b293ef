/** A ruleset made ready to run: for every event type the predicates of the rules that can match it. */
import type { Event } from "../event/mod.ts";
import {
  type CheckedCondition,
  emitCondition,
  EmitRefusal,
  foldForEventType,
  interpretCondition,
} from "../filter/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { State } from "../state/mod.ts";

export type Predicate = (event: Event, state: State) => boolean;

export interface RunnableRule {
  readonly rule: Rule;
  /** True when the rule's condition holds; only to be asked for events of the type it was made for. */
  readonly matches: Predicate;
}

/** How conditions run: `emit` is the product, `interpret` the judge it is compared with. */
export type Evaluator = "emit" | "interpret";

const ALWAYS: Predicate = () => true;

/**
 * Rules of one ruleset by event type; a reload builds another one and swaps it in.
 *
 * A condition is specialised for a type when the first event of that type comes: what it says about
 * the type is decided then, and what is left becomes a function. Most types never come, and those that
 * do come all the time.
 */
export class Program {
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;
  readonly #bySource = new Map<string, (readonly RunnableRule[])[]>();
  readonly #evaluator: Evaluator;

  constructor(readonly ruleset: Ruleset, evaluator: Evaluator = "emit") {
    this.#evaluator = evaluator;
    this.#rules = Map.groupBy(
      ruleset.rules.filter((rule) => rule.enabled),
      (rule) => rule.source,
    );
    for (const source of this.#rules.keys()) this.#bySource.set(source, []);
  }

  /** Rules that may match, in file order. */
  rulesFor(source: string, eventType: number): readonly RunnableRule[] {
    const byType = this.#bySource.get(source);
    if (byType === undefined) return [];
    return byType[eventType] ??= this.#specialise(source, eventType);
  }

  #specialise(source: string, eventType: number): readonly RunnableRule[] {
    const runnable: RunnableRule[] = [];
    for (const rule of this.#rules.get(source) ?? []) {
      if (!rule.eventTypes.has(eventType)) continue;
      const matches = predicateOf(rule.condition, eventType, this.#evaluator);
      if (matches) runnable.push({ rule, matches });
    }
    return runnable;
  }
}

/**
 * The emitted function, or the interpreter for the few conditions the emitter refuses; absent when no
 * event of the type can match. The judge sees conditions as they are, so that it also judges folding.
 */
function predicateOf(
  condition: CheckedCondition,
  eventType: number,
  evaluator: Evaluator,
): Predicate | undefined {
  if (evaluator === "interpret") {
    return (event, state) => interpretCondition(condition, event, state);
  }
  const folded = foldForEventType(condition, eventType);
  if (typeof folded === "boolean") return folded ? ALWAYS : undefined;
  try {
    return emitCondition(folded);
  } catch (error) {
    if (!(error instanceof EmitRefusal)) throw error;
    return (event, state) => interpretCondition(folded, event, state);
  }
}
