/**
 * Log records as OTLP's messages. Numbers of fields: opentelemetry-proto v1.9 collector/logs/v1,
 * logs/v1.
 */
import { attributesWire, encodeWireMessage, replaceInvalid } from "../../../core/mod.ts";
import { type LogRecord, type ResourceLogs, SCOPE } from "./records.ts";

export function protobufRequest(logs: readonly ResourceLogs[]): Uint8Array {
  return encodeWireMessage({
    1: logs.map(({ resource, records }) =>
      encodeWireMessage({
        1: encodeWireMessage({ 1: attributesWire(resource) }),
        2: encodeWireMessage({
          1: encodeWireMessage({ 1: SCOPE }),
          2: records.map(recordWire),
        }),
      })
    ),
  });
}

function recordWire(record: LogRecord): Uint8Array {
  return encodeWireMessage({
    1: { fixed64: record.timeNs },
    2: record.severity,
    3: record.severityText,
    5: encodeWireMessage({ 1: replaceInvalid(record.body) }),
    6: attributesWire(record.attributes),
  });
}
