/**
 * The way to one sink: a bounded store, and one batch at a time under way, written again while the
 * other end does not take it.
 */
import { setImmediate } from "node:timers/promises";
import { type FormattedAlert, type Formatter, type Logger, SinkError } from "../plugin/mod.ts";
import { attempt, WriteOverdue } from "./_attempt.ts";
import { type LaneState, reasonOf, Trouble } from "./_trouble.ts";
import { backoffMs, NO_RETRY, type RetrySettings } from "./backoff.ts";
import { MemoryStore } from "./memory_store.ts";
import { Pending } from "./pending.ts";
import { SpoolStore } from "./spool_store.ts";
import type { Store, StoreCounters, Taken } from "./store.ts";
import type { DeliveryTarget, LaneLimits } from "./target.ts";

export interface LaneCounters {
  readonly name: string;
  /**
   * `failing`: the last batch was lost. `retrying`: it is going to be written again. `blocked`: it takes
   * long. `closed`: nothing is written any more.
   */
  readonly state: LaneState;
  /** Waiting or under way, on disk too. */
  readonly queued: number;
  readonly delivered: number;
  /** Never accepted: the lane was full or closed. */
  readonly dropped: number;
  /** Accepted and lost: the sink or the formatter failed, or the time to close was over. */
  readonly failed: number;
  /** Of these, those that the other end did not want. */
  readonly rejected: number;
  /** Of these, those that became too old. */
  readonly expired: number;
  /** Writes that were done again. */
  readonly retries: number;
  /** Alerts that may have arrived twice; the sink was told of each. */
  readonly repeated: number;
  /** Left on disk for the next run. */
  readonly kept: number;
  /** Absent: alerts are not kept on disk. */
  readonly spool?: StoreCounters;
}

/** Field of an alert that may have arrived before. */
export const REPEATED_FIELD = "falcod.repeated";

/** After a spool could not be read. */
const READ_AGAIN_MS = 1000;

