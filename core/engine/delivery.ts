/**
 * The way from the engine to the sinks.
 *
 * Every sink has a lane of its own: a bounded queue and one batch at a time under way. `enqueue` only
 * puts the alert in line; formatting and writing happen in a turn of their own, so neither a slow sink
 * nor a broken one delays detection or another sink. What is given up is counted and said aloud.
 *
 * Queues are bounded although Falco's is not by default: the alerts of a flood would otherwise eat the
 * memory of the host they are about. A full lane refuses the newest alert and keeps what it accepted.
 */
import { setImmediate } from "node:timers/promises";
import type { Alert } from "../alert/mod.ts";
import {
  type FormattedAlert,
  type Formatter,
  type Logger,
  type Sink,
  SinkError,
} from "../plugin/mod.ts";

export interface DeliveryTarget {
  /** How logs and counters call it. */
  readonly name: string;
  readonly sink: Sink;
  /** Shared between targets where the same instance is given: an alert is then formatted once. */
  readonly formatter: Formatter;
}

export interface DeliveryOptions {
  readonly targets: readonly DeliveryTarget[];
  readonly log: Logger;
  /** Alerts a lane holds; 10 000, some 20 MB of usual ones. */
  readonly capacity?: number;
  /** UTF-16 units of text a lane holds, whatever their number; 16 Mi. Alerts can be made long on purpose. */
  readonly capacityUnits?: number;
  /** Alerts handed to a sink at once, 256. */
  readonly batchSize?: number;
  /** How long the first alert of a batch waits for others (Falco's `buffered_outputs`); 0: not at all. */
  readonly gatherMs?: number;
  /** Told once, when the last sink has closed by itself: nobody takes alerts any more. */
  readonly onAllGone?: () => void;
}

export interface LaneCounters {
  readonly name: string;
  /** `failing`: the last batch was lost. `closed`: nothing is written any more. */
  readonly state: "working" | "failing" | "closed";
  /** Waiting or under way. */
  readonly queued: number;
  readonly delivered: number;
  /** Never accepted: the lane was full or closed. */
  readonly dropped: number;
  /** Accepted and lost: the sink or the formatter failed, or the time to close was over. */
  readonly failed: number;
}

type LaneLimits = Required<Omit<DeliveryOptions, "targets" | "log" | "onAllGone">>;

/** Falco's `output_timeout`. */
const CLOSE_TIMEOUT_MS = 2000;

export class Delivery {
  readonly #lanes: readonly Lane[];
  readonly #log: Logger;

  constructor(options: DeliveryOptions) {
    const { capacity = 10_000, capacityUnits = 16 << 20, batchSize = 256, gatherMs = 0 } = options;
    const limits = { capacity, capacityUnits, batchSize, gatherMs };
    this.#log = options.log;
    let left = options.targets.length;
    const gone = () => {
      if (--left === 0) options.onAllGone?.();
    };
    this.#lanes = options.targets.map((target) => new Lane(target, limits, options.log, gone));
  }

