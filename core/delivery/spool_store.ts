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
import type { Store, StoreCounters, Taken } from "./store.ts";

export interface SpoolStoreOptions {
  /** Of what the disk does not have yet. */
  readonly limits: StoreLimits;
  readonly log: Logger;
  /** How logs call it. */
  readonly name: string;
}

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
  /** Of the disk, how many entries were taken last. */
  #taken = 0;
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

  async take(limit: number): Promise<readonly Taken[]> {
    try {
      for (;;) {
        if (this.#spool.unread > 0) {
          const taken = await this.#takeFromDisk(limit);
          if (taken.length > 0) return taken;
        } else {
          await (this.#writing ??= this.#write());
          const isWriting = this.#writing !== undefined;
          if (this.#spool.unread === 0 && !isWriting) return await this.#fresh.take(limit);
        }
      }
    } catch (error) {
      this.#failed("read", error);
      return [];
    }
  }

  async settle(): Promise<void> {
    const taken = this.#taken;
    this.#taken = 0;
    if (taken > 0) await this.#spool.settle(taken);
    // There may be room now.
    if (this.#isStuck) this.#writing ??= this.#write();
  }

  async kept(): Promise<boolean> {
    await (this.#writing ??= this.#write());
    return this.#fresh.waiting === 0;
  }

  async close(): Promise<number> {
    if (this.#isClosed) return 0;
    await (this.#writing ??= this.#write());
    this.#isClosed = true;
    const lost = await this.#fresh.close();
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

  async #takeFromDisk(limit: number): Promise<readonly Taken[]> {
    const found = await this.#spool.take(limit);
    const taken: Taken[] = [];
    for (const { entry, again } of found) {
      const alert = entry && alertFromText(entry.text);
      if (alert) taken.push({ pending: new Pending(alert), acceptedMs: entry.acceptedMs, again });
    }
    const spoilt = found.length - taken.length;
    if (spoilt > 0) {
      this.#spoilt += spoilt;
      this.#log.error(
        `Output "${this.#name}": ${spoilt} alerts of its spool cannot be read any more`,
      );
    }
    if (taken.length > 0) this.#taken = found.length;
    else await this.#spool.settle(found.length);
    return taken;
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
