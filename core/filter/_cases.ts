/** Comparisons taken apart into their constants, and what one constant says of another. */
import { asciiLower } from "../base/mod.ts";
import type { FieldType } from "../field/mod.ts";
import type { CheckedComparison } from "./checked.ts";
import type { ComparisonName } from "./condition.ts";
import type { Constant } from "./family.ts";

/** One constant of a comparison; `=` stands for `in`, too. */
export interface Case {
  readonly operator: ComparisonName;
  readonly constant: Constant;
}

/** A comparison as one of its cases, or all of them together. */
export interface Cases {
  readonly join: "any" | "all";
  readonly cases: readonly Case[];
}

/** A comparison is held against many others; none where it has no such form. */
const knownCases = new WeakMap<CheckedComparison, Cases | "none">();

export function casesOf(comparison: CheckedComparison): Cases | undefined {
  let cases = knownCases.get(comparison);
  if (cases === undefined) knownCases.set(comparison, cases = readCases(comparison) ?? "none");
  return cases === "none" ? undefined : cases;
}

function readCases({ operator: { name }, right }: CheckedComparison): Cases | undefined {
  if (right.kind === "operand") return undefined;
  const quantifier = right.kind === "quantified" ? right.quantifier : "anyof";
  if (quantifier === "oneof") return undefined;
  const operator = isEquality(name) ? "=" : name;
  // An empty list satisfies no quantifier, which "any" of none says.
  const join = quantifier === "allof" && right.constants.length > 0 ? "all" : "any";
  return { join, cases: right.constants.map((constant) => ({ operator, constant })) };
}

/** With one value on the left these are all the same question. */
export function isEquality(name: ComparisonName): boolean {
  return name === "=" || name === "==" || name === "in" || name === "intersects";
}

export function isSameCase(one: Case, other: Case): boolean {
  return one.operator === other.operator && sameConstant(one.constant, other.constant);
}

/** Whether a value of `type` that satisfies `one`, which is no equality, satisfies `other`. */
export function leadsTo(one: Case, other: Case, type: FieldType): boolean {
  if (isSameCase(one, other)) return true;
  const range = rangeOf(one, type), wider = rangeOf(other, type);
  if (range && wider) return isWithin(range, wider);
  const { constant: text } = one, { constant: part } = other;
  if (typeof text !== "string" || typeof part !== "string" || !PARTS.has(one.operator)) {
    return false;
  }
  switch (other.operator) {
    case "contains":
      return text.includes(part);
    case "icontains":
      return asciiLower(text).includes(asciiLower(part));
    case "startswith":
      return one.operator === "startswith" && text.startsWith(part);
    case "endswith":
      return one.operator === "endswith" && text.endsWith(part);
    default:
      return false;
  }
}

/** The constant stands in every value that satisfies these. */
const PARTS: ReadonlySet<ComparisonName> = new Set(["startswith", "endswith", "contains"]);

/** Whether no value of `type` satisfies both, neither of them being an equality. */
export function areApart(one: Case, other: Case, type: FieldType): boolean {
  const range = rangeOf(one, type), second = rangeOf(other, type);
  if (range && second) return isEmpty(range, second);
  const { constant: a } = one, { constant: b } = other;
  if (one.operator !== other.operator || typeof a !== "string" || typeof b !== "string") {
    return false;
  }
  if (one.operator === "startswith") return !a.startsWith(b) && !b.startsWith(a);
  return one.operator === "endswith" && !a.endsWith(b) && !b.endsWith(a);
}

/** Numbers from `low` to `high`, both included unless `open`; absent bounds are none. */
interface Range {
  readonly low?: number | bigint;
  readonly high?: number | bigint;
  readonly open: boolean;
}

function rangeOf({ operator, constant }: Case, type: FieldType): Range | undefined {
  if (typeof constant !== "number" && typeof constant !== "bigint") return undefined;
  // Between whole numbers there is nothing; fields of type DOUBLE may have fractions.
  const whole = type !== "DOUBLE";
  switch (operator) {
    case ">=":
      return { low: constant, open: false };
    case ">":
      return whole ? { low: BigInt(constant) + 1n, open: false } : { low: constant, open: true };
    case "<=":
      return { high: constant, open: false };
    case "<":
      return whole ? { high: BigInt(constant) - 1n, open: false } : { high: constant, open: true };
    default:
      return undefined;
  }
}

function isWithin(inner: Range, outer: Range): boolean {
  const edgeFits = inner.open || !outer.open;
  const fits = (a: number | bigint, b: number | bigint) => edgeFits ? a >= b : a > b;
  if (outer.low !== undefined) return inner.low !== undefined && fits(inner.low, outer.low);
  return outer.high !== undefined && inner.high !== undefined && fits(outer.high, inner.high);
}

function isEmpty(one: Range, other: Range): boolean {
  const low = one.low ?? other.low, high = one.high ?? other.high;
  if (low === undefined || high === undefined) return false;
  return one.open || other.open ? low >= high : low > high;
}

export function sameConstant(one: Constant, other: Constant): boolean {
  // Loosely, for numbers: 5 is 5n.
  return one == other || (typeof one === "object" && constantKey(one) === constantKey(other));
}

function constantKey(constant: Constant): string {
  if (typeof constant !== "object") return String(constant);
  return "prefix" in constant ? `${constant.address}/${constant.prefix}` : constant.toString();
}
