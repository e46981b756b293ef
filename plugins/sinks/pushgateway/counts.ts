/** How many alerts there were, in Prometheus's text format. */
import type { Alert } from "../../../core/mod.ts";

/** Rules are few; what comes by other ways may name as many as it likes. */
const MAX_SERIES = 10_000;
const MAX_LABEL_LENGTH = 1000;

export type Counts = ReadonlyMap<string, number>;

/** Counts with some more alerts; those given stay as they are. */
export function counted(counts: Counts, alerts: readonly Alert[]): Counts {
  const all = new Map(counts);
  for (const { rule, priority, source, hostname } of alerts) {
    const series = labels({ hostname, priority, rule, source });
    const key = all.has(series) || all.size < MAX_SERIES ? series : labels({ rule: "(others)" });
    all.set(key, (all.get(key) ?? 0) + 1);
  }
  return all;
}

export function expositionOf(counts: Counts): string {
  const lines = [...counts].sort(([one], [other]) => one < other ? -1 : 1)
    .map(([series, count]) => `falco_alerts_total{${series}} ${count}\n`);
  return [
    "# HELP falco_alerts_total Alerts since the start of falcod.\n",
    "# TYPE falco_alerts_total counter\n",
    ...lines,
  ].join("");
}

function labels(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${labelText(value)}"`).join(",");
}

function labelText(text: string): string {
  return text.slice(0, MAX_LABEL_LENGTH).toWellFormed().replace(
    /["\\\n]/g,
    (character) => character === "\n" ? "\\n" : `\\${character}`,
  );
}
