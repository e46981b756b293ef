/**
 * What one check says about another of the same operand. Everything here is certain or not said:
 * `false` means "not known", never "the contrary".
 */
import type { FieldScalar } from "../field/mod.ts";
import {
  areApart,
  type Case,
  casesOf,
  isEquality,
  isSameCase,
  leadsTo,
  sameConstant,
} from "./_cases.ts";
import type { CheckedComparison, CheckedExistence, CheckedOperand } from "./checked.ts";
import type { ComparisonName } from "./condition.ts";
import { isTypeName } from "./event_types.ts";
import { familyOf } from "./family.ts";
import { compareWithConstants } from "./interpret.ts";

export type Leaf = CheckedComparison | CheckedExistence;

/** A check that holds, or one that does not. */
export interface Fact {
  readonly leaf: Leaf;
  readonly holds: boolean;
}

/** Equal for operands that have equal values in any one event. */
export function operandKey(operand: CheckedOperand): string {
  switch (operand.kind) {
    case "field": {
      const { definition: { name, candidates }, argument } = operand;
      // Where it has two names (newer_names.ts) it is not equal to one of them.
      if (candidates !== undefined && isTypeName(operand)) return `${name} of newer calls`;
      return argument === undefined ? name : `${name}[${JSON.stringify(argument)}]`;
    }
    case "constant":
      return JSON.stringify(String(operand.value));
    case "call":
      return `${operand.label}(${operand.operands.map(operandKey).join()})`;
    default:
      return operand satisfies never;
  }
}

/** One value or none, so that what holds of the value holds of the operand. */
export function isSingle(operand: CheckedOperand): boolean {
  return !operand.list && (operand.kind !== "field" || operand.definition.candidates === undefined);
}

/** The same for people to read, as a rule would write it. */
export function operandText(operand: CheckedOperand): string {
  if (operand.kind !== "field") return operandKey(operand);
  const { definition: { name }, argument } = operand;
  return argument === undefined ? name : `${name}[${argument}]`;
}

/**
 * The facts among `known` that cannot hold together with `added`, all about one operand; empty when
 * `added` contradicts itself. Absent: nothing certain.
 */
export function contradictionOf(
  known: readonly Fact[],
  added: Fact,
): readonly Fact[] | undefined {
  for (const fact of known) if (clash(fact, added)) return [fact];
  if (!isSingle(added.leaf.left)) return undefined;
  return contradictionOfValues([...known, added]) ? known : undefined;
}

/** Where only some values are possible at all, each is tried. */
function contradictionOfValues(facts: readonly Fact[]): boolean {
  let values: readonly FieldScalar[] | undefined;
  const isThere = facts.some(({ holds }) => holds);
  for (const { leaf, holds } of facts) {
    const possible = holds ? valuesOf(leaf) : isThere ? valuesNotDiffering(leaf) : undefined;
    if (possible && !(values && values.length <= possible.length)) values = possible;
  }
  return values !== undefined &&
    !values.some((value) => facts.every((fact) => holdsFor(fact, value)));
}

const BOTH: readonly FieldScalar[] = [true, false];

/** The only values for which a check of a single operand can hold. */
function valuesOf(leaf: Leaf): readonly FieldScalar[] | undefined {
  const family = familyOf(leaf.left.type);
  if (family === "truth") return BOTH;
  if (leaf.kind === "exists" || leaf.right.kind !== "constants" || family === "network") {
    return undefined;
  }
  return isEquality(leaf.operator.name) ? leaf.right.constants as FieldScalar[] : undefined;
}

/** A value that is there and does not differ from a constant is that constant. */
function valuesNotDiffering(leaf: Leaf): readonly FieldScalar[] | undefined {
  if (leaf.kind === "exists" || leaf.right.kind !== "constants") return undefined;
  const isDifference = leaf.operator.name === "!=" && familyOf(leaf.left.type) !== "network";
  return isDifference ? leaf.right.constants as FieldScalar[] : undefined;
}

