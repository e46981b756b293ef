/** The event types: what they are called, what they belong to, which parameters they carry. */
import { EVENT_ROWS } from "./_event_rows.ts";
import { newerCallNamed, newerCallOf, newerCalls } from "./newer_calls.ts";
import { syscallByCode, syscalls } from "./syscalls.ts";

/**
 * How a parameter's value is encoded and printed; upstream's names without `PT_`.
 * `DYN`: one of the types in `DYNAMIC_TYPES[param.dynamic]`.
 */
export type ParamType =
  | "INT8"
  | "INT16"
  | "INT32"
  | "INT64"
  | "UINT8"
  | "UINT16"
  | "UINT32"
  | "UINT64"
  | "BOOL"
  | "DOUBLE"
  | "CHARBUF"
  | "BYTEBUF"
  | "FSPATH"
  | "FSRELPATH"
  | "CHARBUFARRAY"
  | "CHARBUF_PAIR_ARRAY"
  | "ERRNO"
  | "FD"
  | "FD32"
  | "PID"
  | "PID32"
  | "FDLIST"
  | "UID"
  | "GID"
  | "SYSCALLID"
  | "SIGTYPE"
  | "SIGSET"
  | "MODE"
  | "PORT"
  | "L4PROTO"
  | "SOCKFAMILY"
  | "SOCKADDR"
  | "SOCKTUPLE"
  | "RELTIME"
  | "ABSTIME"
  | "IPADDR"
  | "IPNET"
  | "IPV4ADDR"
  | "IPV4NET"
  | "IPV6ADDR"
  | "IPV6NET"
  | "FLAGS8"
  | "FLAGS16"
  | "FLAGS32"
  | "ENUMFLAGS8"
  | "ENUMFLAGS16"
  | "ENUMFLAGS32"
  | "DYN";

export type ParamFormat = "na" | "dec" | "hex" | "oct" | "id" | "dir" | "padded";

export interface EventParam {
  readonly name: string;
  readonly type: ParamType;
  readonly format: ParamFormat;
  /** Name of the flag table that names its values, for `renderFlags`. */
  readonly flags: string | undefined;
  /** FSRELPATH: index of the parameter with the directory descriptor it is relative to. */
  readonly directory: number | undefined;
  /** DYN: key in `DYNAMIC_TYPES`. */
  readonly dynamic: DynamicKind | undefined;
}

export type EventCategory =
  | "unknown"
  | "other"
  | "file"
  | "net"
  | "ipc"
  | "memory"
  | "process"
  | "sleep"
  | "system"
  | "signal"
  | "user"
  | "time"
  | "io-read"
  | "io-write"
  | "io-other"
  | "wait"
  | "scheduler"
  | "internal";

export type EventClass = "syscall" | "tracepoint" | "meta" | "plugin" | "iter" | "none";

/** Bits of `EventType.flags`. */
export const EVENT_FLAGS = {
  creates: 1,
  destroys: 2,
  uses: 4,
  reads: 8,
  writes: 16,
  state: 32,
  unused: 64,
  waits: 128,
  noreset: 256,
  old: 512,
  large: 2048,
  converted: 4096,
} as const;

export type EventFlag = keyof typeof EVENT_FLAGS;

export interface EventType {
  /** PPME code, or `GENERIC_BASE` + PPM_SC code. */
  readonly code: number;
  /** What `evt.type` shows; "NA" for codes that mean nothing. */
  readonly name: string;
  readonly direction: "enter" | "exit";
  readonly category: EventCategory;
  readonly class: EventClass;
  /** Combination of `EVENT_FLAGS`: what it does to a descriptor (`uses`, `creates` …), how current it is. */
  readonly flags: number;
  readonly params: readonly EventParam[];
}

export type DynamicKind = "bpf" | "keyctl" | "ptrace" | "sockopt";

/** What a DYN value can be: its first byte is an index into one of these. */
export const DYNAMIC_TYPES: Readonly<
  Record<DynamicKind, readonly { readonly type: ParamType; readonly format: ParamFormat }[]>
