/** What only falcod has to tell: sources, outputs, the engine, reloads. Names begin with `falcod_`. */
import type { Family, Labels, MetricType, MetricValue, Sample } from "./metric.ts";
import type { Readings, ServerReading, SourceReading } from "./readings.ts";

/** Of a run without sources and rules. */
export type ForwarderReadings = Pick<Readings, "outputs" | "heldBack" | "servers">;

type Read<From = Readings> = (readings: From) => MetricValue | readonly Sample[] | undefined;

interface OwnRow<From = Readings> {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly read: Read<From>;
}

const counter = <From>(name: string, help: string, read: Read<From>): OwnRow<From> => ({
  name: `falcod_${name}_total`,
  type: "counter",
  help,
  read,
});
const gauge = <From>(name: string, help: string, read: Read<From>): OwnRow<From> => ({
  name: `falcod_${name}`,
  type: "gauge",
  help,
  read,
});

/** What there is to tell of alerts on their way out, and of who serves, wherever they come from. */
const OUTPUT_ROWS: readonly OwnRow<ForwarderReadings>[] = [
  gauge(
    "output_queued",
    "Alerts waiting for an output or under way",
    ofOutputs(({ queued }) => queued),
  ),
  gauge(
    "output_up",
    "Whether the last alerts got through",
    ({ outputs }) =>
      present(outputs).map(({ name, state }) => ({
        labels: { output: name },
        value: state === "working" ? 1 : 0,
      })),
  ),
  gauge(
    "output_state",
    "1 for how an output fares: working, blocked, retrying, failing, closed or removed",
    ({ outputs }) =>
      present(outputs).map(({ name, state }) => ({ labels: { output: name, state }, value: 1 })),
  ),
  counter(
    "output_alerts",
    "Alerts by output and by what became of them",
    ({ outputs }) =>
      outputs.flatMap(({ name, delivered, dropped, failed }) =>
        Object.entries({ delivered, dropped, failed }).map(([result, value]) => ({
          labels: { output: name, result },
          value,
        }))
      ),
  ),
  // No result of `output_alerts`: most containers have no syslog daemon, and nothing is wrong there.
  counter(
    "output_missed",
    "Alerts that came while nobody was there to take them, as without a syslog daemon",
    ofOutputs(({ missed }) => missed ?? 0),
  ),
  counter(
    "output_retries",
    "Writes to an output that were done again",
    ofOutputs(({ retries }) => retries),
  ),
  counter(
    "output_repeated",
    "Alerts that may have arrived twice at an output, which was told so",
    ofOutputs(({ repeated }) => repeated),
  ),
  gauge(
    "output_spool_alerts",
    "Alerts on disk that wait for an output",
    ofSpools(({ alerts }) => alerts),
  ),
  gauge("output_spool_bytes", "Bytes on disk for an output", ofSpools(({ bytes }) => bytes)),
  counter(
    "output_spool_failures",
    "Times the spool of an output could not be written or read, or was full",
    ofSpools(({ failures }) => failures),
  ),
  counter("alerts_held_back", "Alerts that came to no output, by why", ({ heldBack }) => [
    { labels: { reason: "rate" }, value: heldBack.byRate },
    { labels: { reason: "repeated" }, value: heldBack.asRepeated },
  ]),
];

const WEB_ROWS: readonly OwnRow<ForwarderReadings>[] = [
  gauge(
    "web_open_connections",
    "Connections to the web server",
    ofServers(({ counters }) => [["", counters.open]]),
  ),
  counter(
    "web_requests",
    "Requests to the web server",
    ofServers(({ counters }) => [["", counters.requests]]),
  ),
  counter(
    "web_requests_refused",
    "Requests for which the web server had no room, nor for their answers",
    ofServers(({ counters }) => [["", counters.refused]]),
  ),
  counter(
    "web_connections",
    "Connections to the web server, by what became of them",
    ofServers(({ counters }) => [
      ["accepted", counters.accepted],
      ["crowded_out", counters.crowdedOut],
      ["timed_out", counters.timedOut],
      ["failed_handshake", counters.failedHandshakes],
    ]),
  ),
  counter(
    "web_faults",
    "Requests that hit a bug of falcod",
    ofServers(({ counters }) => [["", counters.faults]]),
  ),
];

