/** Alerts that come while one lane has ended and the next has not begun. */
import { MemoryStore, type StoreLimits } from "./memory_store.ts";
import type { Pending } from "./pending.ts";

export class Gap {
  readonly #store: MemoryStore;
  #dropped = 0;

  constructor(limits: StoreLimits) {
    this.#store = new MemoryStore(limits);
  }

  get waiting(): number {
    return this.#store.waiting;
  }

  get dropped(): number {
    return this.#dropped;
  }

  offer(pending: Pending): void {
    if (!this.#store.offer(pending)) this.#dropped++;
  }

  takeAll(): readonly Pending[] {
    return this.#store.splice(this.#store.waiting);
  }
}
