/** The descriptors an event is about: what its record tells of them, and what follows from its numbers. */
import {
  descriptorParams,
  type Event,
  EVENT_FLAGS,
  eventType,
  type FileDescriptor,
  type NamedPath,
  unknownDescriptor,
} from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { type FileCall, LiveFile } from "./live_file.ts";
import { type SocketCall, socketDescriptorAt } from "./live_socket.ts";

const { EXTRAS_TAIL, HEADER_FLAGS, RECORD_HEADER, RECORD_KIND } = layout;
const PIECES = 3, DESCRIPTORS = 2;
/** Of what a poll waits for. */
const MOST_IN_LIST = 16;

/** accept accept4 connect bind: what they say about the two ends of a socket. */
const SOCKET_CALLS: ReadonlyMap<number, SocketCall> = new Map([
  [43, "accept"],
  [288, "accept"],
  [42, "connect"],
  [49, "bind"],
]);

/** The event whose descriptors are looked at, and where its record lies. */
export interface RecordedEvent extends Pick<Event, "type" | "result" | "param">, FileCall {
  readonly memory: RingMemory;
  readonly at: number;
  readonly kind: number;
  readonly syscall: number;
}

/** For descriptors that a call only uses. */
const USED: FileCall = { type: 0, opens: false, openFlags: 0, keptPath: undefined };
const NAMELESS: NamedPath = { raw: "", given: "", resolved: undefined };
/** Falco's name of a connection that is none. */
const NO_TUPLE: NamedPath = { raw: "NULL", given: "NULL", resolved: undefined };
const NAMED_BY_TUPLE: ReadonlySet<string> = new Set(["accept", "accept4", "connect"]);

/** Reused for every event. */
export class LiveDescriptors {
  readonly #event: RecordedEvent;
  readonly #file: LiveFile;
  readonly #used = descriptorParams();

  constructor(event: RecordedEvent) {
    this.#event = event;
    this.#file = new LiveFile(event);
  }

  /** What the event is about; absent for types that are about none. */
  find(): FileDescriptor | undefined {
    const { type, opens } = this.#event;
    const own = this.#own();
    if (own !== undefined && (own.number >= 0 || opens)) return own;
    const flags = eventType(type)?.flags ?? 0;
    const { creates, uses, destroys } = EVENT_FLAGS;
    if ((flags & (creates | uses | destroys)) === 0) return own;
    return (flags & uses) === 0 ? this.#made() : this.#argument();
  }

  /** Another one that the event names. */
  other(number: number): FileDescriptor | undefined {
    for (let index = 0; index < DESCRIPTORS; index++) {
      for (let one = 0; one < MOST_IN_LIST; one++) {
        const descriptor = this.#described(index, one);
        if (descriptor === undefined) break;
        if (descriptor.number === number) return descriptor;
      }
    }
    return undefined;
  }

  #own(): FileDescriptor | undefined {
    const { memory, at, kind, syscall } = this.#event;
    if (kind === RECORD_KIND.file) {
      return this.#file.load(memory, at) ? this.#file : undefined;
    }
    if (kind !== RECORD_KIND.socket) return undefined;
    return socketDescriptorAt(memory, at, SOCKET_CALLS.get(syscall) ?? "other");
  }

  /** By the number that the call took; where it failed, the record may be of nothing else. */
  #argument(): FileDescriptor {
    const { type } = this.#event;
    const number = Number(this.#event.param(this.#used[type]!) ?? -1);
    return this.other(number) ?? this.#unknown(number);
  }

  /** Of two that the call made, the second is the one that counts. */
  #made(): FileDescriptor {
    const { type, result = -1 } = this.#event;
    const second = this.#described(1);
    switch (eventType(type)?.name) {
      case "bpf":
        // Falco takes the result of every command for a descriptor.
        return result < 0
          ? this.#unknown(-1)
          : { ...this.#unknown(result), typeChar: "b", known: true };
      case "socketpair": {
        const first = this.#described(0);
        return first && second ? { ...first, number: second.number } : this.#unknown(-1);
      }
      default:
        return second ?? this.#unknown(-1);
    }
  }

  #unknown(number: number): FileDescriptor {
    const { type } = this.#event;
    const isConnection = NAMED_BY_TUPLE.has(eventType(type)?.name ?? "");
    return unknownDescriptor(type, number, isConnection ? NO_TUPLE : NAMELESS);
  }

  /** Whether the record tells of any beside its own. */
  get hasOthers(): boolean {
    return this.#described(0) !== undefined || this.#described(1) !== undefined;
  }

  /** One of the descriptors behind the record's own strings, or of a list of them, see ffi/probe/records.h. */
  #described(index: number, one = 0): FileDescriptor | undefined {
    const { memory, at, kind } = this.#event;
    const flags = memory.u16[(at + RECORD_HEADER.flags) >> 1]!;
    if ((flags & HEADER_FLAGS.extras) === 0 || kind === RECORD_KIND.exec) return undefined;
    const tail = at + memory.u32[(at + RECORD_HEADER.size) >> 2]! - EXTRAS_TAIL.byteLength;
    const u16 = (field: number) => memory.u16[(tail + field) >> 1]!;
    const bytes = u16(EXTRAS_TAIL.descriptor + 2 * index);
    if (bytes === 0) return undefined;
    let start = at + u16(EXTRAS_TAIL.at);
    for (let i = 0; i < PIECES; i++) start += (u16(EXTRAS_TAIL.length + 2 * i) + 7) & ~7;
    for (let i = 0; i < index; i++) start += (u16(EXTRAS_TAIL.descriptor + 2 * i) + 7) & ~7;
    const end = start + bytes;
    for (let i = 0; i < one && start < end; i++) {
      start += memory.u32[(start + RECORD_HEADER.size) >> 2]!;
    }
    if (start >= end) return undefined;
    if (memory.u16[(start + RECORD_HEADER.kind) >> 1] === RECORD_KIND.socket) {
      return socketDescriptorAt(memory, start, "other");
    }
    const file = new LiveFile(USED);
    return file.load(memory, start) ? file : undefined;
  }
}
