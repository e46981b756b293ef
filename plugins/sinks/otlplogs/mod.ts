/** Alerts as logs of OpenTelemetry, over OTLP/HTTP. */
import {
  type FormattedAlert,
  HttpTarget,
  Secret,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { jsonRequest } from "./as_json.ts";
import { protobufRequest } from "./as_protobuf.ts";
import { jsonPartialSuccess, lossOf, protobufPartialSuccess } from "./partial_success.ts";
import { resourceLogs } from "./records.ts";
import { type OtlpLogsConfig, schema } from "./schema.ts";

class OtlpLogsSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: OtlpLogsConfig) {
    this.#target = new HttpTarget(config, { url: () => addressOf(config.endpoint) });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => this.#send(some, context), context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #send(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const logs = resourceLogs(batch.map(({ alert }) => alert), this.config);
    const isJson = this.config.protocol === "http/json";
    const { body, bytes } = await this.#target.send({
      body: isJson ? jsonRequest(logs) : protobufRequest(logs),
      contentType: isJson ? "application/json" : "application/x-protobuf",
    }, context);
    const partial = isJson ? jsonPartialSuccess(body) : protobufPartialSuccess(bytes);
    const loss = lossOf(partial, batch.length);
    if (loss) throw loss;
  }
}

function addressOf(endpoint: Secret): Secret {
  const given = endpoint.reveal().trim();
  const url = URL.parse(given);
  if (url?.pathname !== "/") return endpoint;
  url.pathname = "/v1/logs";
  return new Secret({ value: url.href });
}

const plugin: SinkPlugin<OtlpLogsConfig> = {
  kind: "sink",
  name: "otlplogs",
  summary: "Logs of OpenTelemetry, over OTLP/HTTP",
  schema,
  create: (config) => new OtlpLogsSink(config),
  batchSize: 256,
};
export default plugin;
