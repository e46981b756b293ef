/** Falco's metrics of libs, one row each: name, what it is, where the value comes from. */
import type { StateCounters } from "../state/mod.ts";
import type { MetricType } from "./metric.ts";
import type { Unit } from "./names.ts";
import type { Resources } from "./resources.ts";

interface Row<From> {
  readonly name: string;
  readonly unit: Unit;
  readonly type: MetricType;
  readonly help: string;
  /** Absent: not known. */
  readonly read: (from: From) => number | undefined;
}

function gauge<From>(name: string, unit: Unit, help: string, read: Row<From>["read"]): Row<From> {
  return { name, unit, type: "gauge", help, read };
}

function counter<From>(name: string, help: string, read: Row<From>["read"]): Row<From> {
  return { name, unit: "count", type: "counter", help, read };
}

export const RESOURCE_ROWS: readonly Row<Resources>[] = [
  gauge("cpu_usage_perc", "percent", "CPU time of falcod since its start", (it) => it.cpuPercent),
  gauge("memory_rss_kb", "kibibytes", "Resident memory of falcod", (it) => it.residentKib),
  gauge("memory_vsz_kb", "kibibytes", "Address space of falcod", (it) => it.virtualKib),
  gauge(
    "memory_pss_kb",
    "kibibytes",
    "Proportional share of memory of falcod",
    (it) => it.proportionalKib,
  ),
  gauge(
    "container_memory_used_bytes",
    "bytes",
    "Memory of the cgroup falcod is in",
    (it) => it.containerBytes,
  ),
  gauge(
    "host_cpu_usage_perc",
    "percent",
    "CPU time of the machine since its start",
    (it) => it.hostCpuPercent,
  ),
  gauge("host_memory_used_kb", "kibibytes", "Memory the machine uses", (it) => it.hostMemoryKib),
  gauge("host_procs_running", "count", "Threads that run or want to", (it) => it.hostRunning),
  gauge("host_open_fds", "count", "Open files of the machine", (it) => it.hostOpenFiles),
];

/** falcod keeps no table of descriptors: the kernel says what each one is, with the event. */
const NONE_KEPT = () => 0;
/** Nothing is kept of the beginnings of calls: their ends tell everything. */
const NONE_STORED = () => 0;

export const STATE_ROWS: readonly Row<StateCounters>[] = [
  gauge("n_threads", "count", "Threads in the process table", (it) => it.threads),
  gauge("n_fds", "count", "Descriptors in tables; falcod keeps none", NONE_KEPT),
  counter("n_noncached_fd_lookups", "Descriptors looked up; falcod keeps none", NONE_KEPT),
  counter("n_cached_fd_lookups", "Descriptors found at once; falcod keeps none", NONE_KEPT),
  counter("n_failed_fd_lookups", "Descriptors not found; falcod keeps none", NONE_KEPT),
  counter("n_added_fds", "Descriptors added; falcod keeps none", NONE_KEPT),
  counter("n_removed_fds", "Descriptors removed; falcod keeps none", NONE_KEPT),
  counter("n_stored_evts", "Beginnings of calls kept; falcod needs none", NONE_STORED),
  counter("n_store_evts_drops", "Beginnings of calls not kept; falcod needs none", NONE_STORED),
  counter("n_retrieved_evts", "Beginnings of calls found; falcod needs none", NONE_STORED),
  counter("n_retrieve_evts_drops", "Beginnings of calls missed; falcod needs none", NONE_STORED),
  counter(
    "n_noncached_thread_lookups",
    "Threads that were not in the table when an event came from them",
    (it) => it.threadsMet,
  ),
  counter(
    "n_cached_thread_lookups",
    "Threads that were in the table when an event came from them",
    (it) => it.threadsFound,
  ),
  counter(
    "n_failed_thread_lookups",
    "Threads that could not be found out about",
    (it) => it.threadsUnknown,
  ),
  counter("n_added_threads", "Threads taken into the table", (it) => it.threadsAdded),
  counter("n_removed_threads", "Threads taken out of the table", (it) => it.threadsRemoved),
  counter(
    "n_drops_full_threadtable",
    "Threads and processes the table had no room for",
    (it) => it.threadsNotKept + it.evicted,
  ),
];

export type { Row };
