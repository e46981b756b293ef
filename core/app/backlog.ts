/**
 * Alerts that are still on their way out, for sources that can make events wait: a recording is
 * read faster than any output writes, and what does not fit into an output's queue would be lost. It
 * waits for all that goes on.
 * What happens now is judged now: an output that is slow or hangs has it wait once, and then no more.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Delivery } from "../delivery/mod.ts";

export interface BacklogOptions {
  readonly delivery: Pick<Delivery, "sent" | "sentUnits" | "counters" | "settledWhileMoving">;
  /** Alerts that a queue holds, as `outputs_queue.capacity` has it; 0: what the delivery holds by itself. */
  readonly capacity: number;
  /** Its events can wait as long as it takes; an output then has room for all alerts of one. */
  readonly isRecorded: boolean;
  /** Aborts when nobody is to wait any more. */
  readonly signal: AbortSignal;
  /** How long what happens now waits for an output; 2 s. */
  readonly patienceMs?: number;
}

/** Alerts that may wait before a source that can wait, too, has to. */
const MAX_WAITING = 1000;
/** As the delivery counts them. */
const MAX_WAITING_UNITS = 4 << 20;
/** After so many it is time to look whether too many wait. */
const LOOK_AFTER = 256;
const LOOK_AFTER_UNITS = 1 << 20;
const PATIENCE_MS = 2000;
/** Longer than an output may be silent until it is given up: what then still waits is for a spool that is full. */
const STILL_MS = 120_000;
const LOOK_AGAIN_MS = 5;

export class Backlog {
  readonly #delivery: BacklogOptions["delivery"];
  readonly #maxWaiting: number;
  readonly #lookAfter: number;
  readonly #isRecorded: boolean;
  readonly #signal: AbortSignal;
  readonly #patienceMs: number;
  /** Outputs that were waited for in vain, and what had to go out then; until half of it has. */
  readonly #slow = new Map<string, number>();
  /** What had been sent when somebody looked last. */
  #lookedAt = 0;
  #lookedAtUnits = 0;
  #wasLong = false;
  #flushedAtUnits = 0;

  constructor(options: BacklogOptions) {
    const { delivery, capacity, isRecorded, signal, patienceMs = PATIENCE_MS } = options;
    this.#delivery = delivery;
    this.#isRecorded = isRecorded;
    this.#signal = signal;
    this.#patienceMs = patienceMs;
    const most = capacity > 0 && !isRecorded ? capacity : Infinity;
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
    if (sent === this.#lookedAt && !this.#wasLong) return undefined;
    this.#lookedAt = sent;
    this.#lookedAtUnits = sentUnits;
    const isMuch = sentUnits - this.#flushedAtUnits > MAX_WAITING_UNITS;
    const awaited = this.#awaited();
    this.#wasLong = awaited.some(({ queued }) => queued > this.#maxWaiting) ||
      (isMuch && awaited.length > 0);
    if (!this.#wasLong) return undefined;
    const gone = this.#isRecorded ? this.#thoroughly() : this.#patiently();
    return gone.then(() => {
      this.#flushedAtUnits = sentUnits;
    });
  }

  /** Outputs that have alerts to write and are worth waiting for. */
  #awaited() {
    return this.#delivery.counters().filter(({ name, queued }) => {
      if (queued <= (this.#slow.get(name) ?? 0) / 2) this.#slow.delete(name);
      return queued > 0 && !this.#slow.has(name);
    });
  }

  async #patiently(): Promise<unknown> {
    const end = performance.now() + this.#patienceMs;
    let awaited;
    while (
      (awaited = this.#awaited()).length > 0 && performance.now() < end && !this.#signal.aborted
    ) {
      await pause(LOOK_AGAIN_MS);
    }
    this.#noMore(awaited);
    return undefined;
  }

  async #thoroughly(): Promise<unknown> {
    const isDone = await this.#delivery.settledWhileMoving(STILL_MS, this.#signal);
    if (!isDone) this.#noMore(this.#awaited());
    return undefined;
  }

  #noMore(awaited: readonly { readonly name: string; readonly queued: number }[]): void {
    for (const { name, queued } of awaited) this.#slow.set(name, queued);
  }
}
