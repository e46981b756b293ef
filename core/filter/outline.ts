/**
 * What can be said of a condition when only some of its leaves are known: an outline is the condition
 * with places of leaves in place of leaves, and may still hold or not.
 */
import type { CheckedCondition } from "./checked.ts";
import { MAX_EMITTED_BITS } from "./emit.ts";
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
  /** Bit n is the truth of event leaf n. */
  readonly eventBits: number | undefined;
  /** Of those only the ones are known that events of one kin share. */
  readonly ofKin?: boolean;
  readonly event: Truths | undefined;
  readonly path: Truths | undefined;
  readonly process: Truths | undefined;
}

export type Outline =
  | { readonly kind: "and" | "or"; readonly children: readonly Outline[] }
  | { readonly kind: "not"; readonly child: Outline }
  | { readonly kind: "bit"; readonly index: number; readonly ofKin: boolean }
  | { readonly kind: keyof LeafSets; readonly place: LeafPlace }
  /** May be either way; `ofKin`: but the same for events of one kin. */
  | { readonly kind: "open"; readonly ofKin: boolean };

const OPEN: Outline = { kind: "open", ofKin: false };
const OPEN_OF_KIN: Outline = { kind: "open", ofKin: true };

/** Leaves of a set; what is beyond stays open. */
const MAX_LEAVES = 16_384;

/** Makes outlines, and collects the leaves in them. */
export class Outliner {
  /** As many as `emitBits` takes. */
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
    if (bit === undefined && this.eventLeaves.length < MAX_EMITTED_BITS) {
      bit = this.eventLeaves.push(leaf) - 1;
      this.#bits.set(key, bit);
    }
    return bit;
  }
}

/** False when the condition cannot hold, whatever the unknown leaves are. */
export function mayHold(outline: Outline, known: Known): boolean {
  return may(outline, true, known);
}

/** Whether the outline can have the truth `wanted`. */
function may(outline: Outline, wanted: boolean, known: Known): boolean {
  switch (outline.kind) {
    case "and":
    case "or": {
      const all = (outline.kind === "and") === wanted;
      for (const child of outline.children) {
        if (may(child, wanted, known) !== all) return !all;
      }
      return all;
    }
    case "not":
      return may(outline.child, !wanted, known);
    case "bit":
      if (known.eventBits === undefined || known.ofKin && !outline.ofKin) return true;
      return ((known.eventBits >>> outline.index) & 1) === (wanted ? 1 : 0);
    case "event":
    case "path":
    case "process": {
      const { group, index } = outline.place;
      const holds = known[outline.kind]?.[group]?.holds[index];
      return holds === undefined || holds === wanted;
    }
    case "open":
      return true;
    default:
      return outline satisfies never;
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
