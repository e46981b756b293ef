/** The smallest parts of a condition: comparisons and existence checks. */
import type { Network } from "../base/ip.ts";
import type { Basis, FieldScalar, FieldValue } from "../field/mod.ts";
import type {
  CheckedComparison,
  CheckedExistence,
  CheckedOperand,
  CheckedRight,
} from "./checked.ts";
import type { Constant } from "./family.ts";

export type Leaf = CheckedComparison | CheckedExistence;

/** What the leaf's truth depends on for events of a type; absent when that is not one thing. */
export function basisOf(leaf: Leaf, eventType: number): Basis | undefined {
  const bases = new Set(operandBases(leaf.left, eventType));
  if (leaf.kind === "comparison" && leaf.right.kind === "operand") {
    for (const basis of operandBases(leaf.right.operand, eventType)) bases.add(basis);
  }
  const [basis] = bases;
  return bases.size === 1 ? basis : undefined;
}

/**
 * Fields whose number differs among events of one kin (`Event.kin`), and the least it is. What a call
 * returned can be less only where it failed, and then it is the same for the kin.
 */
const LEAST: ReadonlyMap<string, number> = new Map([
  ["fd.num", 0],
  ["evt.rawres", 0],
  ["evt.num", 1],
]);

/** Whether events of one kin agree on the leaf, as far as it looks at the event. */
export function isSharedByKin(leaf: Leaf, eventType: number): boolean {
  const basis = basisOf(leaf, eventType);
  if (basis !== "event") return basis !== undefined;
  if (leaf.left.kind !== "field") return false;
  const least = LEAST.get(leaf.left.definition.name);
  return least !== undefined && (leaf.kind === "exists" || isSameFrom(least, leaf));
}

/** All numbers from `least` on compare alike. */
function isSameFrom(least: number, { operator, right }: CheckedComparison): boolean {
  if (right.kind !== "constants") return false;
  const atLeast = operator.name === ">=" || operator.name === "<";
  if (!atLeast && !TELLING.has(operator.name)) return false;
  return right.constants.every((constant) =>
    typeof constant === "number" && (atLeast ? constant <= least : constant < least)
  );
}

/** They tell numbers apart by the constant or by what follows it. */
const TELLING: ReadonlySet<string> = new Set(["=", "==", "!=", "in", ">", "<="]);

function* operandBases(operand: CheckedOperand, eventType: number): Generator<Basis | undefined> {
  if (operand.kind === "field") {
    const { definition, argument } = operand;
    yield definition.basisIn ? definition.basisIn(eventType, argument) : definition.basis;
  } else if (operand.kind === "call") {
    for (const inner of operand.operands) yield* operandBases(inner, eventType);
  }
}

const keys = new WeakMap<Leaf, string>();

/** Leaves with the same key have the same truth on every event. */
export function keyOfLeaf(leaf: Leaf): string {
  let key = keys.get(leaf);
  if (key === undefined) keys.set(leaf, key = makeKey(leaf));
  return key;
}

/** V8 tells longer texts apart by their length alone: a table of such keys compares each with all others. */
const LONGEST_HASHED = 16_383;

/** One value for all leaves that mean the same. */
export class LeafMap<Value> {
  readonly #byKey = new Map<string, Value>();
  /** Of lists with thousands of values. */
  readonly #byHash = new Map<number, { readonly key: string; readonly value: Value }[]>();
  #long = 0;

  /** How many different leaves there are. */
  get size(): number {
    return this.#byKey.size + this.#long;
  }

  get(leaf: Leaf): Value | undefined {
    const key = keyOfLeaf(leaf);
    if (key.length <= LONGEST_HASHED) return this.#byKey.get(key);
    return this.#byHash.get(hashOf(key))?.find((entry) => entry.key === key)?.value;
  }

  /** For a leaf that has none. */
  add(leaf: Leaf, value: Value): void {
    const key = keyOfLeaf(leaf);
    if (key.length <= LONGEST_HASHED) {
      this.#byKey.set(key, value);
      return;
    }
    const hash = hashOf(key), entry = { key, value };
    const entries = this.#byHash.get(hash);
    if (entries) entries.push(entry);
    else this.#byHash.set(hash, [entry]);
    this.#long++;
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash, 31) + text.charCodeAt(at) | 0;
  return hash;
}

function makeKey(leaf: Leaf): string {
  const left = keyOfOperand(leaf.left);
  if (leaf.kind === "exists") return `${left} exists${leaf.nonEmpty ? " some" : ""}`;
  return `${left} ${leaf.operator.name} ${leaf.spread} ${rightKey(leaf.right)}`;
}

function rightKey(right: CheckedRight): string {
  if (right.kind === "operand") return keyOfOperand(right.operand);
  const quantifier = right.kind === "quantified" ? right.quantifier : "";
  return `${quantifier}(${right.constants.map(constantKey).join()})`;
}

/** Operands with the same key have the same value on every event. */
export function keyOfOperand(operand: CheckedOperand): string {
  switch (operand.kind) {
    case "field":
      return `f${idOf(operand.definition)}[${JSON.stringify(operand.argument) ?? ""}]`;
    case "constant":
      return valueKey(operand.value);
    case "call":
      return `c${idOf(operand.apply)}(${operand.operands.map(keyOfOperand).join()})`;
    default:
      return operand satisfies never;
  }
}

function valueKey(value: FieldValue): string {
  if (value === undefined) return "absent";
  if (!Array.isArray(value)) return constantKey(value as FieldScalar);
  return `[${(value as readonly FieldScalar[]).map(constantKey).join()}]`;
}

function constantKey(value: Constant | FieldScalar): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `x${value.toHex()}`;
  if (typeof value === "object") return networkKey(value);
  return `${value}`;
}

function networkKey({ address, prefix }: Network): string {
  return `x${address.toHex()}/${prefix}`;
}

const ids = new WeakMap<object, number>();
let lastId = 0;

function idOf(thing: object): number {
  let id = ids.get(thing);
  if (id === undefined) ids.set(thing, id = ++lastId);
  return id;
}
