/** Log records in OTLP's JSON. */
import { attributesJson, type Json, jsonText } from "../../../core/mod.ts";
import { type LogRecord, type ResourceLogs, SCOPE } from "./records.ts";

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
