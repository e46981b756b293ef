/** What a lane is told of its sink. */
import type { Alert } from "../alert/mod.ts";
import type { FormattedAlert, Formatter, Sink } from "../plugin/mod.ts";
import type { RetrySettings } from "./backoff.ts";
import type { StoreLimits } from "./memory_store.ts";
import type { Spool } from "./spool/spool.ts";

/** A sink and how it wants its alerts. */
export interface DeliveryTarget {
  /** How logs and counters call it; no two have the same. */
  readonly name: string;
  readonly sink: Sink;
  /**
   * To the same place, each with batches of its own at the same time: order is kept within a batch only.
   * Absent: none.
   */
  readonly others?: readonly Sink[];
  /** Shared between targets where the same instance is given: an alert is then formatted once. */
  readonly formatter: Formatter;
  /** Name of the formatter, where it is another than that of most. */
  readonly format?: string;
  /** Asked on the event path, so quick; those it refuses are nobody's loss. Absent: all. */
  readonly takes?: (alert: Alert) => boolean;
  /**
   * Whether its sink is asked who is `missing`; alerts that come before somebody is there are counted,
   * and are no loss.
   */
  readonly mayBeMissing?: boolean;
  /** What the sink gets in place of an alert. Absent: the alert. */
  readonly adapt?: (alert: Alert) => Alert;
  /** Absent: a batch that fails is lost. With a spool it is tried until it is too old. */
  readonly retry?: RetrySettings;
  /** Of one write; absent: as long as it takes. */
  readonly timeoutMs?: number;
  /** In place of those of the delivery. */
  readonly limits?: Partial<LaneLimits>;
  /** Open, and closed with the lane. Absent: alerts wait in memory. */
  readonly spool?: Spool;
  /** Alerts of the spool that are older are given up. */
  readonly maxAgeMs?: number;
  /** Told what was accepted and given up, once for good. */
  readonly onDead?: (alerts: readonly FormattedAlert[], reason: string) => void;
}

/** The store's are 10 000 alerts and 16 Mi units; alerts can be made long on purpose. */
export interface LaneLimits extends StoreLimits {
  /** Alerts handed to a sink at once, 256. */
  readonly batchSize: number;
  /** How long the first alert of a batch waits for others (Falco's `buffered_outputs`); 0: not at all. */
  readonly gatherMs: number;
  /** A write that takes so long is told of, 0: never (Falco's `output_timeout`). */
  readonly blockedMs: number;
  /**
   * How long a sink is tried that takes nothing and says of nothing why, and from then on no more: one
   * that never did otherwise, and one that did. Absent: as `retry` says, each time.
   */
  readonly silence?: { readonly atFirstMs: number; readonly laterMs: number };
}
