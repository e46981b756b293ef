/** evt.is_… and evt.buf…: reading, writing and opening. */
import { type Event, eventType } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { asBytes } from "./_bytes.ts";
import { hasFlag, paramIndex } from "./_event.ts";
import { defineField, type FieldDefinition, type FieldValue } from "./field.ts";

export const evtIoFields: readonly FieldDefinition[] = [
  defineField({
    name: "evt.is_io",
    type: "BOOL",
    basis: "kin",
    summary: "Whether the call reads or writes",
    extract: ({ type }) => hasFlag(type, "reads") || hasFlag(type, "writes"),
  }),
  defineField({
    name: "evt.is_io_read",
    type: "BOOL",
    basis: "kin",
    summary: "Whether the call reads",
    extract: ({ type }) => hasFlag(type, "reads"),
  }),
  defineField({
    name: "evt.is_io_write",
    type: "BOOL",
    basis: "kin",
    summary: "Whether the call writes",
    extract: ({ type }) => hasFlag(type, "writes"),
  }),
  defineField({
    name: "evt.io_dir",
    type: "CHARBUF",
    basis: "kin",
    summary: "read or write; absent for calls that do neither",
    extract: ({ type }) =>
      hasFlag(type, "writes") ? "write" : hasFlag(type, "reads") ? "read" : undefined,
  }),
  defineField({
    name: "evt.is_wait",
    type: "BOOL",
    basis: "kin",
    summary: "Whether the call makes its thread wait: sleep, poll, select",
    extract: ({ type }) => hasFlag(type, "waits"),
  }),
  defineField({
    name: "evt.is_syslog",
    type: "BOOL",
    summary: "Whether the call writes to /dev/log",
    extract: ({ type }, state) => hasFlag(type, "writes") && isSyslog(state),
  }),
  defineField({
    name: "evt.is_open_read",
    type: "BOOL",
    basis: "kin",
    summary: "Whether a file was to be opened for reading",
    extract: (event) => (openFlags(event) & O_RDONLY) !== 0,
  }),
  defineField({
    name: "evt.is_open_write",
    type: "BOOL",
    basis: "kin",
    summary: "Whether a file was to be opened for writing",
    extract: (event) => (openFlags(event) & O_WRONLY) !== 0,
  }),
  defineField({
    name: "evt.is_open_exec",
    type: "BOOL",
    basis: "kin",
    summary: "Whether opening was to create a file that may be executed",
    extract: createsExecutable,
  }),
  defineField({
    name: "evt.is_open_create",
    type: "BOOL",
    basis: "kin",
    summary: "Whether opening created a file",
    extract: (event) => {
      const flags = openFlags(event);
      if (flags & O_F_CREATED) return true;
      return (flags & O_TMPFILE) !== 0 && event.result !== undefined && event.result >= 0;
    },
  }),
  defineField({
    name: "evt.buffer",
    type: "BYTEBUF",
    summary: "First bytes of what was read or written",
    extract: buffer,
  }),
  transferredField("evt.buflen", "read or written", "any"),
  transferredField("evt.buflen.in", "read", "any"),
  transferredField("evt.buflen.out", "written", "any"),
  transferredField("evt.buflen.file", "read or written", "file"),
  transferredField("evt.buflen.file.in", "read", "file"),
  transferredField("evt.buflen.file.out", "written", "file"),
  transferredField("evt.buflen.net", "read or written", "net"),
  transferredField("evt.buflen.net.in", "read", "net"),
  transferredField("evt.buflen.net.out", "written", "net"),
];

/** Bits of upstream's `file_flags`; O_RDWR is both of the first. */
const O_RDONLY = 1;
const O_WRONLY = 2;
const O_CREAT = 4;
const O_TMPFILE = 0x2000;
const O_F_CREATED = 0x4000;
const ANY_EXECUTE = 0o111;

/** Where the open family keeps its arguments; -1 for what a call does not have. */
interface OpenLayout {
  readonly flags: number;
  readonly mode: number;
  /** creat: only ever judged by its mode. */
  readonly always: boolean;
}

const NO_OPEN: OpenLayout = { flags: -1, mode: -1, always: false };
const layouts: OpenLayout[] = [];

function openLayout(code: number): OpenLayout {
  return layouts[code] ??= findOpenLayout(code);
}

function findOpenLayout(code: number): OpenLayout {
  switch (eventType(code)?.name) {
    case "open":
    case "openat":
    case "openat2":
    case "open_by_handle_at":
      return { flags: paramIndex(code, "flags"), mode: paramIndex(code, "mode"), always: false };
    case "creat":
      return { flags: -1, mode: paramIndex(code, "mode"), always: true };
    default:
      return NO_OPEN;
  }
}

/** 0 for events that open nothing. */
function openFlags(event: Event): number {
  const index = openLayout(event.type).flags;
  return index < 0 ? 0 : numberParam(event, index);
}

function createsExecutable(event: Event): boolean {
  const layout = openLayout(event.type);
  if (layout.mode < 0) return false;
  if (!layout.always && (openFlags(event) & (O_CREAT | O_TMPFILE)) === 0) return false;
  return (numberParam(event, layout.mode) & ANY_EXECUTE) !== 0;
}

function numberParam(event: Event, index: number): number {
  const value = event.param(index);
  return typeof value === "number" ? value : 0;
}

function isSyslog(state: State): boolean {
  const descriptor = state.descriptor;
  if (descriptor === undefined) return false;
  const { path, socket } = descriptor;
  return [path?.given, socket?.path, socket?.text].some((name) => name?.includes("/dev/log"));
}

const NO_BYTES = new Uint8Array();

/** Absent for calls that move no data; those that moved none have none. */
function buffer(event: Event): FieldValue {
  const index = paramIndex(event.type, "data");
  return index < 0 ? undefined : asBytes(event.param(index)) ?? NO_BYTES;
}

type Direction = "read" | "written" | "read or written";
type Subject = "file" | "net" | "any";

function transferredField(name: string, direction: Direction, subject: Subject): FieldDefinition {
  const what = { file: " of a file", net: " of a connection", any: "" }[subject];
  return defineField({
    name,
    type: "UINT64",
    summary: `Bytes${what} that were ${direction}`,
    format: "decimal",
    extract: (event, state) =>
      concerns(state, subject) && moves(event, direction) ? transferred(event) : undefined,
  });
}

/** Succeeded calls return how much they moved. */
function transferred(event: Event): FieldValue {
  return event.result !== undefined && event.result >= 0 ? event.result : undefined;
}

function concerns(state: State, subject: Subject): boolean {
  const { descriptor } = state;
  // Of one that nobody saw opened Falco does not say what was moved.
  if (descriptor === undefined || descriptor.known === false) return false;
  const { typeChar } = descriptor;
  if (subject === "any") return true;
  return subject === "file" ? typeChar === "f" : typeChar === "4" || typeChar === "6";
}

function moves(event: Event, direction: Direction): boolean {
  const category = eventType(event.type)?.category;
  if (category === undefined || !category.startsWith("io-")) return false;
  switch (direction) {
    case "read":
      return hasFlag(event.type, "reads");
    case "written":
      return category === "io-write";
    case "read or written":
      return true;
  }
}
