/** The way to one sink: a bounded store, and batches that are brought from there to the sink. */
import { setImmediate } from "node:timers/promises";
import { type Formatter, type Logger, type Sink, SinkError } from "../plugin/mod.ts";
import { Carrier } from "./_carrier.ts";
import { Tally } from "./_tally.ts";
import { type LaneState, Trouble } from "./_trouble.ts";
import { MemoryStore } from "./memory_store.ts";
import type { Pending } from "./pending.ts";
import { SpoolStore } from "./spool_store.ts";
import type { Store, StoreCounters } from "./store.ts";
import { within } from "./within.ts";
import type { DeliveryTarget, LaneLimits } from "./target.ts";

export interface LaneCounters {
  readonly name: string;
  /**
   * `failing`: the last batch was lost. `retrying`: it is going to be written again, or what the sink
   * needs is tried again. `blocked`: it takes long. `closed`: nothing is written any more. `removed`: the
   * configuration has it no more.
   */
  readonly state: LaneState;
  /** What the sink itself says is wrong. */
  readonly detail?: string;
  /** Waiting or under way, on disk too, or until somebody fetches it. */
  readonly queued: number;
  readonly delivered: number;
  /** At a sink from which others fetch alerts: those that wait there, or did when it was closed. */
  readonly unfetched?: number;
  /** Never accepted: the lane was full or closed. */
  readonly dropped: number;
  /** Came while nobody was there to write to. Absent: none. */
  readonly missed?: number;
  /** Accepted and lost: the sink or the formatter failed, or the time to close was over. */
  readonly failed: number;
  /** They were `failed` or more: what was spoilt on the disk cannot be counted. */
  readonly isAtLeast?: boolean;
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

/** After a spool could not be read. */
const READ_AGAIN_MS = 1000;
/** What is under way when nothing more is to be tried has so long to say what has arrived. */
const LAST_WORD_MS = 1500;
/** Before another lane goes on, a write may take so long to end by itself. */
const HAND_OVER_MS = 2000;

export class Lane {
  readonly #target: DeliveryTarget;
  readonly #limits: LaneLimits;
  readonly #store: Store;
  readonly #trouble: Trouble;
  readonly #gone: () => void;
  /** One for each sink; each has one batch at a time. */
  readonly #carriers: readonly Carrier[];
  /** Those that have nothing to do. */
  readonly #idle: Carrier[];
  readonly #tally = new Tally();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: (() => void)[] = [];
  #waitingForTrouble: (() => void)[] = [];
  /** As `CarrierOptions` has them. */
  readonly #ending = new AbortController();
  readonly #stop = new AbortController();
  /** Why nobody is there to write to. */
  #missing: string | undefined;
  /** While another lane is to go on: what has not gone out. */
  #left: Pending[] | undefined;

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
    this.#missing = target.mayBeMissing ? target.sink.missing?.() : undefined;
    if (this.#missing !== undefined) this.#trouble.missing(this.#missing);
    this.#gone = gone;
    this.#carriers = sinksOf(target).map((sink) =>
      new Carrier({
        target,
        sink,
        limits: this.#limits,
        tally: this.#tally,
        trouble: this.#trouble,
        ending: this.#ending.signal,
        stop: this.#stop.signal,
        onRetry: () => {
          for (const resolve of this.#waitingForTrouble.splice(0)) resolve();
        },
        takesOver: (left) => {
          this.#left?.push(...left);
          return this.#left !== undefined;
        },
      })
    );
    this.#idle = [...this.#carriers];
    if (this.#store.waiting > 0) this.#start();
  }

  /** For the alerts that come from now on. */
  reformat(formatter: Formatter, byName: ReadonlyMap<string, Formatter>): void {
    const { format } = this.#target;
    const found = format === undefined ? formatter : byName.get(format);
    for (const carrier of this.#carriers) carrier.formatter = found ?? carrier.formatter;
  }

  offer(pending: Pending): void {
    if (this.#target.takes?.(pending.alert) === false) return;
    if (this.isMissing) this.#tally.missed++;
    else this.accept(pending);
  }

  /** Whatever the sink is for: another lane had it already. */
  accept(pending: Pending): void {
    const { batchSize, capacity, gatherMs } = this.#limits;
    if (this.isClosed || !this.#store.offer(pending)) {
      this.#trouble.dropped(this.#tally.dropped++);
      if (this.#idle.length > 0) this.#start();
      return;
    }
    if (this.#idle.length === 0) return;
    // There is room for no more to wait for.
    const most = Math.min(batchSize, capacity);
    if (gatherMs === 0 || this.#store.waiting >= most) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), gatherMs);
  }

  /** Resolves when nothing is queued or under way. */
  drained(): Promise<void> {
    if (this.#store.waiting > 0) this.#start();
    return this.#finished();
  }

  get #isRunning(): boolean {
    return this.#idle.length < this.#carriers.length;
  }

  /** Resolves when nothing is under way. */
  #finished(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when falcod may end: all has gone out, or is on disk and the sink is in trouble. */
  async settled(): Promise<void> {
    const drained = this.drained();
    if (this.#store.isLasting) {
      await Promise.race([drained, this.#troubled()]);
      if (this.#isRunning && await this.#store.kept()) return;
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
    this.#giveUp(await this.#shut({ waits: true }));
    await this.#closeSinks();
  }

  /**
   * Ends, for another lane to go on. Resolves to what has not gone out, oldest first; what is on disk
   * stays there.
   */
  async handOver(): Promise<readonly Pending[]> {
    this.#left = [];
    const waiting = await this.#shut({ waits: true, patienceMs: HAND_OVER_MS });
    const left = [...this.#left, ...waiting];
    this.#left = undefined;
    await this.#closeSinks();
    return left;
  }

  async #closeSinks(): Promise<void> {
    await Promise.all(
      sinksOf(this.#target).map((sink) =>
        // Also when it throws instead of rejecting.
        Promise.resolve().then(() => sink.close())
          .catch((error) => this.#trouble.closeFailed(error))
      ),
    );
  }

  counters(): LaneCounters {
    const spool = this.#store.counters?.();
    const { underWay, failed, missed, ...tally } = this.#tally;
    // Looks, and says so in the state where somebody has come.
    const missing = this.isMissing ? this.#missing : undefined;
    const { state } = this.#trouble;
    const { fetched, unfetched } = this.#fetched();
    const detail = this.isClosed ? undefined : missing ?? this.#target.sink.trouble?.();
    return {
      name: this.#target.name,
      state: state === "working" && detail !== undefined ? "retrying" : state,
      ...detail !== undefined && { detail },
      queued: this.isClosed
        ? this.#store.isLasting ? 0 : this.#store.waiting + underWay
        : this.#store.waiting + underWay + unfetched,
      ...tally,
      ...missed > 0 && { missed },
      ...fetched !== undefined && { delivered: fetched, unfetched },
      failed: failed + (spool?.spoilt ?? 0),
      ...spool && spool.spoilt > 0 && { isAtLeast: true },
      ...spool && { spool },
    };
  }

  #fetched(): { readonly fetched?: number; readonly unfetched: number } {
    const fetched = this.#target.sink.fetched?.();
    if (fetched === undefined) return { unfetched: 0 };
    // Some of a batch that is still being written may have been fetched.
    return { fetched, unfetched: Math.max(0, this.#tally.delivered - fetched) };
  }

  get isClosed(): boolean {
    return this.#trouble.state === "closed";
  }

  /** Nobody has been there to write to so far. */
  get isMissing(): boolean {
    if (this.#missing === undefined) return false;
    this.#missing = this.#target.sink.missing?.();
    if (this.#missing === undefined) this.#trouble.found();
    return this.#missing !== undefined;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.isClosed) return;
    const carrier = this.#idle.shift();
    if (carrier) queueMicrotask(() => this.#run(carrier));
  }

  async #run(carrier: Carrier): Promise<void> {
    while (!this.isClosed && this.#store.waiting > 0) {
      const taken = await this.#store.take(this.#limits.batchSize);
      // What is there cannot be read just now.
      if (taken.alerts.length === 0) {
        if (this.#store.waiting > 0) this.#timer ??= setTimeout(() => this.#start(), READ_AGAIN_MS);
        break;
      }
      if (await carrier.carry(taken) === "sink closed") await this.#endedBySink();
      // A sink that does no input or output of its own must not keep the event loop from sources.
      if (this.#store.waiting > 0) await setImmediate();
    }
    this.#idle.push(carrier);
    if (this.#isRunning) return;
    this.#trouble.caughtUp(this.#tally.dropped);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #endedBySink(): Promise<void> {
    if (this.isClosed) return;
    this.#giveUp(await this.#shut({ waits: false }));
    this.#gone();
  }

  #giveUp(waiting: readonly Pending[]): void {
    const why = new SinkError("unavailable", "the output was closed before it was their turn");
    this.#carriers[0]!.giveUp(waiting, why);
  }

  /**
   * Resolves to what is nowhere else. `waits`: for the last word of the sink on what is under way;
   * `patienceMs`: before that is told to end.
   */
  async #shut(
    { waits, patienceMs = 0 }: { readonly waits: boolean; readonly patienceMs?: number },
  ): Promise<readonly Pending[]> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.isClosed) return [];
    this.#trouble.closed();
    this.#ending.abort();
    if (patienceMs > 0) await within(patienceMs, this.#finished());
    this.#stop.abort(new SinkError("unavailable", "falcod stops"));
    if (waits) await within(LAST_WORD_MS, this.#finished());
    const { waiting } = this.#store;
    const lost = await this.#store.close();
    if (this.#store.isLasting) this.#tally.kept += waiting - lost.length;
    return lost;
  }
}

export function sinksOf({ sink, others = [] }: DeliveryTarget): readonly Sink[] {
  return [sink, ...others];
}