> = {
  bpf: [{ type: "FD", format: "dec" }, { type: "ERRNO", format: "dec" }],
  keyctl: [{ type: "INT64", format: "dec" }, { type: "CHARBUF", format: "na" }],
  ptrace: [{ type: "UINT64", format: "hex" }, { type: "SIGTYPE", format: "dec" }],
  sockopt: [
    { type: "BYTEBUF", format: "hex" },
    { type: "ERRNO", format: "dec" },
    { type: "UINT32", format: "dec" },
    { type: "UINT64", format: "dec" },
    { type: "RELTIME", format: "dec" },
  ],
};

/** An event without a type of its own has the code `GENERIC_BASE` + its PPM_SC code. */
export const GENERIC_BASE = 1000;

/** The code generic system calls have in capture files; in `Event.type` they have their own. */
const GENERIC_EXIT = 1;

/** Reading the rows takes a few milliseconds: the first one to ask pays, so nobody does at import. */
let types: readonly EventType[] | undefined;
let generics: Map<number, EventType> | undefined;
let newer: Map<number, EventType> | undefined;
let codesByName: Map<string, readonly number[]> | undefined;
let deliverable: readonly number[] | undefined;

/** The type of an event; absent for codes that do not exist. */
export function eventType(code: number): EventType | undefined {
  if (code >= GENERIC_BASE) return genericTypes().get(code);
  return eventTypes()[code] ?? newerTypes().get(code);
}

/** The types of upstream's table, indexed by code: enter events and old versions included. */
export function eventTypes(): readonly EventType[] {
  return types ??= EVENT_ROWS.trim().split("\n").map((row) => new Row(row));
}

/**
 * Every code an event called `name` can have when it reaches the rules: exit events, generic system
 * calls and events that are no system calls; current versions and the old ones of capture files. A
 * newer call has its own name beside that of its event. Empty for names that do not exist.
 */
export function eventCodesByName(name: string): readonly number[] {
  return (codesByName ??= groupByName()).get(name) ?? [];
}

/**
 * The code that live capture gives events called `name`, or that are made by the call of that name;
 * absent for names that do not exist.
 */
export function currentEventCode(name: string): number | undefined {
  return newerCallNamed(name)?.code ??
    eventCodesByName(name).findLast((code) => newerCallOf(code) === undefined);
}

/** PPME_ASYNCEVENT_E: rules see the name that such an event carries. */
const ASYNC_EVENT = 402;
/** Those of Falco's container plugin. */
const ASYNC_NAMES: ReadonlySet<string> = new Set(["container", "container_removed"]);

/** As `eventCodesByName`, and with the type of which only some events are called so. */
export function eventCodesCalled(name: string): readonly number[] {
  const codes = eventCodesByName(name);
  return ASYNC_NAMES.has(name) ? [...codes, ASYNC_EVENT] : codes;
}

/** Names of all events that can reach the rules, sorted. */
export function eventNames(): readonly string[] {
  return [...(codesByName ??= groupByName()).keys()].sort();
}

/** What conditions may call events of a type: its name and, of a newer call, that of the call. */
export function namesOfType(code: number): readonly string[] {
  const name = eventType(code)?.name;
  if (name === undefined) return [];
  const call = newerCallOf(code)?.call;
  return call === undefined ? [name] : [name, call];
}

/**
 * The names of events with these codes, each once, sorted. Newer calls are among those whose events they are, or
 * which captures of old have by their own name: only where they alone are meant they are told beside them.
 */
export function eventNamesOf(codes: Iterable<number>): string[] {
  const names = new Set<string>(), newer: number[] = [];
  for (const code of codes) {
    const type = eventType(code);
    if (newerCallOf(code)) newer.push(code);
    else if (type) names.add(type.name);
  }
  for (const code of newer) {
    const own = namesOfType(code);
    if (!own.some((name) => names.has(name))) names.add(own.at(-1)!);
  }
  return [...names].sort();
}

/** Every code that can reach the rules, ascending. */
export function allEventCodes(): readonly number[] {
  return deliverable ??= [
    ...eventTypes().filter(isDeliverable).map((type) => type.code),
    ...newerCalls().map((call) => call.code),
    ...[...genericTypes().keys()].sort((a, b) => a - b),
  ];
}

