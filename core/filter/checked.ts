/** A condition that can run: names resolved, types agreed on, constants read. */
import type { Span } from "../base/mod.ts";
import type { Apply, FieldArgument, FieldDefinition, FieldType, FieldValue } from "../field/mod.ts";
import type { Quantifier } from "./condition.ts";
import type { Constant } from "./family.ts";
import type { Meaning, Operator, Prepared } from "./operators.ts";

export type CheckedCondition =
  | CheckedJunction
  | { readonly kind: "not"; readonly child: CheckedCondition }
  | CheckedExistence
  | CheckedComparison;

/** What is true or false by itself. */
export type CheckedLeaf = CheckedExistence | CheckedComparison;

export interface CheckedJunction {
  readonly kind: "and" | "or";
  readonly children: readonly CheckedCondition[];
}

export interface CheckedExistence {
  readonly kind: "exists";
  readonly left: CheckedOperand;
  /** An empty list does not count: none of the candidates is there. */
  readonly nonEmpty: boolean;
  readonly span: Span;
}

export interface CheckedComparison {
  readonly kind: "comparison";
  readonly left: CheckedOperand;
  readonly operator: Operator;
  /** What the operator means for the type of `left`. */
  readonly meaning: Meaning;
  readonly spread: Spread;
  readonly right: CheckedRight;
  readonly span: Span;
}

/**
 * What to make of several values on the left: `every` holds for none at all, `each` needs one at
 * least. A single value is compared by itself, whatever the spread.
 */
export type Spread = "some" | "every" | "each";

export type CheckedRight =
  | {
    readonly kind: "constants";
    readonly constants: readonly Constant[];
    readonly prepared: Prepared;
  }
  | {
    readonly kind: "quantified";
    readonly quantifier: Quantifier;
    readonly constants: readonly Constant[];
    /** Each constant by itself. */
    readonly prepared: readonly Prepared[];
  }
  | { readonly kind: "operand"; readonly operand: CheckedOperand };

export type CheckedOperand =
  | CheckedField
  | {
    readonly kind: "constant";
    readonly value: FieldValue;
    readonly type: FieldType;
    readonly list: boolean;
  }
  | {
    readonly kind: "call";
    /** Tells calls apart that do different things: the transformer's name and its argument. */
    readonly label: string;
    readonly apply: Apply;
    readonly operands: readonly CheckedOperand[];
    readonly type: FieldType;
    readonly list: boolean;
  };

export interface CheckedField {
  readonly kind: "field";
  readonly definition: FieldDefinition;
  readonly argument: FieldArgument;
  readonly type: FieldType;
  readonly list: boolean;
}

/** As rules write it: with its argument. */
export function fieldText(
  { definition: { name, argument: rule }, argument }: CheckedField,
): string {
  if (argument === undefined) return name;
  return rule?.dotted && typeof argument === "string"
    ? `${name}.${argument}`
    : `${name}[${argument}]`;
}

/** Every comparison and existence check of a condition, in the order it is written. */
export function* leavesOf(condition: CheckedCondition): Generator<CheckedLeaf> {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const child of condition.children) yield* leavesOf(child);
      return;
    case "not":
      yield* leavesOf(condition.child);
      return;
    default:
      yield condition;
  }
}

/** Every field a condition reads, with repetitions, in the order it is written. */
export function fieldsOf(condition: CheckedCondition): readonly CheckedField[] {
  const fields: CheckedField[] = [];
  addFields(condition, fields);
  return fields;
}

function addFields(condition: CheckedCondition, fields: CheckedField[]): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const child of condition.children) addFields(child, fields);
      return;
    case "not":
      return addFields(condition.child, fields);
    case "exists":
      return addOperandFields(condition.left, fields);
    case "comparison":
      addOperandFields(condition.left, fields);
      if (condition.right.kind === "operand") addOperandFields(condition.right.operand, fields);
      return;
    default:
      condition satisfies never;
  }
}

function addOperandFields(operand: CheckedOperand, fields: CheckedField[]): void {
  if (operand.kind === "field") fields.push(operand);
  else if (operand.kind === "call") {
    for (const inner of operand.operands) addOperandFields(inner, fields);
  }
}
