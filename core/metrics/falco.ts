/** Falco's metrics: falco userspace/falco/falco_metrics.cpp and stats_writer.cpp, by group. */
import { basename } from "node:path";
import { PRIORITIES } from "../alert/mod.ts";
import { RESOURCE_ROWS, type Row, STATE_ROWS } from "./_rows.ts";
import { dropsByCategory } from "./drop_categories.ts";
import type { Labels, Metric, MetricGroups, MetricType, MetricValue } from "./metric.ts";
import type { Unit } from "./names.ts";
import { type Readings, type RuleFacts, type SourceReading, sumOf } from "./readings.ts";

/** The way of Falco's that tells what the kernel counts. */
const KERNEL_ENGINE = "modern_bpf";

/** Those of a source that fields and Prometheus name alike. */
export function metricsOfSource(
  source: SourceReading,
  readings: Readings,
  groups: MetricGroups,
): Metric[] {
  const metrics = groups.plugins ? pluginMetrics(source, readings) : [];
  if (source.engineName !== KERNEL_ENGINE) return metrics;
  if (groups.state) metrics.push(...rows(STATE_ROWS, readings.state, ["scap", "falco"]));
  if (groups.kernel || groups.perCpu) metrics.push(...kernelMetrics(source));
  if (groups.perCpu) metrics.push(...source.cpus.flatMap(cpuMetrics));
  if (groups.programs) metrics.push(...source.programs.flatMap(programMetrics));
  return metrics;
}

export function resourceMetrics({ resources }: Readings): Metric[] {
  return resources ? rows(RESOURCE_ROWS, resources, ["falco", "falco"]) : [];
}

function rows<From>(
  table: readonly Row<From>[],
  from: From,
  [part, fieldPart]: readonly [Metric["part"], Metric["fieldPart"]],
): Metric[] {
  const metrics: Metric[] = [];
  for (const { read, ...row } of table) {
    const value = read(from);
    if (value !== undefined) metrics.push({ ...row, part, fieldPart, value });
  }
  return metrics;
}

function kernelMetrics({ counters, lostTypes }: SourceReading): Metric[] {
  const drops = sumOf(counters, "drops.");
  const count = (name: string, value: number, help: string): Metric =>
    metric(["scap", name], "counter", { unit: "count", value, help });
  const metrics = [
    count("n_evts", sumOf(counters, "events.") + drops, "Events in the kernel, lost ones included"),
    count("n_drops_scratch_map", 0, "Events too large for a buffer; the probe cuts them instead"),
    count("n_drops", drops, "Events lost in the kernel"),
  ];
  const help = "Events lost because the ring was full, by category";
  const onlyField = true;
  metrics.push({ ...count("n_drops_buffer_total", drops, help), onlyField });
  // Beginnings of calls are no events any more.
  for (const call of ["connect", "open"]) {
    metrics.push({ ...count(`n_drops_buffer_${call}_enter`, 0, help), onlyField });
  }
  for (const [drop, value] of dropsByCategory(lostTypes ?? new Map())) {
    metrics.push({
      ...count(`n_drops_buffer_${drop}_exit`, value, help),
      labelled: { name: "n_drops_buffer", labels: { dir: "exit", drop } },
    });
  }
  return metrics;
}

function cpuMetrics(
  { events, drops }: { readonly events: number; readonly drops: number },
  cpu: number,
): Metric[] {
  const of = (what: string, value: number, help: string): Metric => ({
    ...metric(["scap", `${what}_cpu_${cpu}`], "counter", { unit: "count", value, help }),
    labelled: { name: `${what}_cpu`, labels: { cpu: String(cpu) } },
  });
  return [
    of("n_evts", events + drops, "Events in the kernel on one CPU, lost ones included"),
    of("n_drops", drops, "Events lost in the kernel on one CPU"),
  ];
}

function programMetrics(
  { name, runs, runNs }: { readonly name: string; readonly runs: number; readonly runNs: number },
): Metric[] {
  const of = (what: string, type: MetricType, rest: Rest) =>
    metric(["scap", `${name}.${what}`], type, rest);
  return [
    of("run_cnt", "counter", {
      unit: "count",
      value: runs,
      help: "Runs of a program of the probe",
    }),
    of("run_time_ns", "counter", {
      unit: "nanoseconds_total",
      value: runNs,
      help: "Time in a program of the probe",
    }),
    of("avg_time_ns", "gauge", {
      unit: "nanoseconds",
      value: runs > 0 ? Math.floor(runNs / runs) : 0,
      help: "Time of one run of a program of the probe, on average",
    }),
  ];
}