  /** Puts an alert in every lane; cost does not depend on what sinks do. Never throws. */
  enqueue(alert: Alert): void {
    const pending = new Pending(alert);
    for (const lane of this.#lanes) lane.offer(pending);
  }

  /** Waits until all lanes are empty and written; false when that took longer than `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean> {
    return within(timeoutMs, Promise.all(this.#lanes.map((lane) => lane.drained())));
  }

  /** Flushes, then closes the sinks; both may take `timeoutMs`. False when something was left behind. */
  async close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<boolean> {
    const flushed = await this.flush(timeoutMs);
    const closed = Promise.all(this.#lanes.map((lane) => lane.close()));
    if (await within(timeoutMs, closed)) return flushed;
    this.#log.warning("Some outputs did not close in time");
    return false;
  }

  /** Alerts that no sink has yet are formatted by this from now on. */
  reformat(formatter: Formatter): void {
    for (const lane of this.#lanes) lane.formatter = formatter;
  }

  counters(): readonly LaneCounters[] {
    return this.#lanes.map((lane) => lane.counters());
  }
}

/** An alert in the lanes, formatted at most once for each formatter in a row. */
class Pending {
  readonly units: number;
  #formatter: Formatter | undefined;
  #line = "";

  constructor(readonly alert: Alert) {
    let units = alert.message.length;
    for (const value of alert.fields.values()) if (typeof value === "string") units += value.length;
    this.units = units;
  }

  format(formatter: Formatter): FormattedAlert {
    if (this.#formatter !== formatter) {
      this.#line = formatter.format(this.alert);
      this.#formatter = formatter;
    }
    return { alert: this.alert, line: this.#line };
  }
}

class Lane {
  formatter: Formatter;
  #queue: Pending[] = [];
  #units = 0;
  /** Alerts in the batch that the sink has now. */
  #underWay = 0;
  #state: LaneCounters["state"] = "working";
  #delivered = 0;
  #dropped = 0;
  #failed = 0;
  /** Counters when the current trouble began, for the message at its end. */
  #droppedBefore: number | undefined;
  #failedBefore: number | undefined;
  #formatFailed = false;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: (() => void)[] = [];

  constructor(
    readonly target: DeliveryTarget,
    readonly limits: LaneLimits,
    readonly log: Logger,
    /** The sink closed by itself. */
    readonly gone: () => void,
  ) {
    this.formatter = target.formatter;
  }

  offer(pending: Pending): void {
    const { capacity, capacityUnits, batchSize, gatherMs } = this.limits;
    const isFull = this.#queue.length >= capacity || this.#units + pending.units > capacityUnits;
    if (isFull || this.#state === "closed") return this.#drop();
    this.#queue.push(pending);
    this.#units += pending.units;
    if (this.#running) return;
    if (gatherMs === 0 || this.#queue.length >= batchSize) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), gatherMs);
  }

  /** Resolves when nothing is queued or under way. */
  drained(): Promise<void> {
    if (this.#queue.length > 0) this.#start();
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.#shut();
    try {
      await this.target.sink.close();
    } catch (error) {
      this.log.error(`Cannot close output "${this.target.name}": ${reasonOf(error)}`);
    }
  }

  counters(): LaneCounters {
    return {
      name: this.target.name,
      state: this.#state,
      queued: this.#queue.length + this.#underWay,
      delivered: this.#delivered,
      dropped: this.#dropped,
      failed: this.#failed,
    };
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => this.#run());
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#formatted(this.#take());
      if (batch.length > 0) await this.#write(batch);
      // A sink that does no input or output of its own must not keep the event loop from sources.
      await setImmediate();
    }
    this.#running = false;
    this.#endOfDrops();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #take(): Pending[] {
    const taken = this.#queue.splice(0, this.limits.batchSize);
    for (const pending of taken) this.#units -= pending.units;
    return taken;
  }

  #formatted(batch: readonly Pending[]): FormattedAlert[] {
    const lines: FormattedAlert[] = [];
    for (const pending of batch) {
      try {
        lines.push(pending.format(this.formatter));
      } catch (error) {
        this.#failed++;
        if (this.#formatFailed) continue;
        this.#formatFailed = true;
        this.log.error(`Cannot format an alert for "${this.target.name}": ${reasonOf(error)}`);
      }
    }
    return lines;
  }

  async #write(batch: readonly FormattedAlert[]): Promise<void> {
    this.#underWay = batch.length;
    try {
      await this.target.sink.write(batch);
      this.#delivered += batch.length;
      if (this.#state === "failing") this.#recovered();
    } catch (error) {
      this.#lost(batch.length, error);
    } finally {
      this.#underWay = 0;
    }
  }

  #lost(count: number, error: unknown): void {
    if (this.#state === "working") {
      this.#state = "failing";
      this.#failedBefore = this.#failed;
      this.log.error(`Output "${this.target.name}" failed, alerts are lost: ${reasonOf(error)}`);
    }
    this.#failed += count;
    if (error instanceof SinkError && error.code === "closed" && this.#state !== "closed") {
      this.#shut();
      this.gone();
    }
  }

  #recovered(): void {
    const lost = this.#failed - (this.#failedBefore ?? this.#failed);
    this.#state = "working";
    this.#failedBefore = undefined;
    this.log.warning(`Output "${this.target.name}" works again, ${lost} alerts were lost`);
  }

  #shut(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = "closed";
    this.#failed += this.#queue.length;
    this.#queue = [];
    this.#units = 0;
  }

  #drop(): void {
    if (this.#droppedBefore === undefined) {
      this.#droppedBefore = this.#dropped;
      const reason = this.#state === "closed" ? "is closed" : "does not keep up";
      this.log.error(`Output "${this.target.name}" ${reason}, new alerts are dropped`);
    }
    this.#dropped++;
  }

  #endOfDrops(): void {
    if (this.#droppedBefore === undefined || this.#state === "closed") return;
    const dropped = this.#dropped - this.#droppedBefore;
    this.#droppedBefore = undefined;
    this.log.warning(`Output "${this.target.name}" has caught up, ${dropped} alerts were dropped`);
  }
}

/** Whether `work` was done in time; the timer is gone either way. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
