/** Which events a condition can match, and what is left of it for events of one type. */
import type { Report } from "../base/mod.ts";
import {
  allEventCodes,
  eventCodesByName,
  eventCodesCalled,
  eventType,
  namesOfType,
} from "../event/mod.ts";
import { type FieldValue, fixedValue } from "../field/mod.ts";
import type {
  CheckedComparison,
  CheckedCondition,
  CheckedExistence,
  CheckedField,
  CheckedJunction,
  CheckedLeaf,
  CheckedOperand,
} from "./checked.ts";
import { foldCondition } from "./fold.ts";
import { compareWithConstants } from "./interpret.ts";

/** `evt.type`, and `syscall.type`, which is absent for events that are no system calls. */
export function isEventType(operand: CheckedOperand): boolean {
  return nameOf(operand) === "evt.type";
}

/** Either of both. */
export function isTypeName(operand: CheckedOperand): boolean {
  const name = nameOf(operand);
  return name === "evt.type" || name === "syscall.type";
}

function nameOf(operand: CheckedOperand): string | undefined {
  return operand.kind === "field" && operand.argument === undefined
    ? operand.definition.name
    : undefined;
}

let everything: ReadonlySet<number> | undefined;

function everyType(): ReadonlySet<number> {
  return everything ??= new Set(allEventCodes());
}

/**
 * Whether it can be told which events the condition is about; reports where it cannot (`F027`). Falco
 * loads no rule that compares the event's type with fields, or asks for one that was transformed.
 */
export function tellsEventTypes(condition: CheckedCondition, report: Report): boolean {
  switch (condition.kind) {
    case "and":
    case "or": {
      const told = condition.children.map((child) => tellsEventTypes(child, report));
      return !told.includes(false);
    }
    case "not":
      return tellsEventTypes(condition.child, report);
    case "exists":
    case "comparison": {
      const problem = untoldTypes(condition);
      if (problem === undefined) return true;
      const help = "compare evt.type with names of events: evt.type in (open, openat)";
      report.add({ code: "F027", title: problem, at: condition.span, help });
      return false;
    }
    default:
      return condition satisfies never;
  }
}

function untoldTypes(leaf: CheckedComparison | CheckedExistence): string | undefined {
  const { left } = leaf;
  const names = leaf.kind === "exists" || ["=", "==", "!=", "in"].includes(leaf.operator.name);
  if (!names) return undefined;
  if (left.kind === "call" && holdsTypeName(left)) {
    return "the event's type is transformed: it cannot be told which events are meant";
  }
  const withValue = isTypeName(left) && leaf.kind === "comparison" && leaf.right.kind === "operand";
  return withValue
    ? "the event's type is compared with a value of the event: it cannot be told which are meant"
    : undefined;
}

function holdsTypeName(operand: CheckedOperand): boolean {
  return operand.kind === "call" ? operand.operands.some(holdsTypeName) : isTypeName(operand);
}

/** "all" stands for every type without listing them. */
type Types = ReadonlySet<number> | "all";

/**
 * Codes of events the condition can be true for, never too few. Only comparisons of the event's type
 * and direction narrow them, and those of evt.num that no event satisfies.
 */
export function eventTypesOf(condition: CheckedCondition): ReadonlySet<number> {
  const types = typesOf(condition, false);
  return types === "all" ? everyType() : types;
}

/** Negation is carried down to the comparisons, since only those know what the rest would be. */
function typesOf(condition: CheckedCondition, negated: boolean): Types {
  switch (condition.kind) {
    case "and":
    case "or":
      return typesOfJunction(condition, negated);
    case "not":
      return typesOf(condition.child, !negated);
    case "exists":
      return negated && isTypeName(condition.left) ? NONE : "all";
    case "comparison":
      return typesCompared(condition, negated);
    default:
      return condition satisfies never;
  }
}

/** By whether it is negated: rules share what their macros stand for, and macros may be deep. */
const junctionTypes = {
  plain: new WeakMap<CheckedJunction, Types>(),
  negated: new WeakMap<CheckedJunction, Types>(),
};

