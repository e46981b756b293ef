/** Alerts as traces of OpenTelemetry, over OTLP/HTTP. */
import {
  type FormattedAlert,
  HttpTarget,
  Secret,
  sendTogether,
  type Sink,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { jsonRequest, protobufRequest } from "./request.ts";
import { type OtlpTracesConfig, schema } from "./schema.ts";
import { spanOf } from "./span.ts";

class OtlpTracesSink implements Sink {
  readonly #target: HttpTarget;

  constructor(readonly config: OtlpTracesConfig) {
    this.#target = new HttpTarget(config, { url: () => addressOf(config.endpoint) });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => this.#send(some, context), context);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #send(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const { duration, protocol, service } = this.config;
    const spans = await Promise.all(batch.map(({ alert }) => spanOf(alert, duration)));
    await this.#target.send(
      protocol === "http/json"
        ? { body: jsonRequest(spans, service), contentType: "application/json" }
        : { body: protobufRequest(spans, service), contentType: "application/x-protobuf" },
      context,
    );
  }
}

function addressOf(endpoint: Secret): Secret {
  const url = URL.parse(endpoint.reveal().trim());
  if (url?.pathname !== "/") return endpoint;
  url.pathname = "/v1/traces";
  return new Secret({ value: url.href });
}

const plugin: SinkPlugin<OtlpTracesConfig> = {
  kind: "sink",
  name: "otlptraces",
  summary: "Traces of OpenTelemetry, over OTLP/HTTP",
  schema,
  create: (config) => new OtlpTracesSink(config),
  batchSize: 256,
};
export default plugin;
