/** Alerts as traces of OpenTelemetry, over OTLP. */
import { OtlpSink, type SinkPlugin } from "../../../core/mod.ts";
import { jsonRequest, protobufRequest } from "./request.ts";
import { type OtlpTracesConfig, schema } from "./schema.ts";
import { spanOf } from "./span.ts";

const plugin: SinkPlugin<OtlpTracesConfig> = {
  kind: "sink",
  name: "otlptraces",
  summary: "Traces of OpenTelemetry, over OTLP",
  schema,
  create: (config) => {
    const { duration, service } = config;
    const signal = { path: "/v1/traces", rejected: "rejectedSpans" } as const;
    return new OtlpSink(config, signal, async (alerts) => {
      const spans = await Promise.all(alerts.map((alert) => spanOf(alert, duration)));
      return {
        json: () => jsonRequest(spans, service),
        protobuf: () => protobufRequest(spans, service),
      };
    });
  },
  batchSize: 256,
};
export default plugin;