export class Lane {
  #formatter: Formatter;
  readonly #target: DeliveryTarget;
  readonly #limits: LaneLimits;
  readonly #store: Store;
  readonly #trouble: Trouble;
  readonly #gone: () => void;
  readonly #retry: RetrySettings;
  /** Alerts in the batch that the sink has now. */
  #underWay = 0;
  #delivered = 0;
  #dropped = 0;
  #failed = 0;
  #rejected = 0;
  #expired = 0;
  #retries = 0;
  #repeated = 0;
  #kept = 0;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: (() => void)[] = [];
  #waitingForTrouble: (() => void)[] = [];
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
    const { name, spool } = target;
    this.#target = target;
    this.#limits = { ...limits, ...target.limits };
    this.#store = spool
      ? new SpoolStore(spool, { limits: this.#limits, log, name })
      : new MemoryStore(this.#limits);
    this.#trouble = new Trouble(name, log);
    this.#gone = gone;
    this.#retry = target.retry ?? NO_RETRY;
    this.#formatter = target.formatter;
    if (this.#store.waiting > 0) this.#start();
  }

  /** For the alerts that come from now on. */
  reformat(formatter: Formatter, byName: ReadonlyMap<string, Formatter>): void {
    const { format } = this.#target;
    this.#formatter = format === undefined ? formatter : byName.get(format) ?? this.#formatter;
  }

  offer(pending: Pending): void {
    if (this.#target.takes?.(pending.alert) === false) return;
    const { batchSize, gatherMs } = this.#limits;
    if (this.#isClosed || !this.#store.offer(pending)) {
      this.#trouble.dropped(this.#dropped++);
      return;
    }
    if (this.#running) return;
    if (gatherMs === 0 || this.#store.waiting >= batchSize) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), gatherMs);
  }

  /** Resolves when nothing is queued or under way. */
  drained(): Promise<void> {
    if (this.#store.waiting > 0) this.#start();
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when falcod may end: all has gone out, or is on disk and the sink is in trouble. */
  async settled(): Promise<void> {
    const drained = this.drained();
    if (this.#store.isLasting) {
      await Promise.race([drained, this.#troubled()]);
      if (this.#running && await this.#store.kept()) return;
    }
    await drained;
  }

  /** Resolves when a write has failed and is to be done again. */
  #troubled(): Promise<void> {
    if (this.#trouble.state === "retrying") return Promise.resolve();
    return new Promise((resolve) => this.#waitingForTrouble.push(resolve));
  }

  /** Gives up what is still there; what is on disk stays there. */
  async close(): Promise<void> {
    await this.#shut();
    try {
      await this.#target.sink.close();
    } catch (error) {
      this.#trouble.closeFailed(error);
    }
  }

  counters(): LaneCounters {
    const spool = this.#store.counters?.();
    return {
      name: this.#target.name,
      state: this.#trouble.state,
      queued: this.#isClosed && this.#store.isLasting ? 0 : this.#store.waiting + this.#underWay,
      delivered: this.#delivered,
      dropped: this.#dropped,
      failed: this.#failed + (spool?.spoilt ?? 0),
      rejected: this.#rejected,
      expired: this.#expired,
      retries: this.#retries,
      repeated: this.#repeated,
      kept: this.#kept,
      ...spool && { spool },
    };
  }

  get #isClosed(): boolean {
    return this.#trouble.state === "closed";
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running || this.#isClosed) return;
    this.#running = true;
    queueMicrotask(() => this.#run());
  }

  async #run(): Promise<void> {
    while (!this.#isClosed && this.#store.waiting > 0) {
      const taken = await this.#store.take(this.#limits.batchSize);
      // What is there cannot be read just now.
      if (taken.length === 0) {
        this.#timer ??= setTimeout(() => this.#start(), READ_AGAIN_MS);
        break;
      }
      const isDone = await this.#handle(taken);
      if (!isDone) break;
      await this.#store.settle();
      // A sink that does no input or output of its own must not keep the event loop from sources.
      await setImmediate();
    }
    this.#running = false;
    this.#trouble.caughtUp(this.#dropped);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** False when the alerts have to stay in the store for the next run. */
  async #handle(taken: readonly Taken[]): Promise<boolean> {
    const { maxAgeMs = Infinity } = this.#target;
    const oldest = Date.now() - maxAgeMs;
    const fresh = taken.filter(({ acceptedMs = Infinity }) => acceptedMs >= oldest);
    if (fresh.length < taken.length) {
      await this.#expire(this.#formatted(taken.filter((one) => !fresh.includes(one))));
    }
    const batch = this.#formatted(fresh);
    const acceptedMs = fresh[0]?.acceptedMs ?? Infinity;
    return batch.length === 0 || await this.#deliver(batch, acceptedMs + maxAgeMs);
  }

  #formatted(batch: readonly Taken[]): FormattedAlert[] {
    const lines: FormattedAlert[] = [];
    const { adapt } = this.#target;
    for (const { pending, again } of batch) {
      try {
        const line = adapt
          ? new Pending(adapt(pending.alert)).format(this.#formatter)
          : pending.format(this.#formatter);
        lines.push(again ? this.#marked(line) : line);
      } catch (error) {
        this.#failed++;
        this.#trouble.formatFailed(error);
      }
    }
    return lines;
  }

  /** Says of an alert that it may have arrived before. */
  #marked({ alert }: FormattedAlert): FormattedAlert {
    if (!alert.fields.has(REPEATED_FIELD)) this.#repeated++;
    const marked = { ...alert, fields: new Map(alert.fields).set(REPEATED_FIELD, true) };
    return { alert: marked, line: this.#formatter.format(marked) };
  }

  /** Until it is there, or has to be given up; false when it has to stay. */
  async #deliver(batch: readonly FormattedAlert[], giveUpMs: number): Promise<boolean> {
    const { sink, timeoutMs } = this.#target;
    const { blockedMs } = this.#limits;
    let rest = batch;
    for (let tries = 0;; tries++) {
      this.#underWay = rest.length;
      const error = await attempt(rest, {
        sink,
        stop: this.#stop.signal,
        timeoutMs,
        blockedMs,
        onBlocked: () => this.#trouble.blocked(blockedMs),
      });
      this.#underWay = 0;
      const accepted = error === undefined ? rest.length : acceptedOf(error, rest.length);
      this.#delivered += accepted;
      rest = rest.slice(accepted);
      if (rest.length === 0) {
        this.#trouble.delivered(this.#failed);
        return true;
      }
      if (this.#staysAfter(error)) {
        this.#kept += rest.length;
        if (!this.#isClosed) await this.#endedBySink();
        return false;
      }
      const refused = refusedOf(error);
      if (refused > 0 && refused < rest.length && !this.#isClosed) {
        await this.#lost(rest.slice(0, refused), error);
        rest = rest.slice(refused);
        tries = -1;
        continue;
      }
      // It is slow, not down.
      if (accepted > 0) tries = 0;
      if (!this.#goesOn(error, tries)) {
        await this.#lost(rest, error);
        return true;
      }
      if (error instanceof WriteOverdue) rest = rest.map((line) => this.#marked(line));
      this.#underWay = rest.length;
      await this.#pause(tries, error);
      if (Date.now() > giveUpMs) {
        this.#underWay = 0;
        await this.#expire(rest);
        return true;
      }
    }
  }

  /** On the disk, for the next run. */
  #staysAfter(error: unknown): boolean {
    if (!this.#store.isLasting) return false;
    return this.#isClosed || error instanceof SinkError && error.code === "closed";
  }

  #goesOn(error: unknown, tries: number): boolean {
    const isLast = tries >= this.#retry.attempts && !this.#store.isLasting;
    if (this.#isClosed || isLast) return false;
    return !(error instanceof SinkError) || error.code === "unavailable";
  }

  async #pause(tries: number, error: unknown): Promise<void> {
    this.#retries++;
    this.#trouble.retrying(error, this.#failed);
    for (const resolve of this.#waitingForTrouble.splice(0)) resolve();
    const askedMs = error instanceof SinkError ? error.retryAfterMs ?? 0 : 0;
    await paused(backoffMs(tries, this.#retry, { askedMs }), this.#stop.signal);
  }

  async #expire(batch: readonly FormattedAlert[]): Promise<void> {
    this.#expired += batch.length;
    await this.#lost(batch, new SinkError("unavailable", "they have become too old"));
  }

  async #lost(batch: readonly FormattedAlert[], error: unknown): Promise<void> {
    this.#trouble.lost(error, this.#failed);
    this.#failed += batch.length;
    if (error instanceof SinkError && error.code === "rejected") this.#rejected += batch.length;
    this.#target.onDead?.(batch, reasonOf(error));
    if (error instanceof SinkError && error.code === "closed" && !this.#isClosed) {
      await this.#endedBySink();
    }
  }

  async #endedBySink(): Promise<void> {
    await this.#shut();
    this.#gone();
  }

  async #shut(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isClosed) return;
    this.#trouble.closed();
    this.#stop.abort(new SinkError("unavailable", "falcod stops"));
    const onDisk = this.#store.waiting;
    const lost = await this.#store.close();
    this.#failed += lost;
    if (this.#store.isLasting) this.#kept += onDisk - lost;
  }
}

/** Those that are not wanted, while those after them may be. */
function refusedOf(error: unknown): number {
  return error instanceof SinkError && error.code === "rejected" ? error.refused ?? 0 : 0;
}

function acceptedOf(error: unknown, most: number): number {
  return error instanceof SinkError ? Math.min(most, error.accepted ?? 0) : 0;
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
