/** proc.…: the process that caused the event. */
import { utf8Length } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import type { Process, State } from "../state/mod.ts";
import { rememberLast } from "./_path.ts";
import {
  argsText,
  commandLine,
  envText,
  envValue,
  hostId,
  isUnknown,
  withSlash,
} from "./_process.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const directory = rememberLast(withSlash);

export const procFields: readonly FieldDefinition[] = [
  defineField({
    name: "proc.name",
    type: "CHARBUF",
    basis: "process",
    summary: "Name of the thread that caused the event, at most 15 bytes",
    extract: (_event, state) => state.thread?.comm,
  }),
  defineField({
    name: "proc.exe",
    type: "CHARBUF",
    basis: "process",
    summary: "First word of the command line (argv[0]); the program chooses it",
    extract: (_event, state) => state.thread?.image.exe,
  }),
  defineField({
    name: "proc.exepath",
    type: "CHARBUF",
    basis: "process",
    summary: "Path of the executable as the kernel knows it",
    extract: (_event, state) => state.thread?.image.exePath,
  }),
  defineField({
    name: "proc.args",
    type: "CHARBUF",
    basis: "process",
    summary: "Arguments without argv[0], separated by spaces, or the one in the argument",
    argument: { required: false, kind: "index", signed: true },
    extract: (_event, state, argument) => {
      const image = state.thread?.image;
      if (image === undefined) return undefined;
      const isOne = typeof argument === "number" && argument >= 0;
      return isOne ? image.args[argument] ?? "" : argsText(image);
    },
  }),
  defineField({
    name: "proc.is_args_truncated",
    type: "BOOL",
    basis: "process",
    summary: "Whether the process has more arguments than proc.args and proc.cmdline show",
    origin: "falcod",
    extract: (_event, state) => state.thread?.image.argsTruncated,
  }),
  defineField({
    name: "proc.cmdline",
    type: "CHARBUF",
    basis: "process",
    summary: "Name of the thread, as in proc.name, and arguments",
    extract: (_event, state) => state.thread && commandLine(state.thread),
  }),
  defineField({
    name: "proc.exeline",
    type: "CHARBUF",
    basis: "process",
    summary: "argv[0] and arguments",
    extract: (_event, state) => {
      const image = state.thread?.image;
      return image && `${image.exe} ${argsText(image)}`;
    },
  }),
  defineField({
    name: "proc.cmdnargs",
    type: "UINT64",
    basis: "process",
    summary: "Number of arguments without argv[0]",
    format: "decimal",
    extract: (_event, state) => state.thread?.image.args.length,
  }),
  defineField({
    name: "proc.cmdlenargs",
    type: "UINT64",
    basis: "process",
    summary: "Bytes in all arguments together, without the spaces between them",
    format: "decimal",
    extract: (_event, state) => {
      const image = state.thread?.image;
      if (image === undefined) return undefined;
      const spaces = Math.max(0, image.args.length - 1);
      return utf8Length(argsText(image)) - spaces;
    },
  }),
  defineField({
    name: "proc.env",
    type: "CHARBUF",
    basis: "process",
    summary: "Environment at the time of exec, or the variable in the argument",
    argument: { required: false, kind: "either" },
    extract: (_event, state, argument) => {
      const image = state.process?.image;
      if (image === undefined) return undefined;
      return typeof argument === "string" ? envValue(image, argument) : envText(image);
    },
  }),
  defineField({
    name: "proc.cwd",
    type: "CHARBUF",
    basis: "process",
    summary: "Working directory, with a slash at its end",
    extract: (_event, state) => state.process && directory(state.process.cwd),
  }),
  defineField({
    name: "proc.tty",
    type: "UINT32",
    basis: "process",
    summary: "Controlling terminal as a device number, 0 without one",
    format: "id",
    extract: (_event, state) => state.process?.membership.tty,
  }),
  defineField({
    name: "proc.pid",
    type: "INT64",
    basis: "process",
    summary: "Process id",
    format: "id",
    extract: (_event, state) => {
      if (isUnknown(state)) return -1;
      return state.process && hostId(state.process.id);
    },
  }),
  defineField({
    name: "proc.vpid",
    type: "INT64",
    basis: "process",
    summary: "Process id as the process's own pid namespace numbers it",
    format: "id",
    extract: (_event, state) => state.process?.membership.virtualPid || undefined,
  }),
  defineField({
    name: "proc.duration",
    type: "RELTIME",
    summary: "Nanoseconds since the process started",
    format: "decimal",
    extract: (event, state) => {
      const started = startedOf(state);
      return started && ageNs(started, event);
    },
  }),
  defineField({
    name: "proc.pid.ts",
    type: "RELTIME",
    summary: "When the process started, in nanoseconds since the Unix epoch",
    format: "decimal",
    extract: (event, state) => {
      const started = startedOf(state);
      return started && startTimeNs(started, event);
    },
  }),
  defineField({
    name: "proc.nthreads",
    type: "UINT64",
    summary: "Number of threads of the process",
    format: "decimal",
    extract: (event, state) =>
      state.tracked?.threadCount ?? (state.process && livingThreads(event, state.process)),
  }),
  defineField({
    name: "proc.nchilds",
    type: "UINT64",
    summary: "Number of threads of the process without its first",
    format: "decimal",
    extract: (event, { tracked, process }) =>
      tracked?.otherThreadCount ?? (process && otherLivingThreads(event, process)),
  }),
];

/** Whoever ends with the event is not counted any more. */
function livingThreads({ change }: Event, { threadCount }: Process): number {
  return change?.kind === "exit" ? Math.max(0, threadCount - 1) : threadCount;
}

function otherLivingThreads(event: Event, { id, otherThreadCount }: Process): number {
  const ends = event.change?.kind === "exit" && event.threadId !== id;
  return ends ? Math.max(0, otherThreadCount - 1) : otherThreadCount;
}

/** A process or a thread. */
type Started = Pick<Process, "startClockNs">;

/** Every thread has a start of its own, as in Falco. */
function startedOf({ tracked, thread, process }: State): Started | undefined {
  return tracked ?? thread ?? process;
}

/** Absent when the start is not known. */
export function ageNs({ startClockNs }: Started, event: Event): number | undefined {
  return startClockNs === 0 ? undefined : event.clockNs - startClockNs;
}

interface KnownStart {
  readonly clockNs: number;
  readonly timeNs: bigint;
}

const knownStarts = new WeakMap<Started, KnownStart>();

/**
 * The start on the wall clock: the event's time less the process's age. By the first event that asks, as
 * what the clocks differ by changes while processes live, and their start does not.
 */
export function startTimeNs(started: Started, event: Event): bigint | undefined {
  const known = knownStarts.get(started);
  if (known?.clockNs === started.startClockNs) return known.timeNs;
  const age = ageNs(started, event);
  if (age === undefined) return undefined;
  const timeNs = event.timeNs - BigInt(Math.trunc(age));
  knownStarts.set(started, { clockNs: started.startClockNs, timeNs });
  return timeNs;
}
