/** Falco's snapshots: every interval, for each source, an alert and a line in a file. */
import { type Alert, outputValueJson, ownAlert } from "../../alert/mod.ts";
import { type Readings, type SnapshotFields, Snapshots } from "../../metrics/mod.ts";
import type { Logger } from "../../plugin/mod.ts";
import type { MetricsSettings } from "../config/metrics.ts";
import { pause } from "../pause.ts";
import { StatsFile } from "./stats_file.ts";

export interface SnapshotRequest {
  readonly settings: MetricsSettings;
  readonly read: () => Promise<Readings>;
  readonly alert: (alert: Alert) => void;
  readonly log: Logger;
}

const RULE = "Falco internal: metrics snapshot";

/** Until the signal aborts; never rejects. */
export async function takeSnapshots(request: SnapshotRequest, signal: AbortSignal): Promise<void> {
  const { settings, log } = request;
  if (!settings.outputRule && settings.outputFile === "") return;
  const snapshots = new Snapshots(settings);
  const file = settings.outputFile === "" ? undefined : new StatsFile(settings.outputFile, log);
  let dueMs = performance.now();
  for (let sample = 1;; sample++) {
    // What was missed, when the machine slept, is not made up for.
    dueMs = Math.max(dueMs + settings.intervalMs, performance.now());
    await pause(Math.max(1, dueMs - performance.now()), signal);
    if (signal.aborted) return;
    try {
      await take(await request.read(), { ...request, snapshots, file, sample });
    } catch (error) {
      log.error(`this is a bug, a snapshot of metrics was left out: ${error}`);
    }
  }
}

async function take(
  readings: Readings,
  { settings, alert, snapshots, file, sample }: SnapshotRequest & {
    readonly snapshots: Snapshots;
    readonly file: StatsFile | undefined;
    /** Since the start, from 1. */
    readonly sample: number;
  },
): Promise<void> {
  const interfaces = Deno.networkInterfaces();
  for (const source of readings.sources) {
    const fields = snapshots.take(source, readings, interfaces);
    if (settings.outputRule) {
      alert(ownAlert({
        rule: RULE,
        priority: "Informational",
        timeNs: readings.timeNs,
        hostname: readings.run.hostname,
        message: "Falco metrics snapshot",
        fields,
      }));
    }
    await file?.append(lineOf(fields, sample));
  }
}

function lineOf(fields: SnapshotFields, sample: number): string {
  const members = [...fields].map(([name, value]) =>
    `${JSON.stringify(name)}:${outputValueJson(value)}`
  );
  return `{"output_fields":{${members.join(",")}},"sample":${sample}}`;
}
