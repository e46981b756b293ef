/** All that tells of a run while it lasts: endpoints, snapshots, telemetry. */
import type { Alert } from "../alert/mod.ts";
import type { Logger } from "../plugin/mod.ts";
import { STANDARD_GROUPS } from "./config/metrics.ts";
import type { Config } from "./config/schema.ts";
import type { Settings } from "./config/settings.ts";
import { webSettings } from "./config/webserver.ts";
import { ownPrivileges } from "./privileges.ts";
import { MetricsReader, type Told } from "./metrics/reader.ts";
import { takeSnapshots } from "./metrics/snapshots.ts";
import { exportTelemetry } from "./metrics/telemetry.ts";

export interface TellRequest {
  readonly config: Config;
  readonly settings: Pick<Settings, "metrics">;
  readonly log: Logger;
  readonly alert: (alert: Alert) => void;
}

/**
 * Mounts what is to be served, without starting it; rejects with `WebError` where that cannot be.
 * `ended` resolves when the signal has aborted, and never rejects.
 */
export async function tellOfRun(
  told: Told,
  request: TellRequest,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<unknown> }> {
  const { config, log, alert } = request;
  const { metrics } = request.settings;
  const reader = new MetricsReader(told, metrics?.groups ?? STANDARD_GROUPS);
  const families = () => reader.families();
  const web = webSettings(config);
  if (told.web && web) {
    const { mountOwnEndpoints } = await import("./web/mod.ts");
    mountOwnEndpoints(told.web, web, {
      health: () => ({
        sources: told.runs.all().map(({ run, health }) => ({ name: run.source.name, ...health })),
        outputs: told.delivery.counters(),
        privileges: ownPrivileges(),
        plugins: told.guests?.statuses() ?? [],
        refusedReload: told.reloads?.refusal(),
      }),
      families,
      plugins: config.load_plugins ?? config.plugins.map(({ name }) => name),
    });
  }
  const snapshots = { settings: metrics, read: () => reader.read(), alert, log };
  const ended = Promise.all([
    exportTelemetry(families),
    metrics && takeSnapshots({ ...snapshots, settings: metrics }, signal),
  ]);
  return { ended };
}
