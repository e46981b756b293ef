/**
 * Judges events of containers that their engine has not told of yet.
 *
 * What rules ask of the engine is then unknown, and both answers would be wrong: an exception for an
 * image does not apply yet, and a rule for an image does not match yet. So everything else is decided
 * at once, by the event. What is left are comparisons of the engine's words and outputs that lack
 * only those; they wait (`held.ts`) and are settled with what is known then: as Falco does at once,
 * where that is still nothing.
 */
import type { OutputValue } from "../alert/mod.ts";
import type { Event } from "../event/mod.ts";
import { GONE_EVENT, isToldLater } from "../field/mod.ts";
import {
  type CheckedCondition,
  fieldsOf,
  interpretCondition,
  settleCondition,
} from "../filter/mod.ts";
import type { Rule } from "../rule/mod.ts";
import { HOST_ID, type State, type Thread } from "../state/mod.ts";
import { type Rendered, withBothNames } from "./both_names.ts";
import { type AwaitedContainers, Held } from "./held.ts";
import type { RulesOfType, RunnableRule } from "./program.ts";

export interface LaterJudgeOptions {
  readonly state: State;
  readonly awaited: AwaitedContainers;
  /** Every rule that matches alerts, and not only the first. */
  readonly all: () => boolean;
  readonly matches: (rule: RunnableRule, event: Event) => boolean;
  readonly deliver: (rule: Rule, alert: LateAlert) => void;
  /** Our own code failed. */
  readonly fault: (error: unknown) => void;
}

export interface LateAlert {
  readonly timeNs: bigint;
  /** May throw. */
  readonly render: () => Rendered;
  /** The rule wanted to know the container better than anybody does. */
  readonly unnamed: boolean;
}

/** One rule that an event matches, or may match once the container is known. */
interface Verdict {
  readonly rule: Rule;
  /** `true` when nothing is open. */
  readonly rest: CheckedCondition | true;
  readonly render: (state: State) => Rendered;
}

/** All there is to say of one event. */
interface Judgement {
  readonly containerId: string;
  readonly thread: Thread | undefined;
  readonly timeNs: bigint;
  /** For each name of the event's file, in the order of the rules. */
  readonly views: readonly (readonly Verdict[])[];
}

export class LaterJudge {
  readonly #options: LaterJudgeOptions;
  readonly #held: Held<Judgement>;

  constructor(options: LaterJudgeOptions) {
    this.#options = options;
    const settle = (judgement: Judgement) => this.#settle(judgement);
    this.#held = new Held({ awaited: options.awaited, settle });
  }

  /** False for all events but those of containers that are being asked about. */
  takes(rules: RulesOfType, event: Event): boolean {
    const { state, awaited } = this.#options;
    if (awaited.ids.size === 0 || awaited.waitMs === 0) return false;
    const containerId = state.process?.containerId;
    if (containerId === undefined || containerId === HOST_ID) return false;
    if (!awaited.ids.has(containerId)) return false;
    this.#judge(rules, event, containerId);
    return true;
  }

  /** There is no more to come: about a container, or at all. */
  release(containerId?: string): void {
    this.#held.release(containerId);
  }

  #judge(rules: RulesOfType, event: Event, containerId: string): void {
    const { state } = this.#options;
    const views = [this.#verdicts(rules, event)];
    if (event.hasResolvedView) {
      state.view = "resolved";
      views.push(this.#verdicts(rules, event));
    }
    const verdicts = views.flat();
    if (verdicts.length === 0) return;
    const judgement = { containerId, thread: state.thread, timeNs: event.timeNs, views };
    if (verdicts.some(({ rule }) => isTold(rule))) this.#held.hold(judgement);
    else this.#settle(judgement);
  }

  /** The rules that match, or may match yet, up to the first that is certain to. */
  #verdicts(rules: RulesOfType, event: Event): readonly Verdict[] {
    const verdicts: Verdict[] = [];
    for (const runnable of rules.all) {
      const { rule } = runnable;
      const rest = isTold(rule)
        ? this.#openPart(rule, event)
        : this.#options.matches(runnable, event);
      if (rest === false) continue;
      verdicts.push({ rule, rest, render: this.#renderLater(rule, event) });
      if (rest === true && !this.#options.all()) break;
    }
    return verdicts;
  }

  #openPart(rule: Rule, event: Event): CheckedCondition | boolean {
    try {
      return settleCondition(rule.condition, event, this.#options.state, isToldLater);
    } catch (error) {
      this.#options.fault(error);
      return false;
    }
  }

  #renderLater(rule: Rule, event: Event): Verdict["render"] {
    const { state } = this.#options;
    try {
      const render = rule.output.renderLater(event, state);
      if (!event.hasResolvedView) return render;
      const names = withBothNames({ message: "", fields: new Map() }, event, state);
      return (later) => joined(render(later), names);
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  #settle({ containerId, thread, timeNs, views }: Judgement): void {
    const { state, all, deliver } = this.#options;
    state.recall(thread, () => {
      const isKnown = state.containers.get(containerId)?.known === true;
      let told: readonly Rule[] = [];
      for (const verdicts of views) {
        const fired: Rule[] = [];
        for (const verdict of verdicts) {
          const { rule } = verdict;
          if (!this.#holds(verdict)) continue;
          fired.push(rule);
          const unnamed = !isKnown && isTold(rule);
          const render = () => unnamed ? marked(verdict.render(state)) : verdict.render(state);
          if (!told.includes(rule)) deliver(rule, { timeNs, unnamed, render });
          if (!all()) break;
        }
        told = fired;
      }
    });
  }

  #holds({ rest }: Verdict): boolean {
    try {
      return rest === true || interpretCondition(rest, GONE_EVENT, this.#options.state);
    } catch (error) {
      this.#options.fault(error);
      return false;
    }
  }
}

const toldRules = new WeakMap<Rule, boolean>();

/** Whether the container engine has a say in the rule's condition or output. */
function isTold(rule: Rule): boolean {
  let told = toldRules.get(rule);
  if (told === undefined) {
    const inCondition = fieldsOf(rule.condition).map(({ definition }) => definition);
    told = [...inCondition, ...rule.output.fields].some(isToldLater);
    toldRules.set(rule, told);
  }
  return told;
}

const UNKNOWN: Rendered = {
  message: " | container.known=false",
  fields: new Map<string, OutputValue>([["container.known", false]]),
};

/** An alert that does not tell of its container because nobody told in time says so. */
function marked(rendered: Rendered): Rendered {
  return joined(rendered, UNKNOWN);
}

function joined(rendered: Rendered, more: Rendered): Rendered {
  return {
    message: rendered.message + more.message,
    fields: new Map([...rendered.fields, ...more.fields]),
  };
}
