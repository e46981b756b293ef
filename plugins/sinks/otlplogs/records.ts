/** Alerts as log records of OpenTelemetry. opentelemetry.io/docs/specs/otel/logs/data-model */
import {
  type Alert,
  type Attributes,
  falcoOutput,
  type OutputValue,
  type Priority,
  sortedTags,
} from "../../../core/mod.ts";
import type { OtlpLogsConfig } from "./schema.ts";

export type ResourceConfig = Pick<OtlpLogsConfig, "service" | "resource_attributes">;

/** Who made the records. */
export const SCOPE = "falcod";

export interface LogRecord {
  readonly timeNs: bigint;
  readonly severity: number;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Attributes;
}

/** Logs of one resource. */
export interface ResourceLogs {
  readonly resource: Attributes;
  readonly records: readonly LogRecord[];
}

/** As the data model's appendix maps those of syslog, which are Falco's. */
const SEVERITIES: Readonly<Record<Priority, number>> = {
  Emergency: 21,
  Alert: 19,
  Critical: 18,
  Error: 17,
  Warning: 13,
  Notice: 10,
  Informational: 9,
  Debug: 5,
};

/** One resource for each host that alerts are of. */
export function resourceLogs(
  alerts: readonly Alert[],
  { service, resource_attributes }: ResourceConfig,
): readonly ResourceLogs[] {
  const hosts = Map.groupBy(alerts, ({ hostname }) => hostname);
  return [...hosts].map(([hostname, ofHost]) => ({
    resource: [
      ["service.name", service],
      ...hostname === "" ? [] : [["host.name", hostname]] as const,
      ...Object.entries(resource_attributes),
    ],
    records: ofHost.map(recordOf),
  }));
}

/** `rule`, `source` and the like are named as falcosidekick names them, fields as rules do. */
function recordOf(alert: Alert): LogRecord {
  const { timeNs, priority, rule, source, hostname } = alert;
  return {
    timeNs,
    severity: SEVERITIES[priority],
    severityText: priority,
    body: falcoOutput(alert),
    // Each name may be there once.
    attributes: [
      ...new Map<string, OutputValue>([
        ...alert.fields,
        ["priority", priority],
        ["source", source],
        ["rule", rule],
        ["hostname", hostname],
        ["tags", sortedTags(alert).join(",")],
      ]),
    ],
  };
}
