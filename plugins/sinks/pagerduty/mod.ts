/** Alerts as incidents of PagerDuty (Events API v2). */
import { createHash } from "node:crypto";
import {
  type Alert,
  HttpTarget,
  type Json,
  jsonText,
  PostSink,
  type Priority,
  rfc3339Text,
  shortText,
  type SinkPlugin,
  sortedTags,
  valueText,
} from "../../../core/mod.ts";
import { type PagerdutyConfig, schema } from "./schema.ts";

const URLS = {
  us: "https://events.pagerduty.com/v2/enqueue",
  eu: "https://events.eu.pagerduty.com/v2/enqueue",
};

const SEVERITIES: Readonly<Record<Priority, "critical" | "error" | "warning" | "info">> = {
  Emergency: "critical",
  Alert: "critical",
  Critical: "critical",
  Error: "error",
  Warning: "warning",
  Notice: "info",
  Informational: "info",
  Debug: "info",
};

const MOST_UNITS = 1024;
/** An event has at most 512 KB. */
const MOST_VALUE_UNITS = 2000;

export function pagerdutyEvent(
  alert: Alert,
  { routing_key, dedup }: Pick<PagerdutyConfig, "routing_key" | "dedup">,
): Json {
  const { rule, priority, source, hostname, fields } = alert;
  const tags = sortedTags(alert).join(", ");
  const values = [...fields].slice(0, 100).map(([name, value]) =>
    [name, typeof value === "string" ? shortText(value, MOST_VALUE_UNITS) : value] as const
  );
  return {
    routing_key: routing_key.reveal(),
    event_action: "trigger",
    dedup_key: dedup.length === 0 ? undefined : dedupKey(alert, dedup),
    payload: {
      summary: shortText(alert.message, MOST_UNITS),
      source: "falco",
      severity: SEVERITIES[priority],
      timestamp: rfc3339Text(alert.timeNs),
      custom_details: {
        rule,
        priority,
        source: source || undefined,
        tags: tags || undefined,
        ...Object.fromEntries(values),
        hostname: hostname || undefined,
      },
    },
  };
}

function dedupKey(alert: Alert, names: readonly string[]): string {
  const hash = createHash("sha256");
  const own: Readonly<Record<string, string>> = {
    rule: alert.rule,
    source: alert.source,
    hostname: alert.hostname,
    priority: alert.priority,
  };
  for (const name of names) {
    const value = Object.hasOwn(own, name) ? own[name]! : valueText(alert.fields.get(name) ?? null);
    hash.update(`${name}\0${value.length}\0${value}\0`);
  }
  return `falcod-${hash.digest("hex").slice(0, 40)}`;
}

const plugin: SinkPlugin<PagerdutyConfig> = {
  kind: "sink",
  name: "pagerduty",
  summary: "Incidents of PagerDuty",
  schema,
  create: (config) =>
    new PostSink(
      new HttpTarget(config, { url: config.url ?? URLS[config.region] }),
      ({ alert }) => ({ body: jsonText(pagerdutyEvent(alert, config)) }),
    ),
  batchSize: 1,
};
export default plugin;
