/** Conditions said to hold, or not to, and what has to hold for that. */
import type { CheckedCondition } from "./checked.ts";
import { type Fact, operandKey } from "./implication.ts";

/** A condition, or its contrary. */
export interface Claim {
  readonly condition: CheckedCondition;
  readonly holds: boolean;
}

/** A claim that holds when one of several others does. */
export interface Choice {
  readonly claim: Claim;
  readonly ways: readonly Claim[];
}

interface Flattened {
  readonly facts: Fact[];
  readonly choices: Choice[];
}

/** What holds in one way only becomes facts, the rest choices. */
export function flattenClaim({ condition, holds }: Claim, into: Flattened): void {
  switch (condition.kind) {
    case "and":
    case "or":
      if ((condition.kind === "and") === holds) {
        for (const child of condition.children) {
          flattenClaim({ condition: child, holds }, into);
        }
      } else {
        const ways = condition.children.map((child) => ({ condition: child, holds }));
        into.choices.push({ claim: { condition, holds }, ways });
      }
      return;
    case "not":
      return flattenClaim({ condition: condition.child, holds: !holds }, into);
    case "exists":
    case "comparison":
      into.facts.push({ leaf: condition, holds });
      return;
    default:
      condition satisfies never;
  }
}

/** Keys of the operands that a condition looks at. */
export function operandsIn(condition: CheckedCondition, keys = new Set<string>()): Set<string> {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const child of condition.children) operandsIn(child, keys);
      return keys;
    case "not":
      return operandsIn(condition.child, keys);
    case "exists":
    case "comparison":
      return keys.add(operandKey(condition.left));
    default:
      return condition satisfies never;
  }
}

/** Claims that a claim is made of, all of which have to hold; none of them can be split further. */
export function splitClaim(claim: Claim): readonly Claim[] {
  const facts: Fact[] = [], choices: Choice[] = [];
  flattenClaim(claim, { facts, choices });
  return [
    ...facts.map(({ leaf, holds }) => ({ condition: leaf, holds })),
    ...choices.map((choice) => choice.claim),
  ];
}
