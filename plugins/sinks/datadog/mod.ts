/** Alerts as events of Datadog. */
import {
  type Alert,
  factsOf,
  HttpTarget,
  type Json,
  jsonText,
  placeBelow,
  PostSink,
  type Priority,
  shortText,
  type SinkPlugin,
  sortedTags,
} from "../../../core/mod.ts";
import { type DatadogConfig, schema } from "./schema.ts";

const TYPES: Readonly<Record<Priority, "error" | "warning" | "info">> = {
  Emergency: "error",
  Alert: "error",
  Critical: "error",
  Error: "error",
  Warning: "warning",
  Notice: "info",
  Informational: "info",
  Debug: "info",
};

/** https://docs.datadoghq.com/api/latest/events/#post-an-event-v1 */
const MOST = { text: 4000, title: 500, tag: 200 };

export function datadogEvent(alert: Alert): Json {
  const tags = [
    ...factsOf(alert, ["field"]).map(({ name, value }) => `${name}:${value}`),
    `source:${alert.source}`,
    "source:falco",
    ...factsOf(alert, ["hostname"]).map(({ value }) => `hostname:${value}`),
    ...sortedTags(alert),
  ];
  return {
    title: shortText(alert.rule, MOST.title),
    text: shortText(alert.message, MOST.text),
    alert_type: TYPES[alert.priority],
    source_type_name: "falco",
    tags: tags.map((tag) => shortText(tag, MOST.tag)),
  };
}

const plugin: SinkPlugin<DatadogConfig> = {
  kind: "sink",
  name: "datadog",
  summary: "Events of Datadog",
  schema,
  create: (config) => {
    const url = () => placeBelow(config.host, "/api/v1/events");
    return new PostSink(new HttpTarget(config, { url }), ({ alert }) => ({
      body: jsonText(datadogEvent(alert)),
      headers: { "dd-api-key": config.api_key },
    }));
  },
  batchSize: 1,
};
export default plugin;
