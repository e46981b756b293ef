/** What a run has seen, told at its end. */
import type { EngineCounters, LaneCounters } from "../engine/mod.ts";
import type { SourceCounters } from "../plugin/mod.ts";
import type { StateCounters } from "../state/mod.ts";

export interface Summary {
  readonly engine: EngineCounters;
  readonly lanes: readonly LaneCounters[];
  readonly sources: readonly { readonly name: string; readonly counters: SourceCounters }[];
  readonly state: StateCounters;
}

/** One line for what is always of interest, one for each thing that is not zero. */
export function summaryLines({ engine, lanes, sources, state }: Summary): string[] {
  const lines = [`falcod: stopped; ${engine.events} events, ${engine.alerts} alerts`];
  const byCount = [...engine.alertsByRule].sort((a, b) => b[1] - a[1]);
  for (const [rule, count] of byCount) lines.push(`  alerts of "${rule}": ${count}`);
  for (const { name, counters } of sources) {
    for (const [counter, count] of Object.entries(counters)) {
      if (count === 0 || counter.startsWith("events.")) continue;
      lines.push(`  ${name} ${counter}: ${count}`);
    }
  }
  for (const lane of lanes) {
    if (lane.dropped > 0) lines.push(`  output ${lane.name}, alerts dropped: ${lane.dropped}`);
    if (lane.failed > 0) lines.push(`  output ${lane.name}, alerts lost: ${lane.failed}`);
  }
  const evictions = [
    ["processes evicted from the table", state.evicted],
    ["containers evicted from the table", state.containersEvicted],
    ["events skipped by a bug of falcod", engine.faults],
  ] as const;
  for (const [what, count] of evictions) if (count > 0) lines.push(`  ${what}: ${count}`);
  return lines;
}
