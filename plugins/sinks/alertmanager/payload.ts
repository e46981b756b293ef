/** An alert in Alertmanager's terms: labels say which alert it is, annotations what is told of it. */
import {
  type Alert,
  type Json,
  type OutputValue,
  PRIORITIES,
  type Priority,
  replaceInvalid,
  rfc3339Text,
  sortedTags,
  unescapeText,
  valueText,
} from "../../../core/mod.ts";
import type { AlertmanagerConfig } from "./schema.ts";

const SEVERITIES: Readonly<Record<Priority, string>> = {
  Emergency: "critical",
  Alert: "critical",
  Critical: "critical",
  Error: "warning",
  Warning: "warning",
  Notice: "information",
  Informational: "information",
  Debug: "information",
};

type PayloadConfig = Pick<
  AlertmanagerConfig,
  | "expires_after"
  | "extra_labels"
  | "extra_annotations"
  | "custom_severity_map"
  | "drop_event_default_priority"
  | "drop_event_thresholds"
>;

export function alertmanagerAlert(alert: Alert, config: PayloadConfig): Json {
  const labels: Record<string, string> = {};
  let { priority } = alert;
  for (const [name, value] of alert.fields) {
    // A number that differs each time would make an alert of its own each time.
    if (name.startsWith("n_evts") || value === null || typeof value === "object") continue;
    const label = safeLabel(name);
    if (label === "") continue;
    if (!name.startsWith("n_drop")) {
      labels[label] = replaceInvalid(valueText(value));
      continue;
    }
    const drops = dropsOf(value, config);
    if (!drops) continue;
    labels[label] = drops.text;
    priority = graver(priority, drops.priority);
  }
  const tags = sortedTags(alert).join(",");
  const text = replaceInvalid(unescapeText(alert.message));
  const rule = replaceInvalid(alert.rule);
  const { custom_severity_map, extra_labels, extra_annotations, expires_after } = config;
  return {
    labels: {
      ...labels,
      source: "falco",
      rule,
      // What alerts of Prometheus have, and routes and templates go by.
      alertname: rule,
      eventsource: replaceInvalid(alert.source),
      ...alert.hostname !== "" && { hostname: replaceInvalid(alert.hostname) },
      ...tags !== "" && { tags: replaceInvalid(tags) },
      priority,
      severity: severityOf(priority, custom_severity_map),
      ...extra_labels,
    },
    annotations: { info: text, description: text, summary: rule, ...extra_annotations },
    ...expires_after > 0 && spanOf(alert.timeNs, expires_after),
  };
}

/** Of an alert that only ends, Alertmanager says that it starts then. */
function spanOf(timeNs: bigint, ms: number): { startsAt: string; endsAt: string } {
  return { startsAt: rfc3339Text(timeNs), endsAt: rfc3339Text(timeNs + BigInt(ms) * 1_000_000n) };
}

/** Names of labels are letters, digits and underscores. */
export function safeLabel(name: string): string {
  const label = name.replace(/[^a-zA-Z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return /^\d/.test(label) ? `_${label}` : label;
}

/** In steps, so that it is the same alert while it goes on. Absent for what is no number. */
function dropsOf(
  value: OutputValue,
  config: PayloadConfig,
): { readonly text: string; readonly priority: Priority } | undefined {
  const given = valueText(value);
  if (!/^-?\d{1,18}$/.test(given)) return undefined;
  const count = BigInt(given);
  if (count === 0n) return { text: "0", priority: "Warning" };
  const { drop_event_thresholds, drop_event_default_priority } = config;
  const passed = drop_event_thresholds.find(({ above }) => count > above);
  return passed
    ? { text: `>${passed.above}`, priority: passed.priority }
    : { text: given, priority: drop_event_default_priority };
}

function graver(one: Priority, other: Priority): Priority {
  return PRIORITIES.indexOf(one) <= PRIORITIES.indexOf(other) ? one : other;
}

/** Names of priorities as people write them. */
function severityOf(priority: Priority, custom: Readonly<Record<string, string>>): string {
  const own = Object.entries(custom).find(([name]) =>
    name.toLowerCase() === priority.toLowerCase()
  );
  return own?.[1] ?? SEVERITIES[priority];
}