/** Falsely true for a comparison with another operand, whose value nobody knows. */
function holdsFor({ leaf, holds }: Fact, value: FieldScalar): boolean {
  if (leaf.kind === "exists") return holds;
  return leaf.right.kind === "operand" || compareWithConstants(leaf, value) === holds;
}

function clash(one: Fact, other: Fact): boolean {
  if (one.holds && other.holds) return excludes(one.leaf, other.leaf);
  if (one.holds) return implies(one.leaf, other.leaf);
  return other.holds && implies(other.leaf, one.leaf);
}

/** Whether `second` holds whenever `first` does; both have the same operand. */
export function implies(first: Leaf, second: Leaf): boolean {
  if (second.kind === "exists") {
    if (first.kind === "exists") return first.nonEmpty || !second.nonEmpty;
    // Only `in` on a list, and `!=` on names of an address, hold without any value.
    return first.spread !== "every" || !second.nonEmpty;
  }
  if (first.kind === "exists") return false;
  if (isSame(first, second)) return true;
  if (first.right.kind === "operand" || second.right.kind === "operand") return false;
  // Of several values, the one that satisfies the first check satisfies the second as well.
  return first.spread === second.spread && first.spread !== "each" && followsForOne(first, second);
}

function isSame(first: CheckedComparison, second: CheckedComparison): boolean {
  const { right: a } = first, { right: b } = second;
  if (plainName(first) !== plainName(second) || first.spread !== second.spread) return false;
  if (a.kind === "operand") {
    return b.kind === "operand" && operandKey(a.operand) === operandKey(b.operand);
  }
  if (b.kind === "operand" || a.constants.length !== b.constants.length) return false;
  const quantifierOf = (right: typeof a) => right.kind === "quantified" && right.quantifier;
  if (quantifierOf(a) !== quantifierOf(b)) return false;
  return a.constants.every((constant, index) => sameConstant(constant, b.constants[index]!));
}

function plainName({ operator: { name } }: CheckedComparison): ComparisonName {
  return name === "==" ? "=" : name;
}

/** Constants of two checks held against each other; who has longer lists of prefixes is left alone. */
const MAX_PAIRS = 10_000;

/** For any one value: if `first` holds, `second` does. */
function followsForOne(first: CheckedComparison, second: CheckedComparison): boolean {
  const wanted = casesOf(second), given = casesOf(first);
  if (!wanted || !given) return false;
  const pairs = wanted.cases.length * given.cases.filter(({ operator }) => operator !== "=").length;
  if (pairs > MAX_PAIRS) return false;
  const { left: { type } } = first;
  if (familyOf(type) === "network") {
    if (wanted.cases.length * given.cases.length > MAX_PAIRS) return false;
    return given.join === "any" && wanted.join === "any" &&
      given.cases.every((one) => wanted.cases.some((two) => isSameCase(one, two)));
  }
  const follows = (one: Case) => {
    if (one.operator === "=") return compareWithConstants(second, one.constant as FieldScalar);
    const leads = (two: Case) => leadsTo(one, two, type);
    return wanted.join === "any" ? wanted.cases.some(leads) : wanted.cases.every(leads);
  };
  if (given.join === "any" ? given.cases.every(follows) : given.cases.some(follows)) return true;
  // What is never equal to any value that would break the second check satisfies it.
  return wanted.cases.length > 0 &&
    wanted.cases.every(({ operator, constant }) =>
      operator === "!=" && !compareWithConstants(first, constant as FieldScalar)
    );
}

/** Whether no value satisfies both checks; equalities are left to the trying of values. */
function excludes(first: Leaf, second: Leaf): boolean {
  if (first.kind === "exists" || second.kind === "exists" || !isSingle(first.left)) return false;
  const one = casesOf(first), other = casesOf(second);
  if (one?.join !== "any" || other?.join !== "any") return false;
  if (one.cases.length === 0 || other.cases.length === 0) return true;
  const { left: { type } } = first;
  if (one.cases.length * other.cases.length > MAX_PAIRS) return false;
  return one.cases.every((a) => other.cases.every((b) => areApart(a, b, type)));
}
