/**
 * The way to one sink: a bounded queue, and one batch at a time under way, written again while the
 * other end does not take it.
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
import { backoffMs, NO_RETRY, type RetrySettings } from "./backoff.ts";
import type { Pending } from "./pending.ts";

/** A sink and how it wants its alerts. */
export interface DeliveryTarget {
  /** How logs and counters call it; no two have the same. */
  readonly name: string;
  readonly sink: Sink;
  /** Shared between targets where the same instance is given: an alert is then formatted once. */
  readonly formatter: Formatter;
  /** The formatter stays when those of others change. */
  readonly keepsFormatter?: boolean;
  /** Asked on the event path, so quick; those it refuses are nobody's loss. Absent: all. */
  readonly takes?: (alert: Alert) => boolean;
  /** Absent: a batch that fails is lost. */
  readonly retry?: RetrySettings;
  /** Of one write; absent: as long as it takes. */
  readonly timeoutMs?: number;
  /** In place of those of the delivery. */
  readonly limits?: Partial<LaneLimits>;
  /** Told what was accepted and given up, once for good. */
  readonly onDead?: (alerts: readonly FormattedAlert[], reason: string) => void;
}

export interface LaneLimits {
  /** Alerts a lane holds; 10 000, some 20 MB of usual ones. */
  readonly capacity: number;
  /** UTF-16 units of text a lane holds, whatever their number; 16 Mi. Alerts can be made long on purpose. */
  readonly capacityUnits: number;
  /** Alerts handed to a sink at once, 256. */
  readonly batchSize: number;
  /** How long the first alert of a batch waits for others (Falco's `buffered_outputs`); 0: not at all. */
  readonly gatherMs: number;
}

export interface LaneCounters {
  readonly name: string;
  /**
   * `failing`: the last batch was lost. `retrying`: it is going to be written again. `closed`: nothing
   * is written any more.
   */
  readonly state: "working" | "retrying" | "failing" | "closed";
  /** Waiting or under way. */
  readonly queued: number;
  readonly delivered: number;
  /** Never accepted: the lane was full or closed. */
  readonly dropped: number;
  /** Accepted and lost: the sink or the formatter failed, or the time to close was over. */
  readonly failed: number;
  /** Of these, those that the other end did not want. */
  readonly rejected: number;
  /** Writes that were done again. */
  readonly retries: number;
}

/** A sink that was told to stop and does not is left to itself after so long. */
const GRACE_MS = 1000;

export class Lane {
  #formatter: Formatter;
  readonly #target: DeliveryTarget;
  readonly #limits: LaneLimits;
  readonly #log: Logger;
  readonly #gone: () => void;
  readonly #retry: RetrySettings;
  #queue: Pending[] = [];
  #units = 0;
  /** Alerts in the batch that the sink has now. */
  #underWay = 0;
  #state: LaneCounters["state"] = "working";
  #delivered = 0;
  #dropped = 0;
  #failed = 0;
  #rejected = 0;
  #retries = 0;
  /** Counters when the current trouble began, for the message at its end. */
  #droppedBefore: number | undefined;
  #failedBefore: number | undefined;
  #formatFailed = false;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: (() => void)[] = [];
  /** Aborts when no more is to be tried. */
  readonly #stop = new AbortController();

  /** `gone` is told when the sink has closed by itself. */
  constructor(
    target: DeliveryTarget,
    { limits, log, gone }: {
      readonly limits: LaneLimits;
      readonly log: Logger;
      readonly gone: () => void;
    },
  ) {
    this.#target = target;
    this.#limits = { ...limits, ...target.limits };
    this.#log = log;
    this.#gone = gone;
    this.#retry = target.retry ?? NO_RETRY;
    this.#formatter = target.formatter;
  }

