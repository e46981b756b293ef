/** What a run has seen, told at its end. */
import type { HeldBack, LaneCounters } from "../delivery/mod.ts";
import type { EngineCounters } from "../engine/mod.ts";
import type { SourceCounters } from "../plugin/mod.ts";
import type { StateCounters } from "../state/mod.ts";
import { counted } from "./count.ts";
import type { RuleCaptureCounters } from "./recording/rule_captures.ts";
import type { ReloadCounters } from "./reload.ts";

export interface Summary {
  readonly engine: EngineCounters;
  readonly lanes: readonly LaneCounters[];
  readonly heldBack: HeldBack;
  /** Alerts that were not held back, falcod's own among them. */
  readonly sent: number;
  readonly sources: readonly { readonly name: string; readonly counters: SourceCounters }[];
  readonly state: StateCounters;
  /** Absent: nobody keeps the rules fresh. */
  readonly reloads: ReloadCounters | undefined;
  /** Absent: nothing is captured. */
  readonly captures?: RuleCaptureCounters | undefined;
  /** It ended because no output takes alerts any more. */
  readonly outputsGone: boolean;
  /** What broke a recording, all before which was judged. */
  readonly failure?: unknown;
}

/** Alerts that some output lost; where nobody was there to take them, a start said so. */
export function alertsLost({ lanes }: Summary): number {
  return lanes.reduce((sum, { dropped, failed }) => sum + dropped + failed, 0);
}

/** What is always of interest first, then a line for each thing that is not zero. */
export function summaryLines(summary: Summary): string[] {
  const { engine, lanes, sources, state, reloads } = summary;
  const seen = `${counted(engine.events, "event")} judged, ${counted(engine.alerts, "alert")}`;
  const lines = [`falcod: stopped; ${seen}`];
  if (summary.outputsGone) lines.push("  no output is left that takes alerts");
  lines.push(`  processes known: ${state.processes}, threads: ${state.threads}`);
  if (reloads && reloads.done > 0) lines.push(`  rules reloaded: ${reloads.done}`);
  if (reloads && reloads.refused > 0) lines.push(`  reloads refused: ${reloads.refused}`);
  const byCount = [...engine.alertsByRule].sort((a, b) => b[1] - a[1]);
  for (const [rule, count] of byCount) lines.push(`  alerts of "${rule}": ${count}`);
  for (const { name, counters } of sources) {
    lines.push(...recordsLine(name, counters, engine.events));
    for (const [counter, count] of Object.entries(counters)) {
      if (count > 0) lines.push(`  ${name} ${counter}: ${count}`);
    }
  }
  lines.push(...alertLines(summary), ...outputLines(lanes));
  const { captures } = summary;
  if (captures && captures.captures > 0) lines.push(`  captures begun: ${captures.captures}`);
  const troubles = [
    ["captures that failed", captures?.failed ?? 0],
    ["events lost on their way into captures", captures?.lostEvents ?? 0],
    ["processes evicted from the table", state.evicted],
    ["threads left out of the table", state.threadsNotKept],
    ["processes of whose texts only a part was kept", state.textsCut],
    ["processes whose end was missed", state.repaired],
    ["changes of processes nobody knew", state.unknown],
    ["processes whose parent nobody knows", state.waitingForParent],
    ["parents refused as impossible", state.refusedParents],
    ["unknown processes not looked up", state.lookupsSkipped],
    ["containers evicted from the table", state.containersEvicted],
    ["alerts that went out before their container was known", engine.alertsUnnamed],
    ["events skipped by a bug of falcod", engine.faults],
  ] as const;
  for (const [what, count] of troubles) if (count > 0) lines.push(`  ${what}: ${count}`);
  return lines;
}

/** Where classes of records add up to more than the events that rules judged. */
function recordsLine(source: string, counters: SourceCounters, judged: number): string[] {
  const records = Object.entries(counters)
    .reduce((sum, [counter, count]) => counter.startsWith("events.") ? sum + count : sum, 0);
  return records > judged
    ? [
      `  ${source} counts records of the kernel, also those that only say what processes there are`,
    ]
    : [];
}

/**
 * Where alerts went, in numbers that add up: those of rules and falcod's own are held back or go to
 * outputs; what an output was not given, it was not asked for by its priority or condition.
 */
function alertLines({ lanes, heldBack, engine, sent }: Summary): string[] {
  const { byRate, asRepeated } = heldBack;
  const own = sent + byRate + asRepeated - engine.alerts;
  if (engine.alerts + own === 0) return [];
  const made = [
    `${engine.alerts} of rules`,
    ...own > 0 ? [`${own} of falcod's own`] : [],
  ];
  const held = [
    ...byRate > 0 ? [`${byRate} held back by outputs.rate`] : [],
    ...asRepeated > 0 ? [`${asRepeated} told of in others by dedup`] : [],
  ];
  const went = lanes.map((lane) => {
    const { name, delivered, kept, queued, unfetched } = lane;
    const lost = lane.dropped + lane.failed + (lane.missed ?? 0);
    const rest = [
      ...lost > 0 ? [`${lost}${orMore(lane)} not`] : [],
      ...unfetched ? [`${unfetched} that nobody fetched`] : [],
      // What is kept on disk is counted as waiting, too.
      ...Math.max(kept, queued) > 0 ? [`${Math.max(kept, queued)} waiting`] : [],
    ];
    return `${delivered} to ${name}${rest.length > 0 ? ` (${rest.join(", ")})` : ""}`;
  });
  return [`  alerts: ${made.join(" and ")}; ${[...held, ...went].join(", ")}`];
}

/** What did not arrive, by output. */
export function outputLines(lanes: readonly LaneCounters[]): string[] {
  return lanes.flatMap((lane) => {
    const { name, dropped, missed, failed, kept, unfetched } = lane;
    return [
      ...dropped > 0 ? [`  output ${name}, alerts dropped: ${dropped}`] : [],
      ...missed ? [`  output ${name}, alerts that nobody was there to take: ${missed}`] : [],
      ...failed > 0 ? [`  output ${name}, alerts lost: ${failed}${orMore(lane)}`] : [],
      ...unfetched ? [`  output ${name}, alerts that nobody fetched: ${unfetched}`] : [],
      ...kept > 0 ? [`  output ${name}, alerts on disk for the next run: ${kept}`] : [],
    ];
  });
}

const orMore = ({ isAtLeast }: LaneCounters) => isAtLeast ? " or more" : "";
