/** Alerts as incidents of PagerDuty (Events API v2). */
import { createHash } from "node:crypto";
import {
  type Alert,
  fitting,
  type HttpReply,
  HttpTarget,
  type Json,
  jsonText,
  membersIn,
  PostSink,
  type Priority,
  rfc3339Text,
  shortText,
  SinkError,
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

/** https://developer.pagerduty.com/docs/send-alert-event: UTF-16 units of a summary, bytes of an event. */
const MOST = { summary: 1024, bytes: 500_000, fields: 100 };

export function pagerdutyEvent(
  alert: Alert,
  { routing_key, dedup }: Pick<PagerdutyConfig, "routing_key" | "dedup">,
  limit = Infinity,
): Json {
  const { priority, fields } = alert;
  const short = (text: string) => shortText(text, limit);
  const values = [...fields].slice(0, MOST.fields).map(([name, value]) => {
    const isLong = valueText(value).length > limit;
    return [short(name), isLong ? short(valueText(value)) : value] as const;
  });
  return {
    routing_key: routing_key.reveal(),
    event_action: "trigger",
    dedup_key: dedup.length === 0 ? undefined : dedupKey(alert, dedup),
    payload: {
      summary: shortText(alert.message, MOST.summary),
      source: "falco",
      severity: SEVERITIES[priority],
      timestamp: rfc3339Text(alert.timeNs),
      custom_details: {
        rule: short(alert.rule),
        priority,
        source: short(alert.source) || undefined,
        tags: short(sortedTags(alert).join(", ")) || undefined,
        ...Object.fromEntries(values),
        hostname: short(alert.hostname) || undefined,
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

/** 400 is also the answer to a key that is revoked, or another one's: that can be put right. */
function judge({ status, body }: HttpReply, failure: SinkError): SinkError | undefined {
  if (status !== 400 || !/routing[ _]key/i.test(jsonText(membersIn(body).errors as Json))) {
    return undefined;
  }
  return new SinkError("unavailable", failure.message);
}

const plugin: SinkPlugin<PagerdutyConfig> = {
  kind: "sink",
  name: "pagerduty",
  summary: "Incidents of PagerDuty",
  schema,
  create: (config) => {
    const target = new HttpTarget(config, { url: config.url ?? URLS[config.region], judge });
    return new PostSink(target, ({ alert }) => ({
      body: fitting(
        [8000, 1000, 200],
        (limit) => jsonText(pagerdutyEvent(alert, config, limit)),
        (text) => new TextEncoder().encode(text).length <= MOST.bytes,
      ),
    }));
  },
  batchSize: 1,
};
export default plugin;
