/** Metrics as fields of an alert: falco userspace/falco/stats_writer.cpp. */
import { basename } from "node:path";
import type { OutputValue } from "../alert/mod.ts";
import { metricsOfSource, resourceMetrics, secondsBetween } from "./falco.ts";
import type { Metric, MetricGroups } from "./metric.ts";
import { fieldNamePart } from "./names.ts";
import { type Readings, type SourceReading, sumOf } from "./readings.ts";

export interface SnapshotOptions {
  readonly groups: MetricGroups;
  readonly convertMemoryToMb: boolean;
  /** Values of 0, too. */
  readonly includeEmptyValues: boolean;
}

export interface Addresses {
  readonly name: string;
  readonly family: "IPv4" | "IPv6";
  readonly address: string;
}

export type SnapshotFields = ReadonlyMap<string, OutputValue>;

interface Before {
  readonly timeNs: bigint;
  readonly events: number;
  readonly kernelEvents: number;
  readonly kernelDrops: number;
}

const NOTHING: Before = { timeNs: 0n, events: 0, kernelEvents: 0, kernelDrops: 0 };

/** Remembers each source's last snapshot, for rates. */
export class Snapshots {
  readonly #options: SnapshotOptions;
  readonly #before = new Map<string, Before>();

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  /** Sorted by name. */
  take(
    source: SourceReading,
    readings: Readings,
    interfaces: readonly Addresses[] = [],
  ): SnapshotFields {
    const { groups } = this.#options;
    const before = this.#before.get(source.name) ?? NOTHING;
    const drops = sumOf(source.counters, "drops.");
    const now: Before = {
      timeNs: readings.timeNs,
      events: source.events,
      kernelEvents: arrived(source) + drops,
      kernelDrops: drops,
    };
    this.#before.set(source.name, now);
    const fields: Record<string, OutputValue> = {
      ...wrapperFields(source, readings),
      ...addressFields(interfaces),
      ...eventFields(before, now),
    };
    if (groups.rules) Object.assign(fields, this.#ruleFields(readings));
    const metrics = metricsOfSource(source, readings, groups);
    if (groups.resources) metrics.push(...resourceMetrics(readings));
    for (const metric of metrics) this.#put(metric, fields);
    if (metrics.some(({ name }) => name === "n_evts")) {
      Object.assign(fields, kernelFields(before, now));
    }
    fields["scap.n_drops_perc"] = percentLost(before, now);
    return new Map(Object.entries(fields).sort(([a], [b]) => a < b ? -1 : 1));
  }

  #ruleFields({ engine, rules }: Readings): Record<string, OutputValue> {
    const fields: Record<string, OutputValue> = { "falco.rules.matches_total": engine.alerts };
    for (const { name } of rules) {
      const count = engine.alertsByRule.get(name) ?? 0;
      if (count > 0 || this.#options.includeEmptyValues) {
        fields[`falco.rules.${fieldNamePart(name)}`] = count;
      }
    }
    return fields;
  }

  #put(metric: Metric, fields: Record<string, OutputValue>): void {
    if (Number(metric.value) === 0 && !this.#options.includeEmptyValues) return;
    const isMemory = metric.unit === "bytes" || metric.unit === "kibibytes";
    if (isMemory && this.#options.convertMemoryToMb) {
      const name = metric.name.replaceAll(/_kb|_bytes/g, "_mb");
      fields[`${metric.fieldPart}.${name}`] = megabytes(metric);
    } else fields[`${metric.fieldPart}.${metric.name}`] = metric.value;
  }
}

/** Of Falco: 2^20 bytes, to one decimal. */
function megabytes({ value, unit }: Metric): number {
  return tenths(Number(value) / (unit === "bytes" ? 1 << 20 : 1 << 10));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Whose they are and how to compare them. */
function wrapperFields(source: SourceReading, readings: Readings): Record<string, OutputValue> {
  const { run, files, reloads, outputs, timeNs } = readings;
  const fields: Record<string, OutputValue> = {
    "evt.time": timeNs,
    "evt.hostname": run.hostname,
    "evt.source": source.name,
    "falco.reload_ts": reloads.lastDoneNs,
    "falco.version": run.version,
    "falco.start_ts": run.startNs,
    "falco.duration_sec": secondsBetween(run.startNs, timeNs),
    "falco.kernel_release": run.kernelRelease,
    "falco.host_boot_ts": run.bootNs,
    "falco.host_num_cpus": run.cpus,
    "falco.outputs_queue_num_drops": outputs.reduce((sum, { dropped }) => sum + dropped, 0),
  };
  if (source.engineName !== "") fields["scap.engine_name"] = source.engineName;
  for (const [kind, digests] of [["rules", files.rules], ["config", files.config]] as const) {
    for (const { path, sha256 } of digests) {
      fields[`falco.sha256_${kind}_file.${fieldNamePart(basename(path))}`] = sha256;
    }
  }
  return fields;
}

function addressFields(interfaces: readonly Addresses[]): Record<string, OutputValue> {
  const fields: Record<string, string> = {};
  for (const { name, family, address } of interfaces) {
    if (name === "lo") continue;
    const protocol = family.toLowerCase();
    const field = `falco.host_netinfo.interfaces.${name}.protocols.${protocol}.addresses`;
    fields[field] = field in fields ? `${fields[field]},${address}` : address;
  }
  return fields;
}

function eventFields(before: Before, now: Before): Record<string, OutputValue> {
  const seconds = secondsSince(before, now);
  const fields: Record<string, OutputValue> = {
    "falco.num_evts": now.events,
    "falco.num_evts_prev": before.events,
  };
  if (before.events !== 0 && seconds > 0) {
    fields["falco.evts_rate_sec"] = tenths((now.events - before.events) / seconds);
  }
  return fields;
}

/** Always told, even when they are 0. */
function kernelFields(before: Before, now: Before): Record<string, OutputValue> {
  const seconds = secondsSince(before, now);
  const rate = (more: number) => seconds > 0 ? tenths(more / seconds) : 0;
  return {
    "scap.n_evts": now.kernelEvents,
    "scap.n_evts_prev": before.kernelEvents,
    "scap.evts_rate_sec": rate(now.kernelEvents - before.kernelEvents),
    "scap.n_drops": now.kernelDrops,
    "scap.n_drops_prev": before.kernelDrops,
    "scap.evts_drop_rate_sec": rate(now.kernelDrops - before.kernelDrops),
  };
}

function percentLost(before: Before, now: Before): number {
  const events = now.kernelEvents - before.kernelEvents;
  return events > 0 ? 100 * (now.kernelDrops - before.kernelDrops) / events : 0;
}

/** Sources that are no kernel's do not count by classes what has arrived. */
function arrived({ counters, events }: SourceReading): number {
  const hasClasses = Object.keys(counters).some((name) => name.startsWith("events."));
  return hasClasses ? sumOf(counters, "events.") : events;
}

/** 0 for the first. */
function secondsSince(before: Before, now: Before): number {
  return before.timeNs === 0n ? 0 : Number(now.timeNs - before.timeNs) / 1e9;
}
