/** Where the alerts of a lane wait. */
import type { Pending } from "./pending.ts";

export interface Taken {
  readonly pending: Pending;
  /** Milliseconds since the epoch when it was accepted; absent: just now. */
  readonly acceptedMs?: number;
  /** It may have arrived in an earlier run. */
  readonly again: boolean;
}

/** Alerts on their way to the sink. */
export interface TakenBatch {
  readonly alerts: readonly Taken[];
  /** On disk for the next run, as long as they are not settled. */
  readonly isLasting: boolean;
  /** Told once: the oldest so many, or all, have arrived or are given up. Never rejects. */
  settle(count?: number): Promise<void>;
}

export interface StoreCounters {
  readonly bytes: number;
  /** Alerts that are on disk and have not been handed to the sink. */
  readonly alerts: number;
  /** Times that writing or reading failed. */
  readonly failures: number;
  /** Alerts whose bytes were spoilt; they are lost. */
  readonly spoilt: number;
}

export interface Store {
  /** Returns at once; false when there is no room. */
  offer(pending: Pending): boolean;
  /** Alerts that were not taken yet. */
  readonly waiting: number;
  /** The oldest of them. Empty: there is nothing at the moment. Never rejects. */
  take(limit: number): Promise<TakenBatch>;
  /** All that was accepted outlives falcod by now, and may be left behind. */
  kept(): Promise<boolean>;
  /** Resolves to the alerts that are nowhere else, oldest first. Never rejects. */
  close(): Promise<readonly Pending[]>;
  /** Alerts outlive falcod here. */
  readonly isLasting: boolean;
  counters?(): StoreCounters;
}
