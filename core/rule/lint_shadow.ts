/** Rules that never alert because an earlier one matches all their events. */
import type { Report } from "../base/mod.ts";
import { Budget, type Claim, operandsIn, Reasoner, splitClaim } from "../filter/mod.ts";
import type { Rule, Ruleset } from "./ruleset.ts";

/** Enough for all pairs of some two thousand rules; of more, the last ones are not compared. */
const BUDGET = 10_000_000;

/**
 * With `rule_matching: first` (the default) only the first rule that matches an event alerts: `R047`
 * for rules that come behind one that is certain to match whenever they do.
 */
export function lintShadows({ rules }: Ruleset, report: Report): void {
  const budget = new Budget(BUDGET);
  const earlier: Earlier[] = [];
  for (const rule of rules) {
    if (!rule.enabled) continue;
    const found = firstImplied(rule, earlier, budget);
    if (found) reportShadow(rule, found, report);
    earlier.push({ rule, members: splitClaim(claimOf(rule)).map(withOperands) });
  }
}

interface Earlier {
  readonly rule: Rule;
  /** What has to hold for it to match. */
  readonly members: readonly Member[];
}

interface Member {
  readonly claim: Claim;
  readonly operands: ReadonlySet<string>;
}

function withOperands(claim: Claim): Member {
  return { claim, operands: operandsIn(claim.condition) };
}

function claimOf({ condition }: Rule): Claim {
  return { condition, holds: true };
}

function firstImplied(
  rule: Rule,
  earlier: readonly Earlier[],
  budget: Budget,
): Rule | undefined {
  const reasoner = new Reasoner(budget, { emptyLists: true });
  if (reasoner.refute([claimOf(rule)])) return undefined;
  const choices = reasoner.take([claimOf(rule)]).choices.map(({ claim, ways }) => ({
    ways,
    operands: operandsIn(claim.condition),
  }));
  const entails = ({ claim: { condition, holds }, operands }: Member): boolean => {
    const contrary = { condition, holds: !holds };
    if (reasoner.refute([contrary])) return true;
    return choices.some((choice) =>
      !choice.operands.isDisjointFrom(operands) &&
      choice.ways.every((way) => reasoner.refute([way, contrary]))
    );
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
