/** Conditions of which a part is known already. */
import type { Event } from "../event/mod.ts";
import { type FieldDefinition, keepValue } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import type { CheckedCondition, CheckedLeaf, CheckedOperand } from "./checked.ts";
import { interpretCondition, valueOf } from "./interpret.ts";

/** What becomes of a leaf; `negated`: an odd number of negations stands over it. */
export type FoldLeaf = (leaf: CheckedLeaf, negated: boolean) => CheckedCondition | boolean;

/** The condition with each leaf replaced by what `fold` makes of it; a boolean where nothing is left. */
export function foldCondition(
  condition: CheckedCondition,
  fold: FoldLeaf,
  negated = false,
): CheckedCondition | boolean {
  switch (condition.kind) {
    case "and":
    case "or": {
      const decisive = condition.kind === "or";
      const children: CheckedCondition[] = [];
      for (const child of condition.children) {
        const folded = foldCondition(child, fold, negated);
        if (folded === decisive) return decisive;
        if (typeof folded !== "boolean") children.push(folded);
      }
      if (children.length === 0) return !decisive;
      return children.length === 1 ? children[0]! : { kind: condition.kind, children };
    }
    case "not": {
      const child = foldCondition(condition.child, fold, !negated);
      return typeof child === "boolean" ? !child : { kind: "not", child };
    }
    case "exists":
    case "comparison":
      return fold(condition, negated);
    default:
      return condition satisfies never;
  }
}

/**
 * What of a condition is still open when an event is seen, with everything else decided by the event:
 * it refers to the event no longer. `isOpen` tells the fields whose values come later.
 */
export function settleCondition(
  condition: CheckedCondition,
  event: Event,
  state: State,
  isOpen: (field: FieldDefinition) => boolean,
): CheckedCondition | boolean {
  const settle = (operand: CheckedOperand): CheckedOperand => {
    if (!mentionsOpen(operand, isOpen)) return constantOf(operand, event, state);
    return operand.kind === "call"
      ? { ...operand, operands: operand.operands.map(settle) }
      : operand;
  };
  return foldCondition(condition, (leaf) => {
    const right = leaf.kind === "comparison" && leaf.right.kind === "operand"
      ? leaf.right
      : undefined;
    const isOpenLeaf = mentionsOpen(leaf.left, isOpen) ||
      right !== undefined && mentionsOpen(right.operand, isOpen);
    if (!isOpenLeaf) return interpretCondition(leaf, event, state);
    const left = settle(leaf.left);
    if (leaf.kind === "exists" || !right) return { ...leaf, left };
    return { ...leaf, left, right: { ...right, operand: settle(right.operand) } };
  });
}

function mentionsOpen(
  operand: CheckedOperand,
  isOpen: (field: FieldDefinition) => boolean,
): boolean {
  switch (operand.kind) {
    case "field":
      return isOpen(operand.definition);
    case "constant":
      return false;
    case "call":
      return operand.operands.some((inner) => mentionsOpen(inner, isOpen));
    default:
      return operand satisfies never;
  }
}

function constantOf(operand: CheckedOperand, event: Event, state: State): CheckedOperand {
  const { type, list } = operand;
  return { kind: "constant", value: keepValue(valueOf(operand, event, state)), type, list };
}
