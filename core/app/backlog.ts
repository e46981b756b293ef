/**
 * Alerts that are still on their way out, for sources that can make events wait: a recording is
 * read faster than any output writes, and what does not fit into an output's queue would be lost.
 */
import type { Delivery } from "../delivery/mod.ts";

export interface BacklogOptions {
  readonly delivery: Pick<Delivery, "sent" | "sentUnits" | "counters" | "flush">;
  /** Alerts that a queue holds, as `outputs_queue.capacity` has it; 0: what the delivery holds by itself. */
  readonly capacity: number;
}

/** Alerts that may wait before a source that can wait, too, has to. */
const MAX_WAITING = 1000;
/** As the delivery counts them. */
const MAX_WAITING_UNITS = 4 << 20;
/** After so many it is time to look whether too many wait. */
const LOOK_AFTER = 256;
const LOOK_AFTER_UNITS = 1 << 20;
/** How long a source waits for slow outputs at a time. */
export const SETTLE_MS = 60_000;

export class Backlog {
  readonly #delivery: BacklogOptions["delivery"];
  readonly #maxWaiting: number;
  readonly #lookAfter: number;
  /** What had been sent when somebody looked last. */
  #lookedAt = 0;
  #lookedAtUnits = 0;
  #flushedAtUnits = 0;

  constructor({ delivery, capacity }: BacklogOptions) {
    this.#delivery = delivery;
    const most = capacity > 0 ? capacity : Infinity;
    this.#maxWaiting = Math.min(MAX_WAITING, Math.floor(most / 2));
    this.#lookAfter = Math.min(LOOK_AFTER, Math.ceil(most / 4));
  }

  /** Whether it is time to `settle`; asked after every event. */
  get isDue(): boolean {
    const { sent, sentUnits } = this.#delivery;
    return sent - this.#lookedAt >= this.#lookAfter ||
      sentUnits - this.#lookedAtUnits >= LOOK_AFTER_UNITS;
  }

  /** Waits until alerts have gone out, when too many have not. */
  settle(): Promise<void> | undefined {
    const { sent, sentUnits } = this.#delivery;
    this.#lookedAt = sent;
    this.#lookedAtUnits = sentUnits;
    const isLong = sentUnits - this.#flushedAtUnits > MAX_WAITING_UNITS ||
      this.#delivery.counters().some(({ queued }) => queued > this.#maxWaiting);
    if (!isLong) return undefined;
    return this.#delivery.flush(SETTLE_MS).then(() => {
      this.#flushedAtUnits = sentUnits;
    });
  }
}
