/**
 * The way from the engine to the sinks.
 *
 * Every sink has a lane of its own. `enqueue` only puts the alert in line; formatting and writing
 * happen in a turn of their own, so neither a slow sink nor a broken one delays detection or another
 * sink. What is given up is counted and said aloud.
 *
 * Queues are bounded although Falco's is not by default: the alerts of a flood would otherwise eat the
 * memory of the host they are about. A full lane refuses the newest alert and keeps what it accepted.
 */
import type { Alert } from "../alert/mod.ts";
import type { Formatter, Logger } from "../plugin/mod.ts";
import { type HeldBack, HoldBack, type HoldBackSettings } from "./hold_back.ts";
import { Lane, type LaneCounters, sinksOf } from "./lane.ts";
import type { DeliveryTarget, LaneLimits } from "./target.ts";
import { Pending } from "./pending.ts";
import { within } from "./within.ts";

export interface DeliveryOptions extends Partial<LaneLimits> {
  readonly targets: readonly DeliveryTarget[];
  readonly log: Logger;
  /** Told once, when the last sink has closed by itself: nobody takes alerts any more. */
  readonly onAllGone?: () => void;
  /** Absent: nothing is held back. */
  readonly holdBack?: HoldBackSettings;
  /** Of this machine, for what is told of alerts that were held back. */
  readonly hostname?: string;
  /** Closed when all lanes are. */
  readonly closes?: readonly { close(): Promise<void> }[];
}

/** Falco's `output_timeout`. */
const CLOSE_TIMEOUT_MS = 2000;

export class Delivery {
  readonly #lanes: readonly Lane[];
  readonly #targets: readonly DeliveryTarget[];
  readonly #log: Logger;
  readonly #holdBack: HoldBack | undefined;
  readonly #closes: DeliveryOptions["closes"];

  constructor(options: DeliveryOptions) {
    const { capacity = 10_000, capacityUnits = 16 << 20, batchSize = 256 } = options;
    const { gatherMs = 0, blockedMs = 0 } = options;
    const limits = { capacity, capacityUnits, batchSize, gatherMs, blockedMs };
    const { log, targets } = options;
    this.#log = log;
    this.#targets = targets;
    let left = targets.length;
    const gone = () => {
      if (--left === 0) options.onAllGone?.();
    };
    this.#lanes = targets.map((target) => new Lane(target, { limits, log, gone }));
    const { holdBack, hostname = "", closes } = options;
    this.#closes = closes;
    this.#holdBack = holdBack &&
      new HoldBack(holdBack, { send: (alert) => this.#send(alert), hostname });
  }

  /** Puts an alert in every lane; cost does not depend on what sinks do. Never throws. */
  enqueue(alert: Alert): void {
    if (this.#holdBack) this.#holdBack.offer(alert);
    else this.#send(alert);
  }

  #send(alert: Alert): void {
    const pending = new Pending(alert);
    for (const lane of this.#lanes) lane.offer(pending);
  }

  /** Waits until all lanes are empty and written; false when that took longer than `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean> {
    return within(timeoutMs, Promise.all(this.#lanes.map((lane) => lane.drained())));
  }

  /**
   * Flushes, then closes the sinks; both may take `timeoutMs`. False when something was left behind; what
   * is on disk is not.
   */
  async close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<boolean> {
    this.#holdBack?.close();
    const settled = Promise.all(this.#lanes.map((lane) => lane.settled()));
    const flushed = await within(timeoutMs, settled);
    const closed = Promise.all(this.#lanes.map((lane) => lane.close()));
    const all = closed.then(() => Promise.all(this.#closes?.map((one) => one.close()) ?? []));
    if (await within(timeoutMs, all)) return flushed;
    this.#log.warning("Some outputs did not close in time");
    return false;
  }

  /** Alerts that no sink has yet are formatted by these from now on; `byName`: for targets with a format. */
  reformat(formatter: Formatter, byName: ReadonlyMap<string, Formatter> = new Map()): void {
    for (const lane of this.#lanes) lane.reformat(formatter, byName);
  }

  /** Has sinks open again what they hold open; what goes wrong is told and tried again by their next write. */
  async reopen(): Promise<void> {
    await Promise.all(this.#targets.map(async (target) => {
      try {
        await Promise.all(sinksOf(target).map((sink) => sink.reopen?.()));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#log.error(`Cannot open output "${target.name}" again: ${reason}`);
      }
    }));
  }

  /** Alerts that came to no lane. */
  get heldBack(): HeldBack {
    return this.#holdBack?.counters ?? { byRate: 0, asRepeated: 0 };
  }

  counters(): readonly LaneCounters[] {
    return this.#lanes.map((lane) => lane.counters());
  }
}