/** What happens to every thread all the time. */
const INCESSANT: ReadonlySet<string> = new Set(["switch", "page_fault"]);

/**
 * The events that somebody means who asks for those: of what happens all the time only what was asked
 * for by name, and not because nearly everything was.
 */
export function namedTypes(types: ReadonlySet<number>): ReadonlySet<number> {
  if (types.size <= allEventCodes().length / 2) return types;
  return new Set([...types].filter((code) => !INCESSANT.has(eventType(code)?.name ?? "")));
}

/** Enter events of system calls are consumed before rules; unused codes stand for nothing. */
function isDeliverable(type: EventType): boolean {
  if (type.flags & EVENT_FLAGS.unused) return false;
  return type.class !== "syscall" || type.direction === "exit";
}

function groupByName(): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const code of allEventCodes()) {
    // As in Falco, conditions that name an event mean its own type.
    if (code >= GENERIC_BASE && syscallByCode(code - GENERIC_BASE)?.exitEvent !== undefined) {
      continue;
    }
    for (const name of namesOfType(code)) {
      const group = groups.get(name);
      if (group) group.push(code);
      else groups.set(name, [code]);
    }
  }
  return groups;
}

function newerTypes(): Map<number, EventType> {
  return newer ??= new Map(
    newerCalls().map(({ code, event }) => {
      const { name, direction, category, class: kind, flags, params } = eventTypes()[event]!;
      return [code, { code, name, direction, category, class: kind, flags, params }];
    }),
  );
}

function genericTypes(): Map<number, EventType> {
  if (generics) return generics;
  const { direction, category, class: kind, flags, params } = eventTypes()[GENERIC_EXIT]!;
  generics = new Map();
  // In captures of old those are generic, too, that have a type of their own today.
  for (const { code: call, name: ofCall, exitEvent } of syscalls()) {
    const code = GENERIC_BASE + call;
    const name = exitEvent === undefined ? ofCall : eventTypes()[exitEvent]!.name;
    generics.set(code, { code, name, direction, category, class: kind, flags, params });
  }
  return generics;
}

/** Parameters are read when first asked for: most types are only ever looked at by name. */
class Row implements EventType {
  readonly code: number;
  readonly name: string;
  readonly direction: "enter" | "exit";
  readonly category: EventCategory;
  readonly class: EventClass;
  readonly flags: number;
  readonly #tail: string | undefined;
  #params: readonly EventParam[] | undefined;

  constructor(text: string) {
    const [head = "", tail] = text.split(" | ");
    const [code, direction, name, category, kind, flags = "-"] = head.split(" ");
    this.code = Number(code);
    this.name = name!;
    this.direction = direction === ">" ? "enter" : "exit";
    this.category = category as EventCategory;
    this.class = kind as EventClass;
    this.flags = flags === "-" ? 0 : flags.split(",").reduce(addFlag, 0);
    this.#tail = tail;
  }

  get params(): readonly EventParam[] {
    return this.#params ??= this.#tail?.split(" ").map(readParam) ?? [];
  }
}

function addFlag(bits: number, flag: string): number {
  return bits | EVENT_FLAGS[flag as EventFlag];
}

const PARAM = /^(\w+):(\w+)(?:\/(\w+))?(?:=(\w+))?(?:@(\d+))?(?:\?(\w+))?$/;

/** Types that are text or structures, and so have no number format unless the row says so. */
const FORMATLESS: ReadonlySet<string> = new Set([
  "CHARBUF",
  "BYTEBUF",
  "FSPATH",
  "FSRELPATH",
  "SOCKADDR",
  "SOCKTUPLE",
  "FDLIST",
  "CHARBUFARRAY",
  "CHARBUF_PAIR_ARRAY",
  "IPNET",
  "IPADDR",
]);

function readParam(text: string): EventParam {
  const [, name, type, format, flags, directory, dynamic] = PARAM.exec(text)!;
  return {
    name: name!,
    type: type as ParamType,
    format: (format ?? (FORMATLESS.has(type!) ? "na" : "dec")) as ParamFormat,
    flags,
    directory: directory === undefined ? undefined : Number(directory),
    dynamic: dynamic as DynamicKind | undefined,
  };
}
