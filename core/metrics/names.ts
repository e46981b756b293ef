/** How Falco spells the names of metrics; libs userspace/libsinsp/metrics_collector.cpp. */

/** What a value is measured in, and how often. Only `count` has no unit. */
export type Unit =
  | "count"
  | "percent"
  | "bytes"
  | "kibibytes"
  /** A duration. */
  | "nanoseconds"
  /** Durations that are added up. */
  | "nanoseconds_total"
  | "seconds_total"
  /** Since the epoch. */
  | "timestamp_nanoseconds"
  /** Always 1: the labels are the information. */
  | "info";

/** What Prometheus wants at the end of a name, in its own units. */
const SUFFIXES: Readonly<Record<Unit, string>> = {
  count: "total",
  percent: "ratio",
  bytes: "bytes",
  kibibytes: "bytes",
  nanoseconds: "nanoseconds",
  nanoseconds_total: "nanoseconds_total",
  seconds_total: "seconds_total",
  timestamp_nanoseconds: "timestamp_nanoseconds",
  info: "info",
};

/** Units in the names that fields of alerts have; wherever one stands, it is taken out. */
const FIELD_UNITS = /_(?:kb|bytes|mb|percentage|perc|ratio|ns|ts|sec|total)/g;

/** `memory_rss_kb` of part "falco" is `falcosecurity_falco_memory_rss_bytes`. */
export function prometheusName(part: string, name: string, unit: Unit): string {
  const stem = `falcosecurity_${part}_${name}_`;
  const bare = unit === "info" ? stem : stem.replaceAll(FIELD_UNITS, "");
  return metricName(`${bare}${SUFFIXES[unit]}`);
}

/** In the unit that Prometheus wants. */
export function prometheusValue(value: number | bigint, unit: Unit): number | bigint {
  if (unit === "kibibytes") return Number(value) * 1024;
  // Percentages have one decimal; 0.1 + 0.2 shall not show.
  return unit === "percent" ? Math.round(Number(value) * 10) / 1000 : value;
}

/** Any text as the name of a metric. */
export function metricName(text: string): string {
  return beginningWithLetter(text.replaceAll(/[^a-zA-Z0-9_:]/g, "_").replaceAll(/__+/g, "_"));
}

/** Any text as the name of a label. */
export function labelName(text: string): string {
  return beginningWithLetter(text.replaceAll(/[^a-zA-Z0-9_]/g, "_").replaceAll(/__+/g, "_"));
}

function beginningWithLetter(name: string): string {
  return /^[a-zA-Z_]/.test(name) ? name : `_${name}`;
}

/** A rule's or file's name as part of the name of a field: `Read sensitive file (x)` has no blanks then. */
export function fieldNamePart(text: string): string {
  const spelled = text.replaceAll(/[^a-zA-Z0-9_:]/g, "_").replaceAll(/__+/g, "_");
  return spelled.endsWith("_") ? spelled.slice(0, -1) : spelled;
}
