/** `metrics:` in falco.yaml, and when it makes no sense. */
import { dirname } from "node:path";
import type { Report } from "../../base/mod.ts";
import { type MetricGroups, parseDuration } from "../../metrics/mod.ts";
import type { LoadedConfig } from "./load.ts";
import { folderTrouble } from "../files.ts";
import { isMistaken, isVariable, type MappingNode, nodeAt, placeOf } from "./tree.ts";

export interface MetricsSettings {
  readonly intervalMs: number;
  /** Snapshots as alerts. */
  readonly outputRule: boolean;
  /** Snapshots as lines of JSON; empty: none. */
  readonly outputFile: string;
  readonly groups: MetricGroups;
  readonly convertMemoryToMb: boolean;
  readonly includeEmptyValues: boolean;
}

const MIN_INTERVAL_MS = 100;
/** Of timers; 24 days. Nobody waits for the next one. */
const MAX_INTERVAL_MS = 2 ** 31 - 1;

/** As when falco.yaml says nothing. */
export const STANDARD_GROUPS: MetricGroups = {
  rules: true,
  resources: true,
  state: true,
  kernel: true,
  perCpu: false,
  programs: true,
  plugins: true,
};

/** Absent when they are switched off. What is wrong is reported, as Falco refuses to start with it. */
export function metricsSettings(
  { config, root }: LoadedConfig,
  report: Report,
): MetricsSettings | undefined {
  const { metrics, webserver } = config;
  const intervalMs = intervalOf(metrics, root, report);
  if (!metrics.enabled) {
    if (webserver.enabled && webserver.prometheus_metrics_enabled) {
      report.add({
        code: "C040",
        severity: "warning",
        title: "metrics are not enabled: there is nothing at /metrics",
        at: placeOf(root, ["webserver", "prometheus_metrics_enabled"]),
        help: "set metrics.enabled to true",
      });
    }
    return undefined;
  }
  warnOfPlace(metrics.output_file, root, report);
  const isWritten = metrics.output_rule || metrics.output_file !== "";
  const isFetched = webserver.prometheus_metrics_enabled;
  const isTold = isMistaken(root, ["metrics"]) || isMistaken(root, ["webserver"]);
  if (!isTold && !isWritten && !(isFetched && webserver.enabled)) {
    const file = nodeAt(root, ["metrics", "output_file"]);
    report.add({
      code: "C040",
      // Falco starts with a web server that is switched off.
      severity: isFetched ? "warning" : "error",
      title: "metrics are enabled, and nobody gets them",
      at: file?.kind === "scalar" && isVariable(file) ? file.at : placeOf(root, ["metrics"]),
      help: isFetched
        ? "set webserver.enabled to true"
        : "set metrics.output_rule, metrics.output_file or webserver.prometheus_metrics_enabled",
    });
  }
  return {
    intervalMs: Math.min(intervalMs, MAX_INTERVAL_MS),
    outputRule: metrics.output_rule,
    outputFile: metrics.output_file,
    groups: {
      rules: metrics.rules_counters_enabled,
      resources: metrics.resource_utilization_enabled,
      state: metrics.state_counters_enabled,
      kernel: metrics.kernel_event_counters_enabled ||
        metrics.kernel_event_counters_per_cpu_enabled,
      perCpu: metrics.kernel_event_counters_per_cpu_enabled,
      programs: metrics.libbpf_stats_enabled,
      plugins: metrics.plugins_metrics_enabled,
    },
    convertMemoryToMb: metrics.convert_memory_to_mb,
    includeEmptyValues: metrics.include_empty_values,
  };
}

/** Falco looks at it where metrics are enabled only: whoever enables them later is to know it now. */
function intervalOf(
  { enabled, interval }: LoadedConfig["config"]["metrics"],
  root: MappingNode,
  report: Report,
): number {
  const intervalMs = parseDuration(interval);
  const written = interval.trim();
  if (intervalMs >= MIN_INTERVAL_MS || !enabled && written === "") return intervalMs;
  const path = ["metrics", "interval"];
  const repair = parseDuration(`${written}ms`) >= MIN_INTERVAL_MS
    ? `write the unit, too: ${written}ms`
    : "write numbers with their units, y, w, d, h, m, s or ms: 1h, 15m, 1m30s";
  report.add({
    code: "C004",
    severity: enabled ? "error" : "warning",
    title: `"metrics.interval" wants a duration of 100ms or more, found ${JSON.stringify(written)}`,
    at: nodeAt(root, path)?.at ?? placeOf(root, path),
    help: enabled ? repair : `${repair}; it is not used while metrics are off`,
  });
  return intervalMs;
}

/** The first line may be due in an hour, and nobody looks at the log then. */
function warnOfPlace(file: string, root: MappingNode, report: Report): void {
  const trouble = file === "" ? undefined : folderTrouble(dirname(file));
  if (trouble === undefined) return;
  const path = ["metrics", "output_file"];
  report.add({
    code: "C045",
    severity: "warning",
    title: `"metrics.output_file": cannot write to "${file}": ${trouble}`,
    at: nodeAt(root, path)?.at ?? placeOf(root, path),
    help: "make its folder, or name a file that falcod may write to",
  });
}
