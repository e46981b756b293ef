/** Alerts to Opsgenie (Alert API v2). */
import {
  type Alert,
  factsOf,
  HttpTarget,
  type Json,
  jsonText,
  PostSink,
  type Priority,
  Secret,
  shortText,
  type SinkPlugin,
} from "../../../core/mod.ts";
import { type OpsgenieConfig, schema } from "./schema.ts";

const URLS = {
  us: "https://api.opsgenie.com/v2/alerts",
  eu: "https://api.eu.opsgenie.com/v2/alerts",
};

const PRIORITY_NAMES: Readonly<Record<Priority, string>> = {
  Emergency: "P1",
  Alert: "P1",
  Critical: "P2",
  Error: "P3",
  Warning: "P4",
  Notice: "P5",
  Informational: "P5",
  Debug: "P5",
};

/** Details have at most 8000 characters, names and values together. */
const MOST = { message: 130, output: 2000, details: 7800, value: 1000 };

export function opsgenieAlert(alert: Alert, { entity }: Pick<OpsgenieConfig, "entity">): Json {
  const { message } = alert;
  const details: Record<string, string> = {};
  let left = MOST.details;
  const add = (name: string, value: string) => {
    left -= name.length + value.length;
    if (left >= 0) details[name] = value;
  };
  for (const { name, value } of factsOf(alert, ["source", "rule", "priority", "hostname"])) {
    add(name, shortText(value, MOST.value));
  }
  if (alert.tags.length > 0) {
    add("tags", shortText([...new Set(alert.tags)].join(", "), MOST.value));
  }
  // What the message has no room for.
  if (message.length > MOST.message) add("output", shortText(message, MOST.output));
  for (const { name, value } of factsOf(alert, ["field"])) {
    const key = name.replaceAll(".", "_");
    if (!Object.hasOwn(details, key)) add(key, shortText(value, MOST.value));
  }
  return {
    message: shortText(message, MOST.message),
    entity,
    description: shortText(alert.rule, MOST.value),
    details,
    priority: PRIORITY_NAMES[alert.priority],
  };
}

const plugin: SinkPlugin<OpsgenieConfig> = {
  kind: "sink",
  name: "opsgenie",
  summary: "Alerts of Opsgenie",
  schema,
  create: (config) =>
    new PostSink(
      new HttpTarget(config, { url: config.url ?? URLS[config.region] }),
      ({ alert }) => ({
        body: jsonText(opsgenieAlert(alert, config)),
        headers: { authorization: new Secret({ value: `GenieKey ${config.api_key.reveal()}` }) },
      }),
    ),
  batchSize: 1,
};
export default plugin;