const ROWS: readonly OwnRow[] = [
  counter("events", "Events held against the rules", ofSources(({ events }) => events)),
  counter("alerts", "Alerts of rules", ({ engine }) => engine.alerts),
  counter(
    "alerts_unnamed",
    "Alerts that went out before their container was known",
    ({ engine }) => engine.alertsUnnamed,
  ),
  counter("faults", "Events skipped by a bug of falcod", ({ engine }) => engine.faults),
  gauge(
    "rules",
    "Rules in effect",
    ({ rules, sources }) =>
      sources.map(({ name }) => ({
        labels: { source: name },
        value: rules.filter(({ enabled, source }) => enabled && source === name).length,
      })),
  ),
  counter("reloads", "Times configuration and rules were read again, by result", ({ reloads }) => [
    { labels: { result: "done" }, value: reloads.done },
    { labels: { result: "refused" }, value: reloads.refused },
  ]),
  gauge(
    "plugin_up",
    "Whether a plugin of a third party runs",
    ofPlugins(({ state }) => state === "running" ? 1 : 0),
  ),
  counter(
    "plugin_restarts",
    "Times a plugin of a third party went, or was ended, and was started again",
    ofPlugins(({ restarts }) => restarts),
  ),
  gauge(
    "source_up",
    "Whether a source of events does what it is there for",
    ({ sources }) =>
      sources.map(({ name, health }) => ({
        labels: { source: name },
        value: health.state === "failed" ? 0 : 1,
      })),
  ),
  counter(
    "source_failures",
    "Times a source of events broke or could not start",
    ofSources(({ failures }) => failures),
  ),
  counter(
    "source_events",
    "Events that a source has got, by class",
    byClass("events."),
  ),
  counter("source_drops", "Events that a source has lost, by class", byClass("drops.")),
  counter(
    "source_unreadable",
    "Events whose memory in the kernel could not be read, by class",
    byClass("unreadable."),
  ),
  counter(
    "source_filtered",
    "Events left out in the kernel as no rule can match them, by class",
    byClass("filtered_in_kernel."),
  ),
  counter(
    "source_count",
    "What else a source counts",
    ({ sources }) => sources.flatMap((source) => otherCounters(source)),
  ),
  gauge(
    "source_level",
    "What goes up and down in a source",
    ({ sources }) =>
      sources.flatMap(({ name, levels }) =>
        Object.entries(levels).map(([level, value]) => ({ labels: { source: name, level }, value }))
      ),
  ),
  ...OUTPUT_ROWS,
  gauge("processes", "Processes in the table", ({ state }) => state.processes),
  gauge("threads", "Threads in the table", ({ state }) => state.threads),
  gauge("containers", "Containers in the table", ({ state }) => state.containers),
  counter("processes_evicted", "Processes that had to make room", ({ state }) => state.evicted),
  counter(
    "processes_cut",
    "Processes whose texts took too much memory, so that a part was kept",
    ({ state }) => state.textsCut,
  ),
  counter(
    "containers_evicted",
    "Containers that had to make room",
    ({ state }) => state.containersEvicted,
  ),
  counter(
    "process_repairs",
    "Processes whose end was missed",
    ({ state }) => state.repaired,
  ),
  counter("captures", "Captures that rules have begun", ({ captures }) => captures?.captures),
  counter(
    "captures_failed",
    "Captures that could not be written",
    ({ captures }) => captures?.failed,
  ),
  counter(
    "capture_events_lost",
    "Events lost on their way into captures",
    ({ captures }) => captures?.lostEvents,
  ),
  gauge("heap_used_bytes", "Heap that is in use", ({ memory }) => memory.heapUsed),
  gauge("heap_size_bytes", "Heap, used or not", ({ memory }) => memory.heapTotal),
  gauge("external_bytes", "Memory of buffers, beside the heap", ({ memory }) => memory.external),
  ...WEB_ROWS,
];

export function ownFamilies(readings: Readings): Family[] {
  return familiesOf(ROWS, readings);
}

export function forwarderFamilies(readings: ForwarderReadings): Family[] {
  return familiesOf([...OUTPUT_ROWS, ...WEB_ROWS], readings);
}

function familiesOf<From>(rows: readonly OwnRow<From>[], readings: From): Family[] {
  const families: Family[] = [];
  for (const { read, ...row } of rows) {
    const value = read(readings);
    if (value === undefined) continue;
    const samples = typeof value === "object" ? value : [{ labels: {}, value }];
    if (samples.length > 0) families.push({ ...row, samples });
  }
  return families;
}

/** With the name of each plugin of a third party, and whether it is in a process of its own. */
function ofPlugins(value: (plugin: Readings["plugins"][number]) => MetricValue): Read {
  return ({ plugins }) =>
    plugins.map((plugin) => ({
      labels: { plugin: plugin.name, isolated: String(plugin.isIsolated) },
      value: value(plugin),
    }));
}

/** With the name of each source. */
function ofSources(value: (source: SourceReading) => MetricValue): Read {
  return ({ sources }) =>
    sources.map((source) => ({ labels: { source: source.name }, value: value(source) }));
}

/** Nobody is to be woken for an output that was taken away. */
function present(outputs: Readings["outputs"]): Readings["outputs"] {
  return outputs.filter(({ state }) => state !== "removed");
}

function ofOutputs(
  value: (output: Readings["outputs"][number]) => MetricValue,
): Read<ForwarderReadings> {
  return ({ outputs }) =>
    outputs.map((output) => ({ labels: { output: output.name }, value: value(output) }));
}

function ofSpools(
  value: (spool: NonNullable<Readings["outputs"][number]["spool"]>) => MetricValue,
): Read<ForwarderReadings> {
  return ({ outputs }) =>
    outputs.flatMap(({ name, spool }) =>
      spool ? [{ labels: { output: name }, value: value(spool) }] : []
    );
}

/** With the address of each server, and what it is about where that is not empty. */
function ofServers(
  values: (server: ServerReading) => readonly (readonly [result: string, value: number])[],
): Read<ForwarderReadings> {
  return ({ servers }) =>
    servers.flatMap((server) =>
      values(server).map(([result, value]) => ({
        labels: { address: server.address, ...result !== "" && { result } },
        value,
      }))
    );
}

const CLASSES = ["events.", "drops.", "unreadable.", "filtered_in_kernel."] as const;

/** The counters of all sources whose names begin so. */
function byClass(prefix: typeof CLASSES[number]): Read {
  return ({ sources }) =>
    sources.flatMap(({ name, counters }) =>
      Object.entries(counters).filter(([counter]) => counter.startsWith(prefix)).map((
        [counter, value],
      ) => ({ labels: { source: name, class: counter.slice(prefix.length) }, value }))
    );
}

function otherCounters({ name, counters }: SourceReading): Sample[] {
  return Object.entries(counters)
    .filter(([counter]) => !CLASSES.some((prefix) => counter.startsWith(prefix)))
    .map(([counter, value]) => ({ labels: { source: name, counter } satisfies Labels, value }));
}
