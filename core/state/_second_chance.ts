/** Which entry of a full table has to go. */
import { MapHand } from "../base/mod.ts";

export interface Usable {
  /** Set by whoever uses the entry; taken back here. */
  used: boolean;
}

/**
 * The clock algorithm: a hand goes round the table, spares what was used since its last visit and
 * stops at what was not. Nearly as good as least-recently-used, and a use costs one store instead of
 * moving the entry in a list.
 */
export class SecondChance<Key, Entry extends Usable> {
  readonly #entries: ReadonlyMap<Key, Entry>;
  readonly #hand: MapHand<Key, Entry>;

  constructor(entries: ReadonlyMap<Key, Entry>) {
    this.#entries = entries;
    this.#hand = new MapHand(entries);
  }

  /** To be called whenever something was put into the table. */
  inserted(): void {
    this.#hand.inserted();
  }

  /** An entry to evict, never one of `kept`; absent when there is no other. The caller removes it. */
  victim(...kept: readonly (Entry | undefined)[]): Entry | undefined {
    // Two rounds and one step: in the second everything has lost its mark.
    for (let steps = 2 * this.#entries.size + 1; steps > 0; steps--) {
      const entry = this.#hand.next();
      if (!entry) return undefined;
      if (kept.includes(entry)) continue;
      if (!entry.used) return entry;
      entry.used = false;
    }
    return undefined;
  }
}