  /** For the alerts that come from now on. */
  reformat(formatter: Formatter): void {
    if (!this.#target.keepsFormatter) this.#formatter = formatter;
  }

  offer(pending: Pending): void {
    if (this.#target.takes?.(pending.alert) === false) return;
    const { capacity, capacityUnits, batchSize, gatherMs } = this.#limits;
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

  /** Gives up what is still there. */
  async close(): Promise<void> {
    this.#shut();
    try {
      await this.#target.sink.close();
    } catch (error) {
      this.#log.error(`Cannot close output "${this.#target.name}": ${reasonOf(error)}`);
    }
  }

  counters(): LaneCounters {
    return {
      name: this.#target.name,
      state: this.#state,
      queued: this.#queue.length + this.#underWay,
      delivered: this.#delivered,
      dropped: this.#dropped,
      failed: this.#failed,
      rejected: this.#rejected,
      retries: this.#retries,
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
      if (batch.length > 0) await this.#deliver(batch);
      // A sink that does no input or output of its own must not keep the event loop from sources.
      await setImmediate();
    }
    this.#running = false;
    this.#endOfDrops();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #take(): Pending[] {
    const taken = this.#queue.splice(0, this.#limits.batchSize);
    for (const pending of taken) this.#units -= pending.units;
    return taken;
  }

  #formatted(batch: readonly Pending[]): FormattedAlert[] {
    const lines: FormattedAlert[] = [];
    for (const pending of batch) {
      try {
        lines.push(pending.format(this.#formatter));
      } catch (error) {
        this.#failed++;
        if (this.#formatFailed) continue;
        this.#formatFailed = true;
        this.#log.error(`Cannot format an alert for "${this.#target.name}": ${reasonOf(error)}`);
      }
    }
    return lines;
  }

  /** Until it is there, or has to be given up. */
  async #deliver(batch: readonly FormattedAlert[]): Promise<void> {
    let rest = batch;
    for (let attempt = 0;; attempt++) {
      this.#underWay = rest.length;
      const error = await this.#write(rest);
      if (error === undefined) {
        this.#delivered += rest.length;
        this.#underWay = 0;
        if (this.#state !== "working") this.#recovered();
        return;
      }
      const accepted = Math.min(rest.length, acceptedOf(error));
      this.#delivered += accepted;
      rest = rest.slice(accepted);
      if (rest.length === 0 || !this.#goesOn(error, attempt)) {
        this.#underWay = 0;
        if (rest.length > 0) this.#lost(rest, error);
        return;
      }
      await this.#pause(attempt, error);
    }
  }

  /** What went wrong; absent when the batch has arrived. */
  async #write(batch: readonly FormattedAlert[]): Promise<unknown> {
    const { sink, timeoutMs } = this.#target;
    const overdue = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, overdue.signal]);
    const written = sink.write(batch, { signal }).then(() => undefined, (error) => error ?? "?");
    if (timeoutMs === undefined) return await written;
    const late = Symbol();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const after = (ms: number) =>
      new Promise<typeof late>((resolve) => timer = setTimeout(() => resolve(late), ms));
    try {
      const outcome = await Promise.race([written, after(timeoutMs)]);
      if (outcome !== late) return outcome;
      clearTimeout(timer);
      overdue.abort(new SinkError("unavailable", `no answer within ${timeoutMs} ms`));
      // Two writes at once would mix up the order.
      const ending = await Promise.race([written, after(GRACE_MS)]);
      if (ending === undefined) return undefined;
      return new SinkError("unavailable", `no answer within ${timeoutMs} ms`);
    } finally {
      clearTimeout(timer);
    }
  }

  #goesOn(error: unknown, attempt: number): boolean {
    if (this.#state === "closed" || attempt >= this.#retry.attempts) return false;
    return !(error instanceof SinkError) || error.code === "unavailable";
  }

  async #pause(attempt: number, error: unknown): Promise<void> {
    this.#retries++;
    if (this.#state === "working") {
      this.#failedBefore = this.#failed;
      this.#log.warning(
        `Output "${this.#target.name}" failed and is tried again: ${reasonOf(error)}`,
      );
    }
    this.#state = "retrying";
    const askedMs = error instanceof SinkError ? error.retryAfterMs ?? 0 : 0;
    await paused(backoffMs(attempt, this.#retry, { askedMs }), this.#stop.signal);
  }

  #lost(batch: readonly FormattedAlert[], error: unknown): void {
    if (this.#state === "working" || this.#state === "retrying") {
      this.#failedBefore ??= this.#failed;
      this.#state = "failing";
      this.#log.error(
        `Output "${this.#target.name}" failed, alerts are lost: ${reasonOf(error)}`,
      );
    }
    this.#failed += batch.length;
    if (error instanceof SinkError && error.code === "rejected") this.#rejected += batch.length;
    this.#target.onDead?.(batch, reasonOf(error));
    if (error instanceof SinkError && error.code === "closed" && this.#state !== "closed") {
      this.#shut();
      this.#gone();
    }
  }

  #recovered(): void {
    const lost = this.#failed - (this.#failedBefore ?? this.#failed);
    this.#failedBefore = undefined;
    if (this.#state === "closed") return;
    this.#state = "working";
    const outcome = lost === 0 ? "nothing was lost" : `${lost} alerts were lost`;
    this.#log.warning(`Output "${this.#target.name}" works again, ${outcome}`);
  }

  #shut(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = "closed";
    this.#failed += this.#queue.length;
    this.#queue = [];
    this.#units = 0;
    this.#stop.abort(new SinkError("unavailable", "falcod stops"));
  }

  #drop(): void {
    if (this.#droppedBefore === undefined) {
      this.#droppedBefore = this.#dropped;
      const reason = this.#state === "closed" ? "is closed" : "does not keep up";
      this.#log.error(`Output "${this.#target.name}" ${reason}, new alerts are dropped`);
    }
    this.#dropped++;
  }

  #endOfDrops(): void {
    if (this.#droppedBefore === undefined || this.#state === "closed") return;
    const dropped = this.#dropped - this.#droppedBefore;
    this.#droppedBefore = undefined;
    this.#log.warning(
      `Output "${this.#target.name}" has caught up, ${dropped} alerts were dropped`,
    );
  }
}

function acceptedOf(error: unknown): number {
  return error instanceof SinkError ? error.accepted ?? 0 : 0;
}

/** Returns early when the signal aborts. */
function paused(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
