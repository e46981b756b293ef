/**
 * Log records as OTLP's messages. Numbers of fields: opentelemetry-proto v1.9 collector/logs/v1,
 * logs/v1, common/v1.
 */
import { encodeWireMessage, type OutputValue, replaceInvalid } from "../../../core/mod.ts";
import { type Attributes, type LogRecord, type ResourceLogs, SCOPE } from "./records.ts";

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

function attributesWire(attributes: Attributes): Uint8Array[] {
  return attributes.map(([key, value]) =>
    encodeWireMessage({ 1: replaceInvalid(key), 2: valueWire(value) })
  );
}

function valueWire(value: OutputValue): Uint8Array {
  switch (typeof value) {
    case "string":
      return encodeWireMessage({ 1: replaceInvalid(value) });
    case "boolean":
      return encodeWireMessage({ 2: Number(value) });
    case "bigint":
      return encodeWireMessage({ 3: value });
    case "number":
      return encodeWireMessage(
        Number.isSafeInteger(value) ? { 3: BigInt(value) } : { 4: { double: value } },
      );
    default: {
      if (value === null) return new Uint8Array();
      return encodeWireMessage({ 5: encodeWireMessage({ 1: value.map(valueWire) }) });
    }
  }
}
