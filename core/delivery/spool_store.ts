/**
 * A queue on disk: what is offered is in memory for a turn of the event loop, then in the spool, and
 * comes back from there. While the disk takes nothing, alerts wait in memory, and go out from there
 * when all that is on the disk has.
 */
import type { Logger } from "../plugin/mod.ts";
import { MemoryStore, type StoreLimits } from "./memory_store.ts";
import { Pending } from "./pending.ts";
import { alertFromText, alertToText } from "./spool/alert_text.ts";
import { type Spool, SpoolFull } from "./spool/spool.ts";
import type { Store, StoreCounters, Taken, TakenBatch } from "./store.ts";

export interface SpoolStoreOptions {
  /** Of what the disk does not have yet. */
  readonly limits: StoreLimits;
  readonly log: Logger;
  /** How logs call it. */
  readonly name: string;
}

/** Entries of the disk that were taken together. */
interface Batch {
  /** Those that are not settled. */
  entries: number;
  /** Of these, the oldest so many are done. */
  settled: number;
}

const NOTHING: TakenBatch = { alerts: [], isLasting: false, settle: () => Promise.resolve() };

/** Alerts that one append brings to the disk. */
const APPENDED = 256;
/** Between two tries to write to a disk that does not take it. */
const PAUSE_MS = 1000;

export class SpoolStore implements Store {
  readonly isLasting = true;
  readonly #spool: Spool;
  readonly #fresh: MemoryStore;
  readonly #log: Logger;
  readonly #name: string;
  /** Alerts on their way to the disk. */
  #underWay = 0;
  #writing: Promise<void> | undefined;
  /** Of the disk, in the order in which they were taken. */
  #batches: Batch[] = [];
  /** One at a time reads from the disk or settles. */
  #turn: Promise<unknown> = Promise.resolve();
  #isStuck = false;
  /** Not before this a write is tried for the sake of a new alert. */
  #pausedUntilMs = 0;
  #failures = 0;
  #spoilt = 0;
  #isClosed = false;

  constructor(spool: Spool, { limits, log, name }: SpoolStoreOptions) {
    this.#spool = spool;
    this.#fresh = new MemoryStore(limits);
    this.#log = log;
    this.#name = name;
  }

  get waiting(): number {
    return this.#spool.unread + this.#underWay + this.#fresh.waiting;
  }

