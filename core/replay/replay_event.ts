/** An event of a capture as rules see it: a cursor, like the one it stands on. */
import {
  type Event,
  EVENT_FLAGS,
  type EventKin,
  eventType,
  eventTypes,
  type FileDescriptor,
  GENERIC_BASE,
  type NamedPath,
  type ParamValue,
  type StateChange,
  syscallByNumber,
  unknownDescriptor,
} from "../event/mod.ts";
import { ScapEvent } from "../scap/mod.ts";
import { tupleAt, tupleText } from "./_addresses.ts";
import { decodeParam } from "./_params.ts";
import { type Descriptor, ShownDescriptor } from "./descriptor.ts";
import type { Texts } from "./texts.ts";
import type { ReplayThread } from "./threads.ts";

/** Clocks start a second before the first event, or before the machine: 0 stands for "not known". */
export const ORIGIN_CLOCK_NS = 1e9;

/** PPME codes. */
const GENERIC_EXIT = 1, PLUGIN_EVENT = 322, ASYNC_EVENT = 402;

/** Reused for every event: valid until the next one. */
export class ReplayEvent implements Event {
  scap = new ScapEvent();
  type = 0;
  clockNs = 0;
  threadId = 0;
  processId = 0;
  readonly compat = false;
  readonly hasResolvedView = false;
  readonly selfContained = true;
  /** Of the first event. Stays as it is, as the next does. */
  originClockNs = ORIGIN_CLOCK_NS;
  /** Stays as it is: it is not this event's own. */
  previousClockNs: number | undefined;
  /** As the capture has it. Stays as it is. */
  hostname = "";
  aboutContainer: string | undefined;
  change: StateChange | undefined;
  thread: ReplayThread | undefined;
  /** The descriptor that the event is about, once somebody looked for it. */
  found: Descriptor | undefined;
  /** Of that descriptor; -1 when there is none. */
  descriptorNumber = -1;
  programDirectory: FileDescriptor | undefined;
  /** The path that a call which opens was given. */
  opened: NamedPath | undefined;
  kin: EventKin | undefined;
  /** Whether the descriptor got another name; absent: when `replaced` has another, or there is none. */
  renames: boolean | undefined = false;
  /** What the event turned into another descriptor. */
  replaced: Descriptor | undefined;
  readonly texts: Texts;
  #number = 0;
  /** The number that was read last; -1: none of this event. */
  #readIndex = -1;
  #read = 0;
  #shown: ShownDescriptor | undefined;
  readonly #kinds = eventKinds();

  constructor(texts: Texts) {
    this.texts = texts;
  }

  load(scap: ScapEvent, clockNs: number, number: number): void {
    this.scap = scap;
    this.clockNs = clockNs;
    this.#number = number;
    this.type = scap.type === GENERIC_EXIT ? genericType(scap) : scap.type;
    this.thread = undefined;
    this.threadId = 0;
    this.processId = 0;
    this.change = undefined;
    this.aboutContainer = undefined;
    this.found = undefined;
    this.programDirectory = undefined;
    this.opened = undefined;
    this.kin = undefined;
    this.#readIndex = -1;
    this.descriptorNumber = -1;
    this.renames = false;
    this.replaced = undefined;
  }

  /** "" for events of plugins that nobody has here. */
  get source(): string {
    const { type } = this;
    if (type !== PLUGIN_EVENT && type !== ASYNC_EVENT) return "syscall";
    return this.scap.paramUnsigned(0) === 0 ? "syscall" : "";
  }

  /** As the capture counts them: also those that no rule gets to see. */
  get number(): number {
    return this.#number;
  }

  set number(_counted: number) {
    // The engine counts what it gets; the number of a captured event does not depend on rules.
  }

  get paramCount(): number {
    return this.scap.paramCount;
  }

  get timeNs(): bigint {
    return this.scap.timeNs;
  }

  get cpu(): number {
    return this.scap.cpu;
  }

  get result(): number | undefined {
    const { scap } = this;
    if ((this.#kinds[scap.type]! & RETURNS) === 0 || scap.paramCount === 0) return undefined;
    return scap.paramSigned(0) ?? 0;
  }

  get tracked(): ReplayThread | undefined {
    return this.thread;
  }

  get renamesDescriptor(): boolean {
    return this.renames ?? (this.replaced?.name ?? "") !== (this.found?.name ?? "");
  }

  /** With a slash at its end. */
  get cwd(): string {
    return this.thread?.process.cwd ?? "";
  }

  get descriptor(): FileDescriptor | undefined {
    if ((this.#kinds[this.scap.type]! & ABOUT_DESCRIPTOR) === 0) return undefined;
    const { thread, descriptorNumber: number } = this;
    if (!thread) return undefined;
    const found = this.found ??= thread.table.get(number);
    if (found === undefined) {
      return unknownDescriptor(this.scap.type, number, this.opened ?? this.#nameOfCall());
    }
    const shown = this.#shown;
    if (shown === undefined) return this.#shown = new ShownDescriptor(number, found);
    shown.number = number;
    shown.of = found;
    return shown;
  }

  /** As the process has it once the event has happened. */
  otherDescriptor(number: number): FileDescriptor | undefined {
    const found = this.thread?.table.get(number);
    return found && new ShownDescriptor(number, found);
  }

  /** Calls about connections are named after what they say of both ends. */
  #nameOfCall(): NamedPath {
    const name = eventType(this.scap.type)?.name ?? "";
    if (!NAMED_BY_TUPLE.has(name)) return this.texts.named("", "");
    const tuple = tupleAt(this.scap, TUPLE);
    const text = tuple ? tupleText(tuple) : "NULL";
    return this.texts.named(text, text);
  }

  param(index: number): ParamValue {
    if (index === this.#readIndex) return this.#read;
    const value = decodeParam(this, index);
    // Numbers stand in the event itself, whatever becomes known of its thread; several fields of one
    // event look at the same flags.
    if (typeof value === "number") {
      this.#readIndex = index;
      this.#read = value;
    }
    return value;
  }
}

/** A system call without a type of its own; one that was new to whoever captured it goes by its number. */
function genericType(scap: ScapEvent): number {
  const code = scap.paramUnsigned(0) ?? 0;
  if (code !== 0 || scap.paramLength(1) === 0) return GENERIC_BASE + code;
  return GENERIC_BASE + (syscallByNumber(scap.paramUnsigned(1) ?? 0)?.code ?? 0);
}

const NAMED_BY_TUPLE: ReadonlySet<string> = new Set(["accept", "accept4", "connect"]);
const TUPLE = 1;

const RETURNS = 1, ABOUT_DESCRIPTOR = 2;

let kinds: Uint8Array | undefined;

function eventKinds(): Uint8Array {
  if (kinds) return kinds;
  const types = eventTypes();
  kinds = new Uint8Array(types.length);
  const { creates, uses, destroys } = EVENT_FLAGS;
  for (const { code, class: kind, direction, flags } of types) {
    if (kind === "syscall" && direction === "exit" && code !== GENERIC_EXIT) {
      kinds[code]! |= RETURNS;
    }
    if ((flags & (creates | uses | destroys)) !== 0) kinds[code]! |= ABOUT_DESCRIPTOR;
  }
  return kinds;
}
