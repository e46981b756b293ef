/**
 * What was lost by when. Whoever reads is behind what happens, most of all when the ring is full; what
 * does not fit into the ring then is later than what was read last. So a recording that ends at its
 * size limit has lost only what was lost before its last event happened.
 */
import type { SourceCounters } from "../../plugin/mod.ts";

/** Longer than any ring takes to be read, looked at five times a second. */
const MOST_SAMPLES = 1000;

export type Losses = ReadonlyMap<string, number>;

/** What a source's counters call lost, where it is something. */
export function lossesOf(counters: SourceCounters): Losses {
  return new Map(
    Object.entries(counters).filter(([name, count]) => name.startsWith("drops.") && count > 0),
  );
}

export class LossHistory {
  readonly #samples: { readonly timeNs: bigint; readonly losses: Losses }[] = [];

  /** The counters of this moment, in nanoseconds since the epoch; moments come in their order. */
  note(timeNs: bigint, counters: SourceCounters): void {
    const losses = lossesOf(counters);
    if (losses.size === 0) return;
    this.#samples.push({ timeNs, losses });
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
  }

  /** What was certainly lost by then. */
  by(timeNs: bigint): Losses {
    return this.#samples.findLast((sample) => sample.timeNs <= timeNs)?.losses ?? new Map();
  }
}
