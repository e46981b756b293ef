/** Sections of falco.yaml that say a lot and are never switched on: people forget that they are off. */
import type { Report } from "../../base/mod.ts";
import type { LoadedConfig } from "./load.ts";

const SECTIONS: ReadonlySet<string> = new Set([
  "file_output",
  "program_output",
  "http_output",
  "grpc",
  "webserver",
  "metrics",
  "capture",
]);

/** `C047` for sections without a word on `enabled`; with `enabled: false` it is meant. */
export function warnOfNotEnabled({ config, root }: LoadedConfig, report: Report): void {
  // C040 tells of these.
  const isFetched = config.webserver.enabled && config.webserver.prometheus_metrics_enabled;
  for (const [key, { value: section, keyAt }] of root.entries) {
    if (!SECTIONS.has(key) || section.kind !== "mapping" || section.entries.size === 0) continue;
    const isSaid = section.entries.has("enabled") || section.pruned?.has("enabled");
    if (isSaid || (key === "metrics" && isFetched)) continue;
    report.add({
      code: "C047",
      severity: "warning",
      title: `"${key}" does not say that it is enabled, so it is off`,
      at: keyAt,
      help: "write enabled: true in it, or enabled: false where that is meant",
    });
  }
}
