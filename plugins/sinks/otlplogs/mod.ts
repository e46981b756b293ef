/** Alerts as logs of OpenTelemetry, over OTLP. */
import { OtlpSink, type SinkPlugin } from "../../../core/mod.ts";
import { jsonRequest } from "./as_json.ts";
import { protobufRequest } from "./as_protobuf.ts";
import { resourceLogs } from "./records.ts";
import { type OtlpLogsConfig, schema } from "./schema.ts";

const plugin: SinkPlugin<OtlpLogsConfig> = {
  kind: "sink",
  name: "otlplogs",
  summary: "Logs of OpenTelemetry, over OTLP",
  schema,
  create: (config) =>
    new OtlpSink(config, { path: "/v1/logs", rejected: "rejectedLogRecords" }, (alerts) => {
      const logs = resourceLogs(alerts, config);
      return { json: () => jsonRequest(logs), protobuf: () => protobufRequest(logs) };
    }),
  batchSize: 256,
};
export default plugin;