/** What the plugins count that falcod has built in; containers are those of the system calls. */
function pluginMetrics(
  { engineName, pluginMetrics = [] }: SourceReading,
  readings: Readings,
): Metric[] {
  const told = pluginMetrics.map(({ plugin, name, isCounter, value }) =>
    metric(["plugins", `${plugin}.${name}`], isCounter ? "counter" : "gauge", {
      unit: "count",
      value,
      help: `What the plugin ${plugin} calls ${name}`,
    })
  );
  if (engineName !== KERNEL_ENGINE) return told;
  const of = (name: string, value: number, help: string) =>
    metric(["plugins", `container.${name}`], "gauge", { unit: "count", value, help });
  return [
    of("n_containers", readings.state.containers, "Containers known"),
    of(
      "n_missing_container_images",
      readings.containersWithoutImage,
      "Containers whose image is not known",
    ),
    ...told,
  ];
}

interface Rest {
  readonly unit: Unit;
  readonly value: MetricValue;
  readonly help: string;
}

function metric(
  [part, name]: readonly ["falco" | "scap" | "plugins", string],
  type: MetricType,
  rest: Rest,
): Metric {
  return { part, fieldPart: part, name, type, ...rest };
}

/** Values that only Prometheus names so; fields of alerts have them in other words. */
export function wrapperMetrics(readings: Readings): Metric[] {
  const { run, files, reloads, outputs, timeNs } = readings;
  const of = (name: string, type: MetricType, rest: Rest) => metric(["falco", name], type, rest);
  const drops = outputs.reduce((sum, { dropped }) => sum + dropped, 0);
  return [
    info(["falco", "version"], { version: run.version }, "Version of falcod"),
    ...files.rules.map(({ path, sha256 }) =>
      info(
        ["falco", "sha256_rules_files"],
        { file_name: basename(path), sha256 },
        "Rule files read",
      )
    ),
    ...files.config.map(({ path, sha256 }) =>
      info(
        ["falco", "sha256_config_files"],
        { file_name: basename(path), sha256 },
        "Configuration files read",
      )
    ),
    of("outputs_queue_num_drops", "counter", {
      unit: "count",
      value: drops,
      help: "Alerts that no queue of an output had room for",
    }),
    of("reload_ts", "gauge", {
      unit: "timestamp_nanoseconds",
      value: reloads.lastDoneNs,
      help: "When the rules last came into effect",
    }),
    info(["falco", "kernel_release"], { kernel_release: run.kernelRelease }, "Running kernel"),
    of("start_ts", "gauge", {
      unit: "timestamp_nanoseconds",
      value: run.startNs,
      help: "When falcod started",
    }),
    of("duration_sec", "counter", {
      unit: "seconds_total",
      value: secondsBetween(run.startNs, timeNs),
      help: "How long falcod has been running",
    }),
    info(["evt", "hostname"], { hostname: run.hostname }, "Name of the machine"),
    of("host_boot_ts", "gauge", {
      unit: "timestamp_nanoseconds",
      value: run.bootNs,
      help: "When the machine started",
    }),
    of("host_num_cpus", "gauge", { unit: "count", value: run.cpus, help: "CPUs of the machine" }),
    ...readings.sources.filter(({ engineName }) => engineName !== "").map(({ engineName, name }) =>
      info(
        ["scap", "engine_name"],
        { engine_name: engineName, evt_source: name },
        "Sources of events, and how their events come",
      )
    ),
  ];
}

function info(
  [part, name]: readonly [Metric["part"], string],
  labels: Labels,
  help: string,
): Metric {
  return {
    part,
    fieldPart: "falco",
    name,
    help,
    type: "gauge",
    unit: "info",
    value: 1,
    labelled: { name, labels },
  };
}

/** Whole ones. */
export function secondsBetween(startNs: bigint, endNs: bigint): number {
  return Number((endNs - startNs) / 1_000_000_000n);
}

/** Only rules that have matched, as Falco: there are many that never do. */
export function ruleMetrics({ rules, engine }: Readings): Metric[] {
  const metrics: Metric[] = [];
  for (const rule of rules) {
    const value = engine.alertsByRule.get(rule.name) ?? 0;
    if (value === 0) continue;
    const labelled = { name: "rules_matches", labels: labelsOf(rule) };
    const help = "Alerts of a rule";
    metrics.push({
      ...metric(["falco", "rules_matches"], "counter", { unit: "count", value, help }),
      labelled,
    });
  }
  return metrics;
}

function labelsOf({ name, priority, source, tags }: RuleFacts): Labels {
  return {
    rule_name: name,
    priority: String(PRIORITIES.indexOf(priority)),
    source,
    ...Object.fromEntries(tags.map((tag) => [`tag_${tag}`, "true"])),
  };
}

/** Enter events are no more; dashboards that add both directions go on working, as with Falco. */
export function enterMetrics(): Metric[] {
  return ["clone_fork", "execve", "connect", "open", "dir_file", "other_interest"].map((drop) => ({
    ...metric(["scap", "n_drops_buffer"], "counter", {
      unit: "count",
      value: 0,
      help: "Events lost because the ring was full, by category",
    }),
    labelled: { name: "n_drops_buffer", labels: { dir: "enter", drop } },
  }));
}
