/** Leaves of many conditions, each different one once, and their truth in groups. */
import type { Event } from "../event/mod.ts";
import type { FieldScalar, FieldValue } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import type { CheckedOperand } from "./checked.ts";
import { compareWithConstants, exists, interpretCondition, valueOf } from "./interpret.ts";
import { keyOfLeaf, keyOfOperand, type Leaf } from "./leaf.ts";

/** Where a leaf of a set stands. */
export interface LeafPlace {
  readonly group: number;
  readonly index: number;
}

/** Which leaves of a group hold, for all values that they are equally true of. */
export interface Truth {
  /** Differs from that of every other truth of the group. */
  readonly id: number;
  /** By the leaf's index. */
  readonly holds: readonly boolean[];
}

/** The truth of all leaves, by group. */
export type Truths = readonly Truth[];

/** Values whose truth is remembered, in each group; beyond, all are forgotten. */
const MAX_VALUES = 2048;
/** Longer texts seldom come again. */
const LONGEST_VALUE = 256;

/** Leaves that look at one value: it is read once for all of them. */
class Group {
  readonly leaves: Leaf[] = [];
  readonly #operand: CheckedOperand;
  /** False when a leaf looks at something beside the value. */
  #byValue = true;
  readonly #byKey = new Map<string, Truth>();
  readonly #known = new Map<FieldScalar | undefined, Truth>();

  constructor(operand: CheckedOperand) {
    this.#operand = operand;
  }

  add(leaf: Leaf): number {
    if (leaf.kind === "comparison" && leaf.right.kind === "operand") this.#byValue = false;
    this.#byKey.clear();
    this.#known.clear();
    return this.leaves.push(leaf) - 1;
  }

  truth(event: Event, state: State): Truth {
    const value = valueOf(this.#operand, event, state);
    if (!this.#byValue || !isPlain(value)) return this.#find(value, event, state);
    let truth = this.#known.get(value);
    if (truth === undefined) {
      truth = this.#find(value, event, state);
      if (this.#known.size >= MAX_VALUES) this.#known.clear();
      this.#known.set(value, truth);
    }
    return truth;
  }

  #find(value: FieldValue, event: Event, state: State): Truth {
    const holds = this.leaves.map((leaf) => {
      if (leaf.kind === "exists") return exists(value, leaf.nonEmpty);
      if (leaf.right.kind === "operand") return interpretCondition(leaf, event, state);
      return value !== undefined && compareWithConstants(leaf, value);
    });
    const key = String.fromCharCode(...holds.map(Number));
    let truth = this.#byKey.get(key);
    if (truth === undefined) {
      if (this.#byKey.size >= MAX_VALUES) this.#byKey.clear();
      this.#byKey.set(key, truth = { id: ++lastId, holds });
    }
    return truth;
  }
}

/** Ids are given once in a run, so that one of a forgotten truth never means another. */
let lastId = 0;

function isPlain(value: FieldValue): value is FieldScalar | undefined {
  return typeof value === "string" ? value.length <= LONGEST_VALUE : typeof value !== "object";
}

/** Grows while conditions are added; places once given stay. */
export class LeafSet {
  readonly #places = new Map<string, LeafPlace>();
  readonly #groups: Group[] = [];
  readonly #groupOf = new Map<string, number>();

  /** The same place for leaves that mean the same. */
  add(leaf: Leaf): LeafPlace {
    const key = keyOfLeaf(leaf);
    let place = this.#places.get(key);
    if (place === undefined) {
      const group = this.#groupFor(leaf.left);
      place = { group, index: this.#groups[group]!.add(leaf) };
      this.#places.set(key, place);
    }
    return place;
  }

  #groupFor(operand: CheckedOperand): number {
    const key = keyOfOperand(operand);
    let group = this.#groupOf.get(key);
    if (group === undefined) {
      group = this.#groups.push(new Group(operand)) - 1;
      this.#groupOf.set(key, group);
    }
    return group;
  }

  /** How many different leaves there are. */
  get size(): number {
    return this.#places.size;
  }

  /** The truth of every leaf for one event. */
  truths(event: Event, state: State): Truths {
    return this.#groups.map((group) => group.truth(event, state));
  }
}
