/** Asks about threads nobody has heard of, but not too often. */
import type { ProcessSnapshot } from "../event/mod.ts";

/** Looks at one thread now; absent when it is gone. May cost a tenth of a millisecond. */
export type LookUpThread = (threadId: number) => ProcessSnapshot | undefined;

const PER_SECOND = 200;
const NS_PER_LOOKUP = 1e9 / PER_SECOND;
const MAX_MISSES = 1024;
const MISS_VALID_NS = 1e9;

/**
 * A stream of events from threads that cannot be found (they are gone, or hide) must not turn into a
 * stream of questions: 200 a second, and none again within a second about a thread that was not found.
 * Time is that of the events.
 */
export class Newcomers {
  readonly #lookUp: LookUpThread;
  readonly #misses = new Map<number, number>();
  #allowance = PER_SECOND;
  #lastNs = 0;
  /** Questions that were not asked because there were too many. */
  skipped = 0;
  /** Threads that were looked up and are not there. */
  missed = 0;

  constructor(lookUp: LookUpThread) {
    this.#lookUp = lookUp;
  }

  ask(threadId: number, clockNs: number): ProcessSnapshot | undefined {
    const missedNs = this.#misses.get(threadId);
    if (missedNs !== undefined && Math.abs(clockNs - missedNs) < MISS_VALID_NS) return undefined;
    if (!this.#isAllowed(clockNs)) {
      this.skipped++;
      return undefined;
    }
    const snapshot = this.#lookUp(threadId);
    if (snapshot) {
      this.#misses.delete(threadId);
      return snapshot;
    }
    this.missed++;
    if (this.#misses.size >= MAX_MISSES) this.#misses.clear();
    this.#misses.set(threadId, clockNs);
    return undefined;
  }

  #isAllowed(clockNs: number): boolean {
    const elapsedNs = Math.max(0, clockNs - this.#lastNs);
    this.#lastNs = clockNs;
    this.#allowance = Math.min(PER_SECOND, this.#allowance + elapsedNs / NS_PER_LOOKUP);
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }
}
