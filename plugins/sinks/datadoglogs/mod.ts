/** Alerts as logs of Datadog. */
import {
  type Alert,
  alertDocument,
  type FormattedAlert,
  HttpTarget,
  type Json,
  jsonText,
  placeBelow,
  sendTogether,
  type Sink,
  type SinkPlugin,
  sortedTags,
  type WriteContext,
} from "../../../core/mod.ts";
import { type DatadogLogsConfig, schema } from "./schema.ts";

export function datadogLog(alert: Alert, { service }: Pick<DatadogLogsConfig, "service">): Json {
  return {
    ddsource: "falco",
    hostname: alert.hostname || undefined,
    service: service || undefined,
    message: jsonText(alertDocument(alert)),
    ddtags: sortedTags(alert).join(",") || undefined,
  };
}

class DatadogLogsSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: DatadogLogsConfig) {
    this.#target = new HttpTarget(config, {
      url: () => placeBelow(config.host, "/api/v2/logs"),
      headers: { "dd-api-key": config.api_key },
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => {
      const body = jsonText(some.map(({ alert }) => datadogLog(alert, this.config)));
      return this.#target.send({ body }, context);
    }, context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }
}

const plugin: SinkPlugin<DatadogLogsConfig> = {
  kind: "sink",
  name: "datadoglogs",
  summary: "Logs of Datadog",
  schema,
  create: (config) => new DatadogLogsSink(config),
  // Datadog takes 1000 at once, and 5 MB.
  batchSize: 200,
};
export default plugin;
