/** Rules that never alert because an earlier one matches all their events. */
import type { Report } from "../base/mod.ts";
import {
  Budget,
  type CheckedCondition,
  type Claim,
  operandsIn,
  Reasoner,
  splitClaim,
} from "../filter/mod.ts";
import { EarlierRules, type Member } from "./_earlier_rules.ts";
import type { Rule, Ruleset } from "./ruleset.ts";

/** Enough for some five thousand rules, all about the same; of more, the last ones are not compared. */
const BUDGET = 10_000_000;

/** What it takes to remember one of the things that have to hold, in values that are looked at. */
const MEMBER = 10;

/**
 * With `rule_matching: first` (the default) only the first rule that matches an event alerts: `R047`
 * for rules that come behind one that is certain to match whenever they do. `R049` where the rules are
 * too many to look at all.
 */
export function lintShadows({ rules }: Ruleset, report: Report, available = BUDGET): void {
  const budget = new Budget(available);
  const earlier = new EarlierRules();
  const operands = new Operands();
  const enabled = rules.filter((rule) => rule.enabled);
  for (const [index, rule] of enabled.entries()) {
    const found = firstImplied(rule, { earlier, operands, budget });
    if (budget.left <= 0) return reportRest(enabled.slice(index), report);
    if (found) reportShadow(rule, found, report);
    const members = splitClaim(claimOf(rule));
    budget.left -= MEMBER * members.length;
    earlier.add(rule, members.map((claim) => ({ claim, operands: operands.of(claim) })));
  }
}

/** Of what rules have in common, a large macro, they are found once. */
class Operands {
  readonly #known = new WeakMap<CheckedCondition, ReadonlySet<string>>();

  of({ condition }: Claim): ReadonlySet<string> {
    let found = this.#known.get(condition);
    if (!found) this.#known.set(condition, found = operandsIn(condition));
    return found;
  }
}

function claimOf({ condition }: Rule): Claim {
  return { condition, holds: true };
}

function firstImplied(
  rule: Rule,
  { earlier, operands, budget }: {
    readonly earlier: EarlierRules;
    readonly operands: Operands;
    readonly budget: Budget;
  },
): Rule | undefined {
  const reasoner = new Reasoner(budget, { emptyLists: true });
  if (reasoner.refute([claimOf(rule)])) return undefined;
  const choices = reasoner.take([claimOf(rule)]).choices.map(({ claim, ways }) => ({
    ways,
    operands: operands.of(claim),
  }));
  const follows = ({ claim: { condition, holds }, operands }: Member): boolean => {
    const contrary = { condition, holds: !holds };
    if (reasoner.refute([contrary])) return true;
    return choices.some((choice) =>
      !choice.operands.isDisjointFrom(operands) &&
      choice.ways.every((way) => reasoner.refute([way, contrary]))
    );
  };
  // Many rules have their macros in common.
  const known = new Map<CheckedCondition, boolean>();
  const entails = (member: Member): boolean => {
    const { condition, holds } = member.claim;
    let answer = holds ? known.get(condition) : undefined;
    if (answer === undefined) {
      answer = follows(member);
      if (holds) known.set(condition, answer);
    }
    return answer;
  };
  for (const { rule: other, members } of earlier.candidatesFor(rule, budget)) {
    budget.left--;
    if (other.source !== rule.source || other.eventTypes.size < rule.eventTypes.size) continue;
    if (members.every(entails)) return other;
    if (budget.left <= 0) return undefined;
  }
  return undefined;
}

function reportRest(rules: readonly Rule[], report: Report): void {
  report.add({
    code: "R049",
    severity: "info",
    title: `whether earlier rules leave anything to the last ${rules.length} was not looked at`,
    at: rules[0]!.at,
    help: "that takes too long for so many rules; validate files of rules by themselves",
  });
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
