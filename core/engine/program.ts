/** A ruleset made ready to run: for every event type the predicates of the rules that can match it. */
import { type Event, type EventKin, eventType as typeOfEvent } from "../event/mod.ts";
import {
  type CheckedCondition,
  emitCondition,
  EmitRefusal,
  foldForEventType,
  interpretCondition,
} from "../filter/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { State, Thread } from "../state/mod.ts";
import { Candidates, type FoldedRule, SharedClasses } from "./candidates.ts";

export type Predicate = (event: Event, state: State) => boolean;

export interface RunnableRule {
  readonly rule: Rule;
  /** True when the rule's condition holds; only to be asked for events of the type it was made for. */
  readonly matches: Predicate;
}

/** What an event is to be held against. */
export interface Found {
  /** In file order: all that may match. */
  readonly rules: readonly RunnableRule[];
  /** Which other events of the kin (`Event.kin`) match the same of them. */
  readonly shared: Shared;
}

/** With whom an event shares what it matches: with those of its kin, by threads of its class or by any. */
export type Shared = "nobody" | "its thread class" | "whole kin";

/** How conditions run: `emit` is the product, `interpret` the judge it is compared with. */
export type Evaluator = "emit" | "interpret";

/** The rules of one event type. */
export interface RulesOfType {
  /** In file order. */
  readonly all: readonly RunnableRule[];
  /** Those that may match the event in the view of `state`. */
  find(event: Event, state: State): Found;
  /** Whether it is known from others of the kin that no rule matches, whatever the view. */
  isQuiet(kin: EventKin, event: Event, state: State): boolean;
  /** Whether it is known that no rule matches any event of the kin. */
  isQuietWhoever(kin: EventKin): boolean;
  /** Whether it is known that none matches those of this thread; asked before there is an event. */
  isQuietBy(kin: EventKin, thread: Thread, state: State): boolean;
  /** To be called when none of the rules matched that were found for an event. */
  noteQuiet(kin: EventKin, event: Event, state: State): void;
  /** To be called when nothing was found for an event that its whole kin does not share. */
  noteQuietWhoever(kin: EventKin): void;
}

interface OfSource {
  readonly rules: readonly Rule[];
  readonly classes: SharedClasses;
  /** By event type; `NO_RULES` where no rule can match. */
  readonly byType: RulesOfType[];
}

const ALWAYS: Predicate = () => true;
export const NO_RULES = always([]);

/**
 * Rules of one ruleset by event type; a reload builds another one and swaps it in.
 *
 * A condition is specialised for a type when the first event of that type comes: what it says about
 * the type is decided then, and what is left becomes a function. Most types never come, and those that
 * do come all the time.
 */
export class Program {
  readonly #sources = new Map<string, OfSource>();
  readonly #evaluator: Evaluator;
  /** Events come from the same source most of the time. */
  #lastSource = "";
  #last: OfSource | undefined;

  constructor(readonly ruleset: Ruleset, evaluator: Evaluator = "emit") {
    this.#evaluator = evaluator;
    const enabled = ruleset.rules.filter((rule) => rule.enabled);
    for (const [source, rules] of Map.groupBy(enabled, (rule) => rule.source)) {
      this.#sources.set(source, { rules, classes: new SharedClasses(), byType: [] });
    }
  }

  /** The rules for events of this type; `NO_RULES` when there are none for any. */
  rulesFor(source: string, eventType: number): RulesOfType {
    if (source !== this.#lastSource) {
      this.#lastSource = source;
      this.#last = this.#sources.get(source);
    }
    const ofSource = this.#last;
    if (ofSource === undefined) return NO_RULES;
    return ofSource.byType[eventType] ??= this.#specialise(ofSource, eventType);
  }

  #specialise({ rules, classes }: OfSource, eventType: number): RulesOfType {
    const possible = rules.filter((rule) => rule.eventTypes.has(eventType));
    // The judge sees conditions as they are and all of them, so that it also judges what follows.
    if (this.#evaluator === "interpret") {
      return possible.length === 0 ? NO_RULES : always(possible.map(interpreted));
    }
    const folded: FoldedRule[] = [];
    for (const rule of possible) {
      const condition = foldForEventType(rule.condition, eventType);
      if (condition !== false) folded.push({ rule: emitted(rule, condition), condition });
    }
    if (folded.length === 0) return NO_RULES;
    return new Candidates(eventType, folded, classes, { afresh: runsProgram(eventType) });
  }
}

/** Another program in the process. */
function runsProgram(code: number): boolean {
  const name = typeOfEvent(code)?.name;
  return name === "execve" || name === "execveat";
}

function always(rules: readonly RunnableRule[]): RulesOfType {
  const found: Found = { rules, shared: "nobody" };
  return {
    all: rules,
    find: () => found,
    isQuiet: () => false,
    isQuietWhoever: () => false,
    isQuietBy: () => false,
    noteQuiet: () => {},
    noteQuietWhoever: () => {},
  };
}

function interpreted(rule: Rule): RunnableRule {
  return { rule, matches: (event, state) => interpretCondition(rule.condition, event, state) };
}

/** The function is made when it is first asked: a table keeps most events from most rules. */
function emitted(rule: Rule, condition: CheckedCondition | true): RunnableRule {
  if (condition === true) return { rule, matches: ALWAYS };
  const runnable: { readonly rule: Rule; matches: Predicate } = {
    rule,
    matches: (event, state) => {
      runnable.matches = predicateOf(condition);
      return runnable.matches(event, state);
    },
  };
  return runnable;
}

/** The emitted function, or the interpreter for the few conditions the emitter refuses. */
function predicateOf(condition: CheckedCondition): Predicate {
  try {
    return emitCondition(condition);
  } catch (error) {
    if (!(error instanceof EmitRefusal)) throw error;
    return (event, state) => interpretCondition(condition, event, state);
  }
}
