/** The engine: one event in, alerts out. */
import type { Alert, OutputValue } from "../alert/mod.ts";
import type { Event, EventKin } from "../event/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { State } from "../state/mod.ts";
import { type Rendered, withBothNames } from "./both_names.ts";
import type { AwaitedContainers } from "./held.ts";
import { LaterJudge } from "./later.ts";
import {
  type Evaluator,
  NO_RULES,
  Program,
  type RulesOfType,
  type RunnableRule,
} from "./program.ts";

/** Falco's `rule_matching`: the first rule that matches an event, or every one. */
export type RuleMatching = "first" | "all";

export interface EngineOptions {
  readonly ruleset: Ruleset;
  readonly state: State;
  readonly hostname: string;
  /** Synchronous and quick: it queues. */
  readonly deliver: (alert: Alert) => void;
  readonly ruleMatching?: RuleMatching;
  readonly evaluator?: Evaluator;
  /** Containers whose alerts wait for what they are called. */
  readonly awaited?: AwaitedContainers;
  /** Looks at every event once the state knows it, before rules do. Never throws. */
  readonly follow?: (event: Event) => void;
  /** Told once per distinct message when our own code failed on an event; the rule is skipped for it. */
  readonly onFault?: (error: Error) => void;
}

export interface EngineCounters {
  readonly events: number;
  readonly alerts: number;
  /** Alerts that waited for what their container is called, and went out without. */
  readonly alertsUnnamed: number;
  /** Events that hit a bug of ours; anything but 0 wants a report. */
  readonly faults: number;
  readonly alertsByRule: ReadonlyMap<string, number>;
}

const MAX_FAULTS_TOLD = 16;
const NONE: readonly RunnableRule[] = [];
const NO_FIELDS: ReadonlyMap<string, OutputValue> = new Map();

