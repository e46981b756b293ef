/** A bounded queue in memory. */
import type { Pending } from "./pending.ts";
import type { Store, TakenBatch } from "./store.ts";

export interface StoreLimits {
  /** Alerts it holds. */
  readonly capacity: number;
  /** UTF-16 units of text it holds, whatever their number. */
  readonly capacityUnits: number;
}

/** Of a batch, but for its first alert: a sink's format may make six times as much of them. */
const BATCH_UNITS = 1 << 20;

export class MemoryStore implements Store {
  readonly isLasting = false;
  readonly #limits: StoreLimits;
  #queue: Pending[] = [];
  #units = 0;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  offer(pending: Pending): boolean {
    const { capacity, capacityUnits } = this.#limits;
    if (this.#queue.length >= capacity || this.#units + pending.units > capacityUnits) return false;
    this.#queue.push(pending);
    this.#units += pending.units;
    return true;
  }

  take(limit: number): Promise<TakenBatch> {
    const count = this.#fitting(limit);
    const alerts = this.splice(count).map((pending) => ({ pending, again: false }));
    return Promise.resolve({ alerts, isLasting: false, settle: () => Promise.resolve() });
  }

  /** How many of the oldest make a batch. */
  #fitting(limit: number): number {
    const most = Math.min(limit, this.#queue.length);
    let units = 0, count = 0;
    while (count < most && (count === 0 || units + this.#queue[count]!.units <= BATCH_UNITS)) {
      units += this.#queue[count++]!.units;
    }
    return count;
  }

  /** Takes out the oldest. */
  splice(limit: number): Pending[] {
    const taken = this.#queue.splice(0, limit);
    for (const pending of taken) this.#units -= pending.units;
    return taken;
  }

  /** In front of all others, be there room or not. */
  putBack(alerts: readonly Pending[]): void {
    this.#queue.unshift(...alerts);
    for (const pending of alerts) this.#units += pending.units;
  }

  kept(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): Promise<readonly Pending[]> {
    return Promise.resolve(this.splice(this.#queue.length));
  }
}
