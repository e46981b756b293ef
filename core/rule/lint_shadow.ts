/** Rules that never alert because an earlier one matches all their events. */
import type { Report } from "../base/mod.ts";
import { Budget, type Claim, membersOf, Reasoner } from "../filter/reason.ts";
import type { Rule, Ruleset } from "./ruleset.ts";

/** Values looked at over all pairs of rules. */
const BUDGET = 20_000_000;

/**
 * With `rule_matching: first` (the default) only the first rule that matches an event alerts: `R047`
 * for rules that come behind one that is certain to match whenever they do.
 */
export function lintShadows({ rules }: Ruleset, report: Report): void {
  const budget = new Budget(BUDGET);
  const earlier: { readonly rule: Rule; readonly members: readonly Claim[] }[] = [];
  for (const rule of rules) {
    if (!rule.enabled) continue;
    const found = firstImplied(rule, earlier, budget);
    if (found) reportShadow(rule, found, report);
    earlier.push({ rule, members: membersOf({ condition: rule.condition, holds: true }) });
  }
}

function firstImplied(
  rule: Rule,
  earlier: readonly { readonly rule: Rule; readonly members: readonly Claim[] }[],
  budget: Budget,
): Rule | undefined {
  const reasoner = new Reasoner(budget, { emptyLists: true });
  const claim = { condition: rule.condition, holds: true };
  if (reasoner.refute([claim])) return undefined;
  const { choices } = reasoner.take([claim]);
  const entails = ({ condition, holds }: Claim): boolean => {
    const contrary = { condition, holds: !holds };
    return reasoner.refute([contrary]) !== undefined ||
      choices.some(({ ways }) => ways.every((way) => reasoner.refute([way, contrary])));
  };
  for (const { rule: other, members } of earlier) {
    budget.left--;
    if (other.source !== rule.source || other.eventTypes.size < rule.eventTypes.size) continue;
    if (members.every(entails)) return other;
  }
  return undefined;
}

function reportShadow(rule: Rule, earlier: Rule, report: Report): void {
  report.add({
    code: "R047",
    severity: "warning",
    title:
      `rule "${rule.name}" never alerts: whenever it matches, "${earlier.name}" does so before`,
    at: rule.at,
    notes: [{ message: "the earlier rule", at: earlier.at }],
    help: "put the narrower rule first, or set rule_matching: all in falco.yaml",
  });
}
