/** Which entry of a full table has to go. */

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
  #hand: Iterator<Entry>;

  constructor(entries: ReadonlyMap<Key, Entry>) {
    this.#entries = entries;
    this.#hand = entries.values();
  }

  /** An entry to evict, never one of `kept`; absent when there is no other. The caller removes it. */
  victim(...kept: readonly (Entry | undefined)[]): Entry | undefined {
    // Two rounds and one step: in the second everything has lost its mark.
    for (let steps = 2 * this.#entries.size + 1; steps > 0; steps--) {
      const entry = this.#next();
      if (!entry) return undefined;
      if (kept.includes(entry)) continue;
      if (!entry.used) return entry;
      entry.used = false;
    }
    return undefined;
  }

  /** A Map iterator follows insertions and removals, so the hand survives them. */
  #next(): Entry | undefined {
    const step = this.#hand.next();
    if (!step.done) return step.value;
    this.#hand = this.#entries.values();
    return this.#hand.next().value;
  }
}
