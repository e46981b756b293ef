/** How many alerts there were, by what is known of them. */
import {
  type Alert,
  type Attributes,
  shortText,
  sortedTags,
  valueText,
} from "../../../core/mod.ts";

/** OpenTelemetry's own bound of what one metric is counted by; all others are one. */
const MAX_SERIES = 2000;
const OTHERS: Attributes = [["otel.metric.overflow", true]];
const MAX_TEXT = 1000;

export interface Series {
  readonly attributes: Attributes;
  readonly count: number;
}

export type Counts = ReadonlyMap<string, Series>;

/** Counts with some more alerts; those given stay as they are. */
export function counted(
  counts: Counts,
  alerts: readonly Alert[],
  extra: readonly string[],
): Counts {
  const all = new Map(counts);
  for (const alert of alerts) {
    const own = attributesOf(alert, extra);
    const ownKey = JSON.stringify(own);
    const isOther = !all.has(ownKey) && all.size >= MAX_SERIES;
    const [key, attributes] = isOther ? ["", OTHERS] : [ownKey, own];
    all.set(key, { attributes, count: (all.get(key)?.count ?? 0) + 1 });
  }
  return all;
}

/** Named as falcosidekick names them. */
function attributesOf(alert: Alert, extra: readonly string[]): Attributes {
  const { source, priority, rule, hostname, fields } = alert;
  const attributes = new Map<string, string | readonly string[]>([
    ["source", shortText(source, MAX_TEXT)],
    ["priority", priority],
    ["rule", shortText(rule, MAX_TEXT)],
    ["hostname", shortText(hostname, MAX_TEXT) || "unknown"],
    ["tags", sortedTags(alert).map((tag) => shortText(tag, MAX_TEXT))],
  ]);
  for (const name of ["k8s.ns.name", "k8s.pod.name"]) {
    const value = fields.get(name);
    if (typeof value === "string") attributes.set(attributeName(name), shortText(value, MAX_TEXT));
  }
  for (const name of extra) {
    const value = fields.get(name) ?? "";
    const key = attributeName(name);
    if (!attributes.has(key)) attributes.set(key, shortText(valueText(value), MAX_TEXT));
  }
  return [...attributes];
}

/** Letters, digits, _ and : are what names of metrics' labels are made of everywhere. */
function attributeName(field: string): string {
  return field.replace(/[^\w:]/g, "_").replace(/^\d/, "_$&");
}
