/** What must hold for a condition to hold, as far as somebody can tell who knows only some of it. */
import type { FieldValue } from "../field/mod.ts";
import type { CheckedCondition, CheckedLeaf } from "./checked.ts";
import { foldCondition } from "./fold.ts";
import { compareWithConstants, exists } from "./interpret.ts";

/** What is known of a leaf: its truth; that it can be asked; nothing, so that it may be either way. */
export type LeafKnowledge = boolean | "asked" | "open";

/**
 * A condition over the leaves that can be asked, which holds whenever `condition` does; `true` when
 * nothing can be said, `false` when the condition cannot hold at all.
 */
export function necessaryCondition(
  condition: CheckedCondition,
  know: (leaf: CheckedLeaf) => LeafKnowledge,
): CheckedCondition | boolean {
  return foldCondition(condition, (leaf, negated) => {
    const known = know(leaf);
    if (known === "asked") return leaf;
    // Of what may be either way the truth that lets the whole hold.
    return known === "open" ? !negated : known;
  });
}

/** Whether a condition may have the truth `wanted`; leaves that may be either way are absent. */
export function mayBe(
  condition: CheckedCondition,
  wanted: boolean,
  truthOf: (leaf: CheckedLeaf) => boolean | undefined,
): boolean {
  switch (condition.kind) {
    case "and":
    case "or": {
      const all = (condition.kind === "and") === wanted;
      for (const child of condition.children) {
        if (mayBe(child, wanted, truthOf) !== all) return !all;
      }
      return all;
    }
    case "not":
      return mayBe(condition.child, !wanted, truthOf);
    case "exists":
    case "comparison": {
      const truth = truthOf(condition);
      return truth === undefined || truth === wanted;
    }
    default:
      return condition satisfies never;
  }
}

/** Holds when one of the conditions does. */
export function anyOf(
  conditions: readonly (CheckedCondition | boolean)[],
): CheckedCondition | boolean {
  const children: CheckedCondition[] = [];
  for (const condition of conditions) {
    if (condition === true) return true;
    if (condition !== false) children.push(condition);
  }
  if (children.length < 2) return children[0] ?? false;
  return { kind: "or", children };
}

/**
 * The truth of a leaf whose left side has one of the values; absent when they differ in it, or when the
 * leaf looks at something else beside.
 */
export function truthAmong(
  leaf: CheckedLeaf,
  values: readonly FieldValue[],
): boolean | undefined {
  if (leaf.kind === "comparison" && leaf.right.kind === "operand") return undefined;
  let common: boolean | undefined;
  for (const value of values) {
    const truth = leaf.kind === "exists"
      ? exists(value, leaf.nonEmpty)
      : value !== undefined && compareWithConstants(leaf, value);
    if (common !== undefined && truth !== common) return undefined;
    common = truth;
  }
  return common;
}
