/** Leaves of many conditions, each different one once, and their truth in groups. */
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import type { CheckedOperand } from "./checked.ts";
import { keyOfOperand, type Leaf, LeafMap } from "./leaf.ts";
import { LeafGroup, type Truth } from "./leaf_group.ts";

/** Where a leaf of a set stands. */
export interface LeafPlace {
  readonly group: number;
  readonly index: number;
}

/** The truth of all leaves, by group. */
export type Truths = readonly Truth[];

/** Grows while conditions are added; places once given stay. */
export class LeafSet {
  readonly #remembers: boolean;
  readonly #places = new LeafMap<LeafPlace>();
  readonly #groups: LeafGroup[] = [];
  readonly #groupOf = new Map<string, number>();

  /** `remembers`: the leaves look at texts that come again, as those of processes do. */
  constructor({ remembers }: { readonly remembers: boolean }) {
    this.#remembers = remembers;
  }

  /** The same place for leaves that mean the same. */
  add(leaf: Leaf): LeafPlace {
    let place = this.#places.get(leaf);
    if (place === undefined) {
      const group = this.#groupFor(leaf.left);
      place = { group, index: this.#groups[group]!.add(leaf) };
      this.#places.add(leaf, place);
    }
    return place;
  }

  #groupFor(operand: CheckedOperand): number {
    const key = keyOfOperand(operand);
    let group = this.#groupOf.get(key);
    if (group === undefined) {
      group = this.#groups.push(new LeafGroup(operand, this.#remembers)) - 1;
      this.#groupOf.set(key, group);
    }
    return group;
  }

  /** All leaves with their places. */
  *leaves(): Generator<readonly [Leaf, LeafPlace]> {
    for (const [group, leaves] of this.#groups.entries()) {
      for (const [index, leaf] of leaves.leaves.entries()) yield [leaf, { group, index }];
    }
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
