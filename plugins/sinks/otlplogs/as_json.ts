/** Log records in OTLP's JSON: protobuf's mapping of messages, with 64-bit numbers as texts. */
import { type Json, jsonText, type OutputValue } from "../../../core/mod.ts";
import { type Attributes, type LogRecord, type ResourceLogs, SCOPE } from "./records.ts";

export function jsonRequest(logs: readonly ResourceLogs[]): string {
  return jsonText({
    resourceLogs: logs.map(({ resource, records }) => ({
      resource: { attributes: attributesJson(resource) },
      scopeLogs: [{ scope: { name: SCOPE }, logRecords: records.map(recordJson) }],
    })),
  });
}

function recordJson(record: LogRecord): Json {
  return {
    timeUnixNano: String(record.timeNs),
    severityNumber: record.severity,
    severityText: record.severityText,
    body: { stringValue: record.body },
    attributes: attributesJson(record.attributes),
  };
}

function attributesJson(attributes: Attributes): Json {
  return attributes.map(([key, value]) => ({ key, value: valueJson(value) }));
}

function valueJson(value: OutputValue): Json {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "bigint":
      return { intValue: String(value) };
    case "number":
      if (Number.isSafeInteger(value)) return { intValue: String(value) };
      return { doubleValue: Number.isFinite(value) ? value : String(value) };
    default:
      return value === null ? {} : { arrayValue: { values: value.map(valueJson) } };
  }
}