  offer(pending: Pending): boolean {
    if (this.#isClosed || !this.#fresh.offer(pending)) return false;
    if (!this.#isStuck || performance.now() > this.#pausedUntilMs) this.#writing ??= this.#write();
    return true;
  }

  take(limit: number): Promise<TakenBatch> {
    return this.#inTurn(() => this.#take(limit));
  }

  async kept(): Promise<boolean> {
    await (this.#writing ??= this.#write());
    return this.#fresh.waiting === 0;
  }

  async close(): Promise<readonly Pending[]> {
    if (this.#isClosed) return [];
    await (this.#writing ??= this.#write());
    this.#isClosed = true;
    const lost = await this.#fresh.close();
    await this.#turn;
    await this.#spool.close().catch((error) => this.#failed("close", error));
    return lost;
  }

  counters(): StoreCounters {
    return {
      bytes: this.#spool.bytes,
      alerts: this.#spool.unread,
      failures: this.#failures,
      spoilt: this.#spoilt,
    };
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(run);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Never rejects. */
  async #take(limit: number): Promise<TakenBatch> {
    try {
      for (;;) {
        if (this.#spool.unread > 0) {
          const taken = await this.#takeFromDisk(limit);
          if (taken) return taken;
        } else {
          await (this.#writing ??= this.#write());
          const isWriting = this.#writing !== undefined;
          if (this.#spool.unread === 0 && !isWriting) return await this.#takeFromMemory(limit);
        }
      }
    } catch (error) {
      this.#failed("read", error);
      return NOTHING;
    }
  }

  async #takeFromMemory(limit: number): Promise<TakenBatch> {
    const taken = await this.#fresh.take(limit);
    return { ...taken, settle: () => Promise.resolve(this.#madeRoom()) };
  }

  /** Absent: none of them can be read. */
  async #takeFromDisk(limit: number): Promise<TakenBatch | undefined> {
    const found = await this.#spool.take(limit);
    const batch: Batch = { entries: found.length, settled: 0 };
    this.#batches.push(batch);
    const alerts: Taken[] = [];
    /** Of each alert, how many entries there are with it and before it. */
    const ends: number[] = [];
    let spoiltBytes = 0;
    for (const [index, { entry, sizeBytes, again }] of found.entries()) {
      const alert = entry && alertFromText(entry.text);
      if (!alert) {
        spoiltBytes += sizeBytes;
        continue;
      }
      alerts.push({ pending: new Pending(alert), acceptedMs: entry.acceptedMs, again });
      ends.push(index + 1);
    }
    const spoilt = found.length - alerts.length;
    if (spoilt > 0) {
      this.#spoilt += spoilt;
      this.#log.error(
        `Output "${this.#name}": ${spoiltBytes} bytes of its spool, ` +
          `${spoilt} alert${spoilt === 1 ? "" : "s"} or more, ` +
          "cannot be read any more and were passed over",
      );
    }
    const settle = async (count = alerts.length) => {
      batch.settled = count === alerts.length ? found.length : ends[count - 1] ?? 0;
      await this.#settle();
    };
    if (alerts.length > 0) {
      return { alerts, isLasting: true, settle: (count) => this.#inTurn(() => settle(count)) };
    }
    await settle();
    return undefined;
  }

  /** The spool only knows how far all is done: what is done behind that waits. */
  async #settle(): Promise<void> {
    let done = 0;
    for (let first = this.#batches[0]; first; first = this.#batches[0]) {
      done += first.settled;
      first.entries -= first.settled;
      first.settled = 0;
      if (first.entries > 0) break;
      this.#batches.shift();
    }
    try {
      if (done > 0) await this.#spool.settle(done);
    } catch (error) {
      this.#failed("read", error);
    }
    this.#madeRoom();
  }

  #madeRoom(): void {
    if (this.#isStuck) this.#writing ??= this.#write();
  }

  /** Brings all there is to the disk; ends at the first thing that goes wrong. Never rejects. */
  async #write(): Promise<void> {
    // Those who offer are not held up by it, and more than one alert may have come until then.
    await Promise.resolve();
    try {
      while (this.#fresh.waiting > 0) {
        await this.#append(this.#fresh.splice(APPENDED));
        if (!this.#isStuck) continue;
        this.#isStuck = false;
        this.#log.warning(`The spool of output "${this.#name}" takes alerts again`);
      }
    } catch (error) {
      this.#pausedUntilMs = performance.now() + PAUSE_MS;
      this.#failed("write", error);
    } finally {
      this.#writing = undefined;
    }
  }

  async #append(alerts: readonly Pending[]): Promise<void> {
    this.#underWay = alerts.length;
    const acceptedMs = Date.now();
    try {
      await this.#spool.append(
        alerts.map(({ alert }) => ({ acceptedMs, text: alertToText(alert) })),
      );
    } catch (error) {
      this.#fresh.putBack(alerts);
      throw error;
    } finally {
      this.#underWay = 0;
    }
  }

  #failed(what: "write" | "read" | "close", error: unknown): void {
    // Who was still reading finds the files closed.
    if (this.#isClosed && what === "read") return;
    this.#failures++;
    if (this.#isStuck) return;
    this.#isStuck = true;
    const reason = error instanceof Error ? error.message : String(error);
    const outcome = error instanceof SpoolFull
      ? "is full; further alerts wait in memory"
      : `cannot be ${PAST[what]} (${reason}); alerts wait in memory`;
    this.#log.error(`The spool of output "${this.#name}" ${outcome}`);
  }
}

const PAST = { write: "written", read: "read", close: "closed" } as const;
