/** The judge: what a condition means is what this says. Generated code is held against it. */
import type { Event } from "../event/mod.ts";
import type { FieldScalar, FieldValue } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import type {
  CheckedComparison,
  CheckedCondition,
  CheckedLeaf,
  CheckedOperand,
} from "./checked.ts";
import { prepare, type Prepared } from "./operators.ts";

/** Never throws. An absent value makes every comparison false, `!=` included. */
export function interpretCondition(
  condition: CheckedCondition,
  event: Event,
  state: State,
): boolean {
  switch (condition.kind) {
    case "and":
      for (const child of condition.children) {
        if (!interpretCondition(child, event, state)) return false;
      }
      return true;
    case "or":
      for (const child of condition.children) {
        if (interpretCondition(child, event, state)) return true;
      }
      return false;
    case "not":
      return !interpretCondition(condition.child, event, state);
    case "exists": {
      const value = valueOf(condition.left, event, state);
      return exists(value, condition.nonEmpty);
    }
    case "comparison": {
      const left = valueOf(condition.left, event, state);
      if (left === undefined) return false;
      if (condition.right.kind !== "operand") return compareWithConstants(condition, left);
      const right = valueOf(condition.right.operand, event, state);
      return right !== undefined && compareWithValue(condition, left, right);
    }
    default:
      return condition satisfies never;
  }
}

/** As `interpretCondition`, for a leaf that is asked of many events. */
export function leafPredicate(leaf: CheckedLeaf): (event: Event, state: State) => boolean {
  const { left } = leaf;
  const isPlain = left.kind === "field" && !left.list && !left.definition.candidates;
  if (leaf.kind === "exists" || leaf.right.kind !== "constants" || !isPlain) {
    return (event, state) => interpretCondition(leaf, event, state);
  }
  const { definition, argument } = left;
  const { meaning, right: { prepared } } = leaf;
  return (event, state) => {
    const value = definition.extract(event, state, argument);
    return value !== undefined && meaning.evaluate(value as FieldScalar, prepared);
  };
}

export function valueOf(operand: CheckedOperand, event: Event, state: State): FieldValue {
  switch (operand.kind) {
    case "field":
      return operand.definition.extract(event, state, operand.argument);
    case "constant":
      return operand.value;
    case "call":
      return operand.apply(...operand.operands.map((inner) => valueOf(inner, event, state)));
    default:
      return operand satisfies never;
  }
}

export function exists(value: FieldValue, nonEmpty: boolean): boolean {
  return value !== undefined && !(nonEmpty && Array.isArray(value) && value.length === 0);
}

/** A comparison whose right side was known when rules were loaded. */
export function compareWithConstants(
  comparison: CheckedComparison,
  left: Exclude<FieldValue, undefined>,
): boolean {
  return compare(comparison, left, undefined);
}

/** A comparison with what a field or transformer gave on the right. */
export function compareWithValue(
  comparison: CheckedComparison,
  left: Exclude<FieldValue, undefined>,
  right: Exclude<FieldValue, undefined>,
): boolean {
  const values = (Array.isArray(right) ? right : [right]) as readonly FieldScalar[];
  if (values.length === 0 && comparison.operator.takes === "one") return false;
  return compare(comparison, left, prepare(comparison.meaning, values));
}

/** `right` is absent where the comparison has constants. */
function compare(
  comparison: CheckedComparison,
  left: Exclude<FieldValue, undefined>,
  right: Prepared | undefined,
): boolean {
  if (!Array.isArray(left)) return compareOne(comparison, left as FieldScalar, right);
  const values = left as readonly FieldScalar[];
  switch (comparison.spread) {
    case "some":
      return values.some((value) => compareOne(comparison, value, right));
    case "every":
      return values.every((value) => compareOne(comparison, value, right));
    case "each":
      return values.length > 0 && values.every((value) => compareOne(comparison, value, right));
    default:
      return comparison.spread satisfies never;
  }
}

function compareOne(
  { meaning, right }: CheckedComparison,
  left: FieldScalar,
  value: Prepared | undefined,
): boolean {
  switch (right.kind) {
    case "constants":
      return meaning.evaluate(left, right.prepared);
    case "operand":
      return meaning.evaluate(left, value!);
    case "quantified": {
      let count = 0;
      for (const prepared of right.prepared) if (meaning.evaluate(left, prepared)) count++;
      // An empty list satisfies no quantifier, not even `allof`.
      if (right.quantifier === "oneof") return count === 1;
      if (right.quantifier === "anyof") return count > 0;
      return count > 0 && count === right.prepared.length;
    }
    default:
      return right satisfies never;
  }
}