function typesOfJunction(junction: CheckedJunction, negated: boolean): Types {
  const known = junctionTypes[negated ? "negated" : "plain"];
  let types = known.get(junction);
  if (types === undefined) {
    const join = (junction.kind === "and") !== negated ? common : united;
    // One by one: of thousands of children, the sets of all would take a GB.
    const [first, ...rest] = junction.children;
    types = typesOf(first!, negated);
    for (const child of rest) types = join(types, typesOf(child, negated));
    known.set(junction, types);
  }
  return types;
}

const NONE: ReadonlySet<number> = new Set();

/** The types for which a comparison can hold, or not hold. */
function typesCompared(comparison: CheckedComparison, negated: boolean): Types {
  const { left, operator: { name }, right } = comparison;
  if (right.kind === "operand") return "all";
  const isNamed = isTypeName(left) && right.kind === "constants" &&
    ["=", "==", "in", "!="].includes(name);
  if (isNamed) {
    const names = right.constants.map(String);
    return (name === "!=") === negated
      ? new Set(names.flatMap(eventCodesCalled))
      : others(new Set(names.flatMap(eventCodesByName)));
  }
  if (nameOf(left) === "evt.num") {
    const types = typesByNumber(comparison);
    return types && negated ? others(types) : types ?? "all";
  }
  return left.kind === "field" && TOLD_BY_TYPE.has(nameOf(left) ?? "")
    ? typesWith(left, (value) => compareWithConstants(comparison, value) !== negated)
    : "all";
}

/** Fields of which the type of an event gives the value. */
const TOLD_BY_TYPE: ReadonlySet<string> = new Set(["evt.type", "evt.dir"]);

/** Types for which the field has a value that is wanted; those that do not settle it have any. */
function typesWith(
  { definition, argument }: CheckedField,
  isWanted: (value: Exclude<FieldValue, undefined>) => boolean,
): Types {
  return new Set(
    allEventCodes().filter((code) => {
      const value = fixedValue(definition, argument, code)?.value;
      return value === undefined || isWanted(value);
    }),
  );
}

/** Events are numbered from 1, which some comparisons contradict and some only repeat. */
function typesByNumber({ operator: { name }, right }: CheckedComparison): Types | undefined {
  if (right.kind !== "constants") return undefined;
  const numbers = right.constants.map(Number);
  const number = numbers[0] ?? NaN;
  const never = name === "in"
    ? numbers.every((value) => value === 0)
    : name === "<"
    ? number <= 1
    : (name === "=" || name === "==" || name === "<=") && number === 0;
  if (never) return NONE;
  const always = name === ">=" ? number <= 1 : (name === "!=" || name === ">") && number === 0;
  return always ? "all" : undefined;
}

function common(some: Types, more: Types): Types {
  if (some === "all") return more;
  return more === "all" || some.isSubsetOf(more) ? some : some.intersection(more);
}

function united(some: Types, more: Types): Types {
  if (some === "all" || more === "all") return "all";
  return more.isSubsetOf(some) ? some : some.union(more);
}

function others(types: Types): Types {
  return types === "all" ? NONE : everyType().difference(types);
}

/** Has no name of its own: each such event carries the one that rules see. */
const NAMELESS = "asyncevent";

/**
 * The condition with comparisons of the event's type decided for one type; `true` or `false` when
 * nothing is left to ask.
 */
export function foldForEventType(
  condition: CheckedCondition,
  code: number,
): CheckedCondition | boolean {
  return foldCondition(condition, (leaf) => foldLeaf(leaf, code));
}

function foldLeaf(
  condition: CheckedLeaf,
  code: number,
): CheckedCondition | boolean {
  const name = eventType(code)?.name;
  if (name === undefined || name === NAMELESS || !isEventType(condition.left)) return condition;
  if (condition.kind === "exists") return true;
  if (condition.right.kind === "operand") return condition;
  const { left } = condition;
  const hasBoth = left.kind === "field" && left.definition.candidates !== undefined;
  return compareWithConstants(condition, hasBoth ? namesOfType(code) : name);
}