/** Owns the state; everything happens synchronously within `process`. */
export class Engine {
  #program: Program;
  #events = 0;
  #alerts = 0;
  #alertsUnnamed = 0;
  #faults = 0;
  readonly #alertsByRule = new Map<string, number>();
  readonly #faultsTold = new Set<string>();
  readonly #options: EngineOptions;
  readonly #state: State;
  #all: boolean;
  readonly #later: LaterJudge | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#all = options.ruleMatching === "all";
    this.#program = new Program(options.ruleset, options.evaluator);
    this.#later = options.awaited && new LaterJudge({
      state: options.state,
      awaited: options.awaited,
      all: () => this.#all,
      matches: (rule, event) => this.#matches(rule, event),
      deliver: (rule, { timeNs, unnamed, render }) => {
        if (unnamed) this.#alertsUnnamed++;
        this.#deliver(rule, timeNs, render);
      },
      fault: (error) => this.#fault(error),
    });
  }

  get ruleset(): Ruleset {
    return this.#program.ruleset;
  }

  /** Judges by other rules from the next event on; state and counters stay. */
  swap(ruleset: Ruleset, ruleMatching: RuleMatching = this.#all ? "all" : "first"): void {
    this.#all = ruleMatching === "all";
    this.#program = new Program(ruleset, this.#options.evaluator);
  }

  /** Never throws. The event is not referred to after this returns. */
  process(event: Event): void {
    const number = ++this.#events;
    // What was recorded has its number there.
    if (event.selfContained !== true) event.number = number;
    const state = this.#state;
    try {
      state.begin(event);
      this.#options.follow?.(event);
      const rules = this.#program.rulesFor(event.source, event.type);
      if (rules !== NO_RULES) this.#judge(rules, event);
    } catch (error) {
      this.#fault(error);
    }
    try {
      state.end(event);
    } catch (error) {
      this.#fault(error);
    }
  }

  /**
   * True when it is known that no rule matches an event of this kin by this thread: it counts as judged.
   * Nothing else is done, so it must change nothing. Never throws. In positions, because nothing is asked as often.
   */
  passes(
    source: string,
    eventType: number,
    kin: EventKin,
    threadId: number,
    processId: number,
  ): boolean {
    // Others look at all of them.
    if (this.#options.follow !== undefined) return false;
    try {
      if (!this.#isQuiet(source, eventType, kin, threadId, processId)) return false;
    } catch {
      // It goes wrong again in `process`, which tells of it.
      return false;
    }
    this.#events++;
    return true;
  }

  #isQuiet(
    source: string,
    eventType: number,
    kin: EventKin,
    threadId: number,
    processId: number,
  ): boolean {
    const rules = this.#program.rulesFor(source, eventType);
    if (rules.isQuietWhoever(kin)) return true;
    if (this.#options.awaited?.ids.size) return false;
    const thread = this.#state.processes.thread(threadId);
    return thread?.process.id === processId && rules.isQuietBy(kin, thread, this.#state);
  }

  /** No more is to come about a container that alerts wait for, or about any. */
  release(containerId?: string): void {
    this.#later?.release(containerId);
  }

  /**
   * Both views are judged on their own, so that an exception for one name cannot hide the other; a
   * rule that matched one view is not reported again for the second.
   */
  #judge(rules: RulesOfType, event: Event): void {
    if (this.#later?.takes(rules, event)) return;
    const state = this.#state;
    const { kin } = event;
    if (kin !== undefined && rules.isQuiet(kin, event, state)) return;
    const faults = this.#faults;
    const given = rules.find(event, state);
    const fired = this.#judgeView(given.rules, event, NONE);
    let isQuiet = fired === NONE && given.shared !== "nobody";
    let isQuietWhoever = given.shared === "whole kin";
    if (event.hasResolvedView) {
      state.view = "resolved";
      const resolved = rules.find(event, state);
      const more = this.#judgeView(resolved.rules, event, fired);
      isQuiet &&= more === NONE && resolved.shared !== "nobody";
      isQuietWhoever &&= resolved.shared === "whole kin";
    }
    if (kin === undefined || !isQuiet || this.#faults !== faults) return;
    if (isQuietWhoever) rules.noteQuietWhoever(kin);
    else rules.noteQuiet(kin, event, state);
  }

  /** Rules that matched; those among `told` have alerted before. */
  #judgeView(
    rules: readonly RunnableRule[],
    event: Event,
    told: readonly RunnableRule[],
  ): readonly RunnableRule[] {
    let fired: RunnableRule[] | undefined;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      if (!this.#matches(rule, event)) continue;
      if (!told.includes(rule)) this.#alert(rule.rule, event);
      (fired ??= []).push(rule);
      if (!this.#all) break;
    }
    return fired ?? NONE;
  }

  /** A rule that our own code fails on does not keep the others from the event. */
  #matches(rule: RunnableRule, event: Event): boolean {
    try {
      return rule.matches(event, this.#state);
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  #alert(rule: Rule, event: Event): void {
    this.#deliver(rule, event.timeNs, () => {
      const rendered = rule.output.render(event, this.#state);
      return event.hasResolvedView ? withBothNames(rendered, event, this.#state) : rendered;
    });
  }

  #deliver(rule: Rule, timeNs: bigint, render: () => Rendered): void {
    const { message, fields } = this.#rendered(rule, render);
    this.#alerts++;
    this.#alertsByRule.set(rule.name, (this.#alertsByRule.get(rule.name) ?? 0) + 1);
    this.#options.deliver({
      rule: rule.name,
      priority: rule.priority,
      source: rule.source,
      tags: rule.tags,
      timeNs,
      hostname: this.#options.hostname,
      message,
      fields,
    });
  }

  /** An alert goes out even when our own code fails on its output. */
  #rendered(rule: Rule, render: () => Rendered): Rendered {
    try {
      return render();
    } catch (error) {
      this.#fault(error);
      return {
        message: `the output of this rule could not be made: ${rule.name}`,
        fields: NO_FIELDS,
      };
    }
  }

  #fault(error: unknown): void {
    this.#faults++;
    const fault = error instanceof Error ? error : new Error(String(error));
    if (this.#faultsTold.size >= MAX_FAULTS_TOLD || this.#faultsTold.has(fault.message)) return;
    this.#faultsTold.add(fault.message);
    this.#options.onFault?.(fault);
  }

  counters(): EngineCounters {
    return {
      events: this.#events,
      alerts: this.#alerts,
      alertsUnnamed: this.#alertsUnnamed,
      faults: this.#faults,
      alertsByRule: this.#alertsByRule,
    };
  }
}
