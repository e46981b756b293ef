/** proc.is_exe_… and proc.exe_ino…: the file a process runs. */
import type { Event } from "../event/mod.ts";
import type { State, Thread } from "../state/mod.ts";
import { defineField, type FieldDefinition } from "./field.ts";
import { startTimeNs } from "./proc.ts";

export const procExeFields: readonly FieldDefinition[] = [
  defineField({
    name: "proc.is_exe_writable",
    type: "BOOL",
    basis: "process",
    summary: "Whether the process may write its own executable",
    extract: (_event, state) => state.thread?.image.exeWritable,
  }),
  defineField({
    name: "proc.is_exe_upper_layer",
    type: "BOOL",
    basis: "process",
    summary: "Whether the executable is in the upper, writable layer of an overlay",
    extract: (_event, state) => state.thread?.image.exeOnOverlayUpper,
  }),
  defineField({
    name: "proc.is_exe_lower_layer",
    type: "BOOL",
    basis: "process",
    summary: "Whether the executable is in a lower layer of an overlay: it came with the image",
    extract: (_event, state) => state.thread?.image.exeOnOverlayLower,
  }),
  defineField({
    name: "proc.is_exe_from_memfd",
    type: "BOOL",
    basis: "process",
    summary: "Whether the executable is in memory only (memfd_create)",
    extract: (_event, state) => state.thread?.image.exeFromMemfd,
  }),
  defineField({
    name: "proc.exe_ino",
    type: "INT64",
    basis: "process",
    summary: "Inode number of the executable",
    format: "decimal",
    extract: (_event, state) => unlessZero(state.thread?.image.exeInode),
  }),
  defineField({
    name: "proc.exe_ino.ctime",
    type: "ABSTIME",
    basis: "process",
    summary: "When the executable's inode last changed, in nanoseconds since the Unix epoch",
    format: "decimal",
    extract: (_event, state) => unlessZero(state.thread?.image.exeCtimeNs),
  }),
  defineField({
    name: "proc.exe_ino.mtime",
    type: "ABSTIME",
    basis: "process",
    summary: "When the executable's content last changed, in nanoseconds since the Unix epoch",
    format: "decimal",
    extract: (_event, state) => unlessZero(state.thread?.image.exeMtimeNs),
  }),
  defineField({
    name: "proc.exe_ino.ctime_duration_proc_start",
    type: "ABSTIME",
    summary: "Nanoseconds from the executable's last change to the start of the process",
    format: "decimal",
    extract: (event, state) => state.thread && changeToStart(state.thread, event),
  }),
  defineField({
    name: "proc.exe_ino.ctime_duration_pidns_start",
    type: "ABSTIME",
    summary: "Nanoseconds from the start of the pid namespace to the executable's last change",
    format: "decimal",
    extract: (event, state) => {
      const start = namespaceStart(event, state);
      const change = state.thread?.image.exeCtimeNs ?? 0n;
      return start === undefined || change <= start ? undefined : change - start;
    },
  }),
  defineField({
    name: "proc.pidns_init_start_ts",
    type: "UINT64",
    summary: "When the first process of the pid namespace started, in nanoseconds since the epoch",
    format: "decimal",
    extract: (event, state) => {
      return namespaceStart(event, state);
    },
  }),
];

/** Zero stands for "not known". */
function unlessZero(value: bigint | undefined): bigint | undefined {
  return value === 0n ? undefined : value;
}

/** Absent when the file changed later: upstream's difference is no sensible number then. */
function changeToStart({ process, image }: Thread, event: Event): bigint | undefined {
  const start = startTimeNs(process, event);
  const change = image.exeCtimeNs;
  return start === undefined || change === 0n || change >= start ? undefined : start - change;
}

/** As Falco has it, the machine's namespace began with the machine. */
const MACHINE = { startClockNs: 1 };
const MACHINE_INIT = 1;

/** When the first process of the pid namespace began. */
export function namespaceStart(event: Event, state: State): bigint | undefined {
  const { tracked, process, processes } = state;
  if (tracked) return unlessZero(tracked.namespaceStartNs);
  if (process === undefined) return undefined;
  const first = processes.namespaceInit(process);
  return first && startTimeNs(first.id === MACHINE_INIT ? MACHINE : first, event);
}
