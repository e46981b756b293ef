/** Alerts as logs of Grafana Loki: alerts with the same labels are one stream. */
import {
  type Alert,
  alertDocument,
  basicAuthorization,
  type FormattedAlert,
  HttpTarget,
  type Json,
  jsonText,
  placeBelow,
  replaceInvalid,
  sendTogether,
  type Sink,
  type SinkPlugin,
  sortedTags,
  valueText,
  type WriteContext,
} from "../../../core/mod.ts";
import { type LokiConfig, schema } from "./schema.ts";

type PushConfig = Pick<LokiConfig, "line" | "extra_labels">;

/** Labels of Kubernetes are always wanted. */
const STANDARD_FIELDS = ["k8s.ns.name", "k8s.pod.name"];
/** Longer ones are refused. */
const MOST_LABEL_UNITS = 1024;

export function lokiPush(alerts: readonly Alert[], config: PushConfig): Json {
  const streams = new Map<string, { stream: Record<string, string>; values: string[][] }>();
  for (const alert of alerts) {
    const stream = labelsOf(alert, config.extra_labels);
    const key = jsonText(stream);
    const entry = [
      String(alert.timeNs),
      config.line === "json" ? jsonText(alertDocument(alert)) : alert.message,
    ];
    const known = streams.get(key);
    if (known) known.values.push(entry);
    else streams.set(key, { stream, values: [entry] });
  }
  return { streams: [...streams.values()] };
}

function labelsOf(alert: Alert, extra: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  const add = (name: string, value: string) => {
    // No mark where it is cut: that would differ with what is missing.
    const text = replaceInvalid(value.slice(0, MOST_LABEL_UNITS));
    if (text !== "") labels[name] = text;
  };
  for (const name of [...STANDARD_FIELDS, ...extra]) {
    const value = alert.fields.get(name);
    if (value !== undefined && value !== null) add(labelName(name), valueText(value));
  }
  add("rule", alert.rule);
  add("source", alert.source);
  add("priority", alert.priority);
  add("hostname", alert.hostname);
  add("tags", sortedTags(alert).join(","));
  return labels;
}

function labelName(field: string): string {
  return field.replace(/[[\]]/g, "").replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_");
}

class LokiSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: LokiConfig) {
    const { host_port, endpoint } = config;
    this.#target = new HttpTarget(config, {
      url: () => placeBelow(host_port, endpoint),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const { user, api_key, tenant } = this.config;
    const headers = {
      ...user !== "" && { authorization: basicAuthorization(user, api_key) },
      ...tenant !== "" && { "x-scope-orgid": tenant },
    };
    await sendTogether(batch, (some) => {
      const body = jsonText(lokiPush(some.map(({ alert }) => alert), this.config));
      return this.#target.send({ body, headers, contentType: "application/json" }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<LokiConfig> = {
  kind: "sink",
  name: "loki",
  summary: "Logs of Grafana Loki",
  schema,
  create: (config) => new LokiSink(config),
  batchSize: 256,
};
export default plugin;
