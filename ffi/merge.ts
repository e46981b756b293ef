/**
 * Hands out the records of two rings in the order things happened.
 *
 * What must hold: a fork or exec is seen before the events that follow it, an exit after those that
 * precede it, although they travel in different rings. It does, because
 *
 * 1. a program takes the record's time before it reserves room, so no record has a later time than the
 *    moment it was reserved, and everything ahead of it in its ring has been reserved even earlier;
 * 2. if L comes before E (fork before the child's open, open before the exit), L was complete in its
 *    ring when E took its time: `L.time < L complete < E.time`;
 * 3. the limit is taken *before* the producer positions are read. An E with `E.time <= limit` is only
 *    handed out when its L was complete before the limit, hence stands before the producer position;
 * 4. everything ahead of L in L's ring was reserved before L, so its time is below E's too (1): going
 *    by the earlier head of both rings reaches L before E;
 * 5. a record that is still being written hides those behind it, and L may be one of them. So it
 *    counts as earlier than everything and holds back both rings, for the microseconds it takes.
 *
 * Within a ring the order is the ring's own; times of different CPUs may be a little out of order there.
 */
import { RECORD_HEADER } from "./layout.ts";
import { BUSY, type RingMemory, type RingReader } from "./ring.ts";

export interface RecordHandler {
  /**
   * One record: `offset` is where its header starts in `memory`, `kind` as in `RECORD_KIND`.
   * The memory is borrowed until it returns. Must not throw: a record that did is not handed out again.
   */
  record(memory: RingMemory, offset: number, kind: number): void;
}

/** A record that much ahead of the clock is not from this clock, unless the machine slept meanwhile. */
const SUSPICIOUS_NS = 1e9;

export class RecordMerger {
  readonly #lifecycle: RingReader;
  readonly #events: RingReader;
  readonly #clock: () => number;

  /** `clock` gives CLOCK_BOOTTIME in ns. */
  constructor(lifecycle: RingReader, events: RingReader, clock: () => number) {
    this.#lifecycle = lifecycle;
    this.#events = events;
    this.#clock = clock;
  }

  /** Hands out at most `budget` records of what is there now, and says how many it were. */
  drain(handler: RecordHandler, budget: number): number {
    const lifecycle = this.#lifecycle;
    const events = this.#events;
    const limitNs = this.#clock();
    lifecycle.refresh();
    events.refresh();
    let count = 0;
    try {
      while (count < budget) {
        const ring = lifecycle.timeNs <= events.timeNs ? lifecycle : events;
        if (ring.timeNs > limitNs) {
          if (!this.#isFromTheFuture(ring, limitNs)) break;
          ring.skipCorrupt();
          continue;
        }
        const { memory, offset } = ring;
        if (offset === BUSY) break;
        count++;
        // The cursor moves on first, so that a record is never handed out twice; its memory stays
        // ours until it is published.
        ring.advance();
        handler.record(memory, offset, memory.u16[(offset + RECORD_HEADER.kind) >> 1]!);
        ring.publishSome();
      }
    } finally {
      lifecycle.publish();
      events.publish();
    }
    return count;
  }

  /** Whether anything is left to hand out, now or a little later. */
  get hasMore(): boolean {
    return this.#lifecycle.hasMore || this.#events.hasMore;
  }

  /** How often something else than a record stood in a ring. */
  get corrupt(): number {
    return this.#lifecycle.corrupt + this.#events.corrupt;
  }

  /** Such a record would wait for ever and hold back both rings; after a suspend the clock has caught up. */
  #isFromTheFuture(ring: RingReader, limitNs: number): boolean {
    return ring.timeNs !== Infinity && ring.timeNs - limitNs > SUSPICIOUS_NS &&
      ring.timeNs > this.#clock();
  }
}
