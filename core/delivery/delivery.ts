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
import type { LaneCounters } from "./lane.ts";
import { Lanes, type WantedTarget } from "./lanes.ts";
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
  /** A sink that nobody wants any more may take so long for what it has; a minute. */
  readonly retireMs?: number;
  /** Closed when all lanes are. */
  readonly closes?: readonly { close(): Promise<void> }[];
}

/** Falco's `output_timeout`. */
const CLOSE_TIMEOUT_MS = 2000;

/** What a reload may change. */
export interface DeliverySettings extends Partial<LaneLimits> {
  readonly targets: readonly WantedTarget[];
  readonly holdBack?: HoldBackSettings;
}

export class Delivery {
  readonly #lanes: Lanes;
  readonly #log: Logger;
  readonly #hostname: string;
  readonly #closes: DeliveryOptions["closes"];
  #holdBack: HoldBack | undefined;
  #holdBackKey: string | undefined;
  /** By those that went before `#holdBack`. */
  #sent = 0;
  #sentUnits = 0;
  #heldBefore: HeldBack = { byRate: 0, asRepeated: 0 };

  constructor(options: DeliveryOptions) {
    const { log, targets, hostname = "", closes, retireMs = 60_000, onAllGone = () => {} } =
      options;
    this.#log = log;
    this.#hostname = hostname;
    this.#closes = closes;
    this.#lanes = new Lanes(targets, { limits: limitsOf(options), log, retireMs, onAllGone });
    this.#setHoldBack(options.holdBack);
  }

  /** Puts an alert in every lane; cost does not depend on what sinks do. Never throws. */
  enqueue(alert: Alert): void {
    if (this.#holdBack) this.#holdBack.offer(alert);
    else this.#send(alert);
  }

  #send(alert: Alert): void {
    const pending = new Pending(alert);
    this.#sent++;
    this.#sentUnits += pending.units;
    this.#lanes.offer(pending);
  }

  /** Waits until all lanes are empty and written; false when that took longer than `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean> {
    return within(timeoutMs, this.#lanes.drained());
  }

  /** As `flush`, but what is on disk for a sink in trouble is not waited for, nor after the signal aborts. */
  settled(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    return within(timeoutMs, this.#lanes.settled(), signal);
  }

  /** As `settled`, for as long as `timeoutMs` never go by without an alert. */
  async settledWhileMoving(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    for (let done = -1, now; (now = this.#done) > done && !signal.aborted;) {
      done = now;
      if (await this.settled(timeoutMs, signal)) return true;
    }
    return false;
  }

  /**
   * Flushes, then closes the sinks; both may take `timeoutMs`. False when something was left behind; what
   * is on disk is not. With a signal the first takes until that aborts, as long as `timeoutMs` never go by
   * without an alert.
   */
  async close(timeoutMs = CLOSE_TIMEOUT_MS, signal?: AbortSignal): Promise<boolean> {
    this.#holdBack?.close();
    const flushed = signal
      ? await this.settledWhileMoving(timeoutMs, signal)
      : await this.settled(timeoutMs);
    const closed = this.#lanes.close();
    const all = closed.then(() => Promise.all(this.#closes?.map((one) => one.close()) ?? []));
    if (await within(timeoutMs, all)) return flushed;
    this.#log.warning("Some outputs did not close in time");
    return false;
  }

  /**
   * Has alerts go out as these say. What is the same goes on as it was; what waits for a sink that is
   * not goes to the one of its name, or has a minute to go out. One call at a time; never rejects.
   */
  async change(settings: DeliverySettings): Promise<void> {
    this.#setHoldBack(settings.holdBack);
    await this.#lanes.exchange(settings.targets, limitsOf(settings));
  }

  /** Alerts that no sink has yet are formatted by these from now on; `byName`: for targets with a format. */
  reformat(formatter: Formatter, byName: ReadonlyMap<string, Formatter> = new Map()): void {
    this.#lanes.reformat(formatter, byName);
  }

  /** Has sinks open again what they hold open; what goes wrong is told and tried again by their next write. */
  async reopen(): Promise<void> {
    await this.#lanes.reopen();
  }

  /** Alerts that lanes were offered: those that were not held back, and those that tell of the others. */
  get sent(): number {
    return this.#sent;
  }

  /** Their text, in UTF-16 units. */
  get sentUnits(): number {
    return this.#sentUnits;
  }

  /** Alerts that came to no lane. */
  get heldBack(): HeldBack {
    const { byRate, asRepeated } = this.#heldBefore;
    const now = this.#holdBack?.counters;
    return {
      byRate: byRate + (now?.byRate ?? 0),
      asRepeated: asRepeated + (now?.asRepeated ?? 0),
    };
  }

  /** Of each output, also of those that there are no more. */
  counters(): readonly LaneCounters[] {
    return this.#lanes.counters();
  }

  /** Alerts that are nobody's concern any more, by output. */
  get #done(): number {
    return this.counters().reduce((sum, { delivered, failed }) => sum + delivered + failed, 0);
  }

  #setHoldBack(settings: HoldBackSettings | undefined): void {
    const key = JSON.stringify(settings);
    if (key === this.#holdBackKey) return;
    this.#holdBackKey = key;
    this.#heldBefore = this.heldBack;
    this.#holdBack?.close();
    this.#holdBack = settings && new HoldBack(settings, {
      send: (alert) => this.#send(alert),
      hostname: this.#hostname,
    });
  }
}

function limitsOf(
  {
    capacity = 10_000,
    capacityUnits = 16 << 20,
    batchSize = 256,
    gatherMs = 0,
    blockedMs = 0,
    silence,
  }: Partial<LaneLimits>,
): LaneLimits {
  return { capacity, capacityUnits, batchSize, gatherMs, blockedMs, ...silence && { silence } };
}
