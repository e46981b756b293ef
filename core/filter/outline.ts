/**
 * What can be said of a condition when only some of its leaves are known: an outline is the condition
 * with places of leaves in place of leaves, and may still hold or not.
 */
import type { CheckedCondition } from "./checked.ts";
import { basisOf, isSharedByKin, keyOfLeaf, type Leaf } from "./leaf.ts";
import type { LeafPlace, LeafSet, Truths } from "./leaf_set.ts";

/** Leaves by what their truth depends on; somebody may know it beforehand. */
export interface LeafSets {
  /** Of the event's own leaves those beyond the ones that are bits. */
  readonly event: LeafSet;
  readonly path: LeafSet;
  readonly process: LeafSet;
}

/** The truth of leaves; absent where nobody has found out. */
export interface Known {
  /** Bit n: event leaf n was asked. */
  readonly asked: number;
  /** Bit n is the truth of event leaf n, of those that were asked. */
  readonly bits: number;
  /** Of those only the ones are known that events of one kin share. */
  readonly ofKin?: boolean;
  readonly event: Truths | undefined;
  readonly path: Truths | undefined;
  readonly process: Truths | undefined;
}

interface Junction {
  readonly kind: "and" | "or";
  readonly children: readonly Outline[];
}

export type Outline =
  | Junction
  | { readonly kind: "not"; readonly child: Outline }
  | { readonly kind: "bit"; readonly index: number; readonly ofKin: boolean }
  | { readonly kind: keyof LeafSets; readonly place: LeafPlace }
  /** May be either way; `ofKin`: but the same for events of one kin. */
  | { readonly kind: "open"; readonly ofKin: boolean };

/** Of a condition that holds, and of one that does not, whatever the open leaves are. */
export const HOLDS: Outline = Object.freeze<Junction>({ kind: "and", children: [] });
export const NEVER: Outline = Object.freeze<Junction>({ kind: "or", children: [] });
const OPEN: Outline = { kind: "open", ofKin: false };
const OPEN_OF_KIN: Outline = { kind: "open", ofKin: true };

/** As many as a small integer has. */
const MAX_BITS = 30;
/** Leaves of a set; what is beyond stays open. */
const MAX_LEAVES = 16_384;

/** Makes outlines, and collects the leaves in them. */
export class Outliner {
  /** At most `MAX_BITS`. */
  readonly eventLeaves: Leaf[] = [];
  readonly #bits = new Map<string, number>();
  readonly #sets: LeafSets;

  readonly #eventType: number;
  readonly #isOpen: (leaf: Leaf) => boolean;

  /** For events of one type; leaves stay open where `isOpen` says so. */
  constructor(eventType: number, sets: LeafSets, isOpen: (leaf: Leaf) => boolean = () => false) {
    this.#eventType = eventType;
    this.#sets = sets;
    this.#isOpen = isOpen;
  }

  outline(condition: CheckedCondition): Outline {
    switch (condition.kind) {
      case "and":
      case "or": {
        const children = condition.children.map((child) => this.outline(child));
        return { kind: condition.kind, children };
      }
      case "not":
        return { kind: "not", child: this.outline(condition.child) };
      case "exists":
      case "comparison":
        return this.#leaf(condition);
      default:
        return condition satisfies never;
    }
  }

  #leaf(leaf: Leaf): Outline {
    const basis = basisOf(leaf, this.#eventType);
    if (basis === undefined || this.#isOpen(leaf)) return OPEN;
    if (basis === "names") return OPEN_OF_KIN;
    const ofKin = isSharedByKin(leaf, this.#eventType);
    const kind = basis === "kin" ? "event" : basis;
    const bit = kind === "event" ? this.#bit(leaf) : undefined;
    if (bit !== undefined) return { kind: "bit", index: bit, ofKin };
    const set = this.#sets[kind];
    if (set.size < MAX_LEAVES) return { kind, place: set.add(leaf) };
    return ofKin && kind !== "process" ? OPEN_OF_KIN : OPEN;
  }

  /** Absent when there are as many as there are bits. */
  #bit(leaf: Leaf): number | undefined {
    const key = keyOfLeaf(leaf);
    let bit = this.#bits.get(key);
    if (bit === undefined && this.eventLeaves.length < MAX_BITS) {
      bit = this.eventLeaves.push(leaf) - 1;
      this.#bits.set(key, bit);
    }
    return bit;
  }
}

/** What is left of an outline when more is known: `HOLDS`, `NEVER`, or what is still open of it. */
export function narrowOutline(outline: Outline, known: Known): Outline {
  switch (outline.kind) {
    case "and":
    case "or":
      return narrowJunction(outline, known);
    case "not": {
      const child = narrowOutline(outline.child, known);
      if (child === HOLDS) return NEVER;
      if (child === NEVER) return HOLDS;
      return child === outline.child ? outline : { kind: "not", child };
    }
    case "bit":
      if ((known.asked >>> outline.index & 1) === 0 || known.ofKin && !outline.ofKin) {
        return outline;
      }
      return (known.bits >>> outline.index & 1) !== 0 ? HOLDS : NEVER;
    case "event":
    case "path":
    case "process": {
      const { group, index } = outline.place;
      const holds = known[outline.kind]?.[group]?.holds[index];
      if (holds === undefined) return outline;
      return holds ? HOLDS : NEVER;
    }
    case "open":
      return outline;
    default:
      return outline satisfies never;
  }
}

function narrowJunction(outline: Junction, known: Known): Outline {
  const { kind, children } = outline;
  const decisive = kind === "or" ? HOLDS : NEVER, neutral = kind === "or" ? NEVER : HOLDS;
  const open: Outline[] = [];
  let isSame = true;
  for (const child of children) {
    const narrowed = narrowOutline(child, known);
    if (narrowed === decisive) return decisive;
    if (narrowed !== child) isSame = false;
    if (narrowed !== neutral) open.push(narrowed);
  }
  if (open.length === 0) return neutral;
  if (open.length === 1) return open[0]!;
  return isSame ? outline : { kind, children: open };
}

/** Adds the event leaves that an outline asks, by index, with whether events of one kin agree on them. */
export function bitsIn(outline: Outline, found: Map<number, boolean>): void {
  switch (outline.kind) {
    case "and":
    case "or":
      for (const child of outline.children) bitsIn(child, found);
      return;
    case "not":
      return bitsIn(outline.child, found);
    case "bit":
      found.set(outline.index, outline.ofKin);
      return;
    default:
      return;
  }
}

/** Whether events of one kin, by threads that agree in all leaves of processes, have the same truth. */
export function isSharedByKinAndThread(outline: Outline): boolean {
  switch (outline.kind) {
    case "and":
    case "or":
      return outline.children.every(isSharedByKinAndThread);
    case "not":
      return isSharedByKinAndThread(outline.child);
    case "bit":
    case "open":
      return outline.ofKin;
    case "event":
      return false;
    case "path":
    case "process":
      return true;
    default:
      return outline satisfies never;
  }
}

/** Whether anything in the outline is in the set. */
export function mentions(outline: Outline, basis: keyof LeafSets): boolean {
  switch (outline.kind) {
    case "and":
    case "or":
      return outline.children.some((child) => mentions(child, basis));
    case "not":
      return mentions(outline.child, basis);
    default:
      return outline.kind === basis;
  }
}
