/** Why a rule alerts for an event, or does not. */
import type { Alert } from "../../alert/mod.ts";
import { Report } from "../../base/mod.ts";
import type { RuleMatching } from "../../engine/mod.ts";
import { namesOfType, type View } from "../../event/mod.ts";
import {
  type Condition,
  decisiveParts,
  expandCondition,
  explainCondition,
  type Explanation,
  parseCondition,
} from "../../filter/mod.ts";
import { namesOf, type Rule, type Ruleset } from "../../rule/mod.ts";
import { alertsOf, type Stage } from "./judge.ts";

export interface RuleExplanation {
  readonly rule: Rule;
  /** Name of the event's type. */
  readonly eventType: string;
  /** The rule is held against events of this type at all. */
  readonly looksAtType: boolean;
  readonly condition: Explanation;
  /** Under which name of its file the event was looked at. */
  readonly view: View;
  /** Parts of the condition that settle it. */
  readonly decisive: ReadonlySet<Explanation>;
  /** The part that is the condition without the rule's exceptions; the whole where it has none. */
  readonly core: Explanation;
  /** Exceptions that keep the rule quiet although the condition without them holds. */
  readonly heldBackBy: readonly HoldingException[];
  /** What the rule prints, or would print if it were enabled; absent when it does not match. */
  readonly alert: Alert | undefined;
  /** The rule that alerts in its place; with `rule_matching: all` there is none. */
  readonly overtakenBy: string | undefined;
}

export interface HoldingException {
  readonly name: string;
  readonly part: Explanation;
}

/** The judge's own words, and what the engine makes of it; the stage is set three times at most. */
export function explainRule(
  rule: Rule,
  ruleset: Ruleset,
  { stage, ruleMatching }: { readonly stage: Stage; readonly ruleMatching: RuleMatching },
): RuleExplanation {
  const { condition, view, eventCode } = explainInViews(rule, ruleset, stage);
  const { core, exceptions } = partsOf(condition, rule);
  const enabled = { ...rule, enabled: true, disabledBy: undefined };
  const [alert] = alertsOf(stage, { ...ruleset, rules: [enabled] });
  const [first] = alert && rule.enabled && ruleMatching === "first"
    ? alertsOf(stage, ruleset, ruleMatching)
    : [];
  return {
    rule,
    // Of a newer call the rule may want that one or the other.
    eventType: namesOfType(eventCode).at(-1) ?? "NA",
    looksAtType: rule.eventTypes.has(eventCode),
    condition,
    view,
    decisive: core.truth ? decisiveParts(condition) : new Set([condition, ...decisiveParts(core)]),
    core,
    heldBackBy: core.truth ? exceptions.filter(({ part }) => !part.truth) : [],
    alert,
    overtakenBy: first && first.rule !== rule.name ? first.rule : undefined,
  };
}

/** Under the name as given; under the kernel's where only that one satisfies the condition. */
function explainInViews(rule: Rule, ruleset: Ruleset, stage: Stage) {
  const { event, state } = stage();
  const written = expanded(rule, ruleset);
  state.begin(event);
  const explain = () => explainCondition(written, rule.condition, { event, state });
  let condition = explain();
  let view: View = "given";
  if (!condition.truth && event.hasResolvedView) {
    state.view = "resolved";
    const resolved = explain();
    if (resolved.truth) {
      condition = resolved;
      view = "resolved";
    }
  }
  state.end(event);
  return { condition, view, eventCode: event.type };
}

/** The condition as written, macros in place: what the loaded rule was checked from. */
function expanded(rule: Rule, ruleset: Ruleset): Condition {
  const report = new Report();
  const parsed = parseCondition(rule.conditionText, report);
  const condition = parsed && expandCondition(parsed, namesOf(ruleset), report);
  if (!condition) throw new Error(`rule "${rule.name}" was loaded and cannot be read again`);
  return condition;
}

/** A condition with exceptions reads `(condition) and not (…) and not (…)`. */
function partsOf(condition: Explanation, { activeExceptions }: Rule) {
  if (activeExceptions.length === 0) return { core: condition, exceptions: [] };
  const [core, ...parts] = condition.children;
  if (!core || parts.length !== activeExceptions.length) {
    throw new Error("a condition with exceptions has another shape than expected");
  }
  return {
    core,
    exceptions: parts.map((part, index) => ({ name: activeExceptions[index]!, part })),
  };
}
