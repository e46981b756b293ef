/** One record of the probe as an `Event`: a cursor over ring memory, decoded when asked. */
import {
  type Event,
  eventCodesByName,
  exitEventOfSyscall,
  type FileDescriptor,
  joinPath,
  type KinSight,
  type NamedPath,
  type ParamValue,
  type ResourceUse,
  type SocketTuple,
  type StateChange,
  type TextBytes,
} from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { changesOf } from "./lifecycle.ts";
import { LiveDescriptors } from "./live_descriptors.ts";
import { resolvedElsewhere } from "./live_file.ts";
import { kinOfFile, kinOfPaths } from "./live_kin.ts";
import { directoryAt, type KeptPath, keptPathAt, plainPathOf } from "./live_path.ts";
import { socketArgumentAt } from "./live_socket.ts";
import { signedWideAt, textAt, walkedPathAt, wideAt } from "./memory.ts";
import { usageAt } from "./live_usage.ts";
import { openFlagsOf } from "./open_flags.ts";
import { paramReaders } from "./params.ts";
import type { Piece } from "./piece.ts";

const {
  CALL_RECORD,
  EXEC_RECORD,
  EXTRAS_TAIL,
  FAULT_RECORD,
  FILE_FACTS,
  FILE_RECORD,
  HEADER_FLAGS,
  PATH_RECORD,
  RECORD_HEADER,
  RECORD_KIND,
  SIGNAL_RECORD,
  SOCKET_RECORD,
  SWITCH_RECORD,
  USAGE_FACTS,
} = layout;

const SYSCALLS = 512;
const SYS_SYMLINK = 88, SYS_SYMLINKAT = 266;
/** 1 for open creat openat open_by_handle_at openat2. */
const OPENS = new Uint8Array(SYSCALLS);
for (const number of [2, 85, 257, 304, 437]) OPENS[number] = 1;

/** How the boot clock maps to the epoch; measured by the source, corrected when the wall clock is set. */
export interface ClockOffset {
  epochMinusBootNs: bigint;
}

export interface PageFault {
  readonly address: bigint;
  readonly instruction: bigint;
  readonly error: number;
}

/** Reused for every record: valid between `load` and the next one. */
export class LiveEvent implements Event {
  readonly source = "syscall";
  number = 0;
  type = 0;
  clockNs = 0;
  cpu = 0;
  threadId = 0;
  processId = 0;
  result: number | undefined = 0;
  compat = false;
  change: StateChange | undefined;

  memory!: RingMemory;
  at = 0;
  kind = 0;
  /** x86-64 number. */
  syscall = 0;
  #descriptor: FileDescriptor | undefined;
  #descriptorKnown = false;
  #openFlags: number | undefined;
  #kin: KinSight | undefined;
  #kinKnown = false;
  #keptPath: KeptPath | undefined;
  #keptPathKnown = false;
  readonly #descriptors: LiveDescriptors = new LiveDescriptors(this);
  #first: NamedPath | undefined;
  #second: NamedPath | undefined;
  readonly #clock: ClockOffset;
  readonly #typeOfSyscall = new Uint16Array(SYSCALLS);
  readonly #exitType: number;
  readonly #signalType: number;
  readonly #switchType: number;
  readonly #faultType: number;

  constructor(clock: ClockOffset) {
    this.#clock = clock;
    for (let number = 0; number < SYSCALLS; number++) {
      this.#typeOfSyscall[number] = exitEventOfSyscall(number);
    }
    this.#exitType = Math.max(...eventCodesByName("procexit"));
    this.#switchType = Math.max(...eventCodesByName("switch"));
    this.#faultType = Math.max(...eventCodesByName("page_fault"));
    this.#signalType = Math.max(...eventCodesByName("signaldeliver"));
  }

  /** Points the event at a record of any kind but fork, identity and cwd (those are no events). */
  load(memory: RingMemory, at: number, kind: number): void {
    this.memory = memory;
    this.at = at;
    this.kind = kind;
    this.syscall = memory.u16[(at + RECORD_HEADER.syscall) >> 1]!;
    this.clockNs = wideAt(memory, at + RECORD_HEADER.bootNs);
    this.threadId = memory.u32[(at + RECORD_HEADER.tid) >> 2]!;
    this.processId = memory.u32[(at + RECORD_HEADER.tgid) >> 2]!;
    this.result = signedWideAt(memory, at + RECORD_HEADER.result);
    this.cpu = memory.u16[(at + RECORD_HEADER.cpu) >> 1]!;
    this.compat = (memory.u16[(at + RECORD_HEADER.flags) >> 1]! & HEADER_FLAGS.compat) !== 0;
    this.#descriptorKnown = false;
    this.#descriptor = undefined;
    this.#openFlags = undefined;
    this.#kinKnown = false;
    this.#keptPathKnown = false;
    this.#first = undefined;
    this.#second = undefined;
    this.change = undefined;
    if (kind === RECORD_KIND.exit) {
      this.type = this.#exitType;
      this.change = changesOf(memory, at)[0];
      this.result = undefined;
    } else if (kind === RECORD_KIND.signal) {
      this.type = this.#signalType;
      this.result = undefined;
    } else if (kind === RECORD_KIND.switch || kind === RECORD_KIND.fault) {
      this.type = kind === RECORD_KIND.switch ? this.#switchType : this.#faultType;
      this.result = undefined;
    } else {
      this.type = this.#typeOfSyscall[this.syscall & (SYSCALLS - 1)]!;
      if (kind === RECORD_KIND.exec) this.change = changesOf(memory, at)[0];
    }
  }

  /** When the record was made. */
  get bootNs(): bigint {
    return this.memory.u64[(this.at + RECORD_HEADER.bootNs) >> 3]!;
  }

  get timeNs(): bigint {
    return this.bootNs + this.#clock.epochMinusBootNs;
  }

  get descriptor(): FileDescriptor | undefined {
    if (!this.#descriptorKnown) {
      this.#descriptorKnown = true;
      this.#descriptor = this.#descriptors.find();
    }
    return this.#descriptor;
  }

  /** Whether its record tells of descriptors beside the one that it is about. */
  get namesDescriptors(): boolean {
    return this.#descriptors.hasOthers;
  }

  otherDescriptor(number: number): FileDescriptor | undefined {
    return this.#descriptors.other(number);
  }

  get hasResolvedView(): boolean {
    if (this.kind === RECORD_KIND.file) {
      return this.plainPath === undefined && resolvedElsewhere(this.descriptor?.path);
    }
    if (this.kind === RECORD_KIND.socket) {
      // unix sockets only; most calls do not get as far as decoding
      const resolvedBytes = this.memory.u16[(this.at + SOCKET_RECORD.resolvedLength) >> 1]!;
      return resolvedBytes > 0 && resolvedElsewhere(this.descriptor?.path);
    }
    if (this.kind !== RECORD_KIND.path) return false;
    return resolvedElsewhere(this.first) || resolvedElsewhere(this.second);
  }

  get kin(): KinSight | undefined {
    if (!this.#kinKnown) {
      this.#kinKnown = true;
      this.#kin = this.kind === RECORD_KIND.file
        ? kinOfFile(this)
        : this.kind === RECORD_KIND.path
        ? kinOfPaths(this)
        : undefined;
    }
    return this.#kin;
  }

  get plainPath(): TextBytes | undefined {
    return this.kind === RECORD_KIND.file ? plainPathOf(this) : undefined;
  }

  /** Of a file record: looked for once, since looking twice means that the path came twice. */
  get keptPath(): KeptPath | undefined {
    if (!this.#keptPathKnown) {
      this.#keptPathKnown = true;
      this.#keptPath = keptPathAt(this.memory, this.at, this.opens);
    }
    return this.#keptPath;
  }

  param(index: number): ParamValue {
    return paramReaders(this.type)[index]?.(this);
  }

  /** Whether it is a call of the open family. */
  get opens(): boolean {
    return OPENS[this.syscall & (SYSCALLS - 1)] !== 0;
  }

  /** Flags of a call of the open family, in upstream's `file_flags` encoding. */
  get openFlags(): number {
    return this.#openFlags ??= openFlagsOf(this);
  }

  /** A register as the system call took it: unsigned 64 bits, exact below 2^53. */
  argument(index: number): number {
    return wideAt(this.memory, this.#argumentAt(index));
  }

  /** The low 32 bits, signed: descriptors, pids, most flags. */
  argumentInt(index: number): number {
    return this.memory.i32[this.#argumentAt(index) >> 2]!;
  }

  argumentUint(index: number): number {
    return this.memory.u32[this.#argumentAt(index) >> 2]!;
  }

  argumentWide(index: number): bigint {
    return this.memory.u64[this.#argumentAt(index) >> 3]!;
  }

  /** args stand at the same offset in call, path, file and socket records. */
  #argumentAt(index: number): number {
    return this.at + CALL_RECORD.args + index * 8;
  }

  /**
   * What an argument points to, see ffi/probe/extra_shapes.h: absent where nobody asked for it, empty
   * where it could not be read.
   */
  piece(index: number): Piece | undefined {
    const { memory, at } = this;
    if (this.kind === RECORD_KIND.exec) {
      const usage = { memory, at: at + EXEC_RECORD.usage, bytes: USAGE_FACTS.byteLength };
      return index === 0 ? usage : undefined;
    }
    if ((memory.u16[(at + RECORD_HEADER.flags) >> 1]! & HEADER_FLAGS.extras) === 0) {
      return undefined;
    }
    const sizeBytes = memory.u32[(at + RECORD_HEADER.size) >> 2]!;
    const tail = at + sizeBytes - EXTRAS_TAIL.byteLength;
    const lengths = (tail + EXTRAS_TAIL.length) >> 1;
    let start = at + memory.u16[(tail + EXTRAS_TAIL.at) >> 1]!;
    for (let before = 0; before < index; before++) {
      start += (memory.u16[lengths + before]! + 7) & ~7;
    }
    const unreadable = memory.u16[(tail + EXTRAS_TAIL.unreadable) >> 1]!;
    const isUnreadable = (unreadable >> index & 1) !== 0;
    return { memory, at: start, bytes: memory.u16[lengths + index]!, isUnreadable };
  }

  get usage(): ResourceUse | undefined {
    return usageAt(this.memory, this.at, this.kind);
  }

  /** Who sent the signal of a signal record, and which it is; ids as its receiver sees them. */
  get signal(): { readonly senderId: number; readonly number: number } {
    const { memory, at } = this;
    return {
      senderId: memory.u32[(at + SIGNAL_RECORD.senderTgid) >> 2]!,
      number: memory.i32[(at + RECORD_HEADER.result) >> 2]!,
    };
  }

  /** The thread that a processor goes on with, of a switch record. */
  get nextThreadId(): number {
    return this.memory.u32[(this.at + SWITCH_RECORD.nextTid) >> 2]!;
  }

  /** Of a fault record: what was looked for, by which instruction, and the processor's error code. */
  get fault(): PageFault {
    const { memory, at } = this;
    return {
      address: memory.u64[(at + FAULT_RECORD.address) >> 3]!,
      instruction: memory.u64[(at + FAULT_RECORD.instruction) >> 3]!,
      error: memory.i32[(at + RECORD_HEADER.result) >> 2]!,
    };
  }

  /** First path argument of a path record; of a file record the path that was opened. */
  get first(): NamedPath | undefined {
    if (this.kind === RECORD_KIND.file) return this.descriptor?.path;
    if (this.kind !== RECORD_KIND.path) return undefined;
    return this.#first ??= this.#path(0);
  }

  get second(): NamedPath | undefined {
    if (this.kind !== RECORD_KIND.path) return undefined;
    return this.#second ??= this.#path(1);
  }

  #path(which: 0 | 1): NamedPath | undefined {
    const { memory, at } = this;
    const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
    const firstBytes = u16(PATH_RECORD.firstLength);
    const firstBaseBytes = u16(PATH_RECORD.firstBaseLength);
    const secondBytes = u16(PATH_RECORD.secondLength);
    const secondBaseBytes = u16(PATH_RECORD.secondBaseLength);
    const start = at + PATH_RECORD.data;
    const secondStart = start + firstBytes + firstBaseBytes;
    const flags = u16(RECORD_HEADER.flags);
    if (which === 1) {
      if ((flags & HEADER_FLAGS.secondUnreadable) !== 0) return undefined;
      const place = { at: secondStart, bytes: secondBytes, baseBytes: secondBaseBytes };
      return namedPath(memory, place, at);
    }
    if ((flags & HEADER_FLAGS.unreadable) !== 0) return undefined;
    if (this.syscall === SYS_SYMLINK || this.syscall === SYS_SYMLINKAT) {
      return this.#target(textAt(memory, start, firstBytes));
    }
    const place = { at: start, bytes: firstBytes, baseBytes: firstBaseBytes };
    return namedPath(memory, place, at);
  }

  /**
   * A symlink's target is a text (Falco judges it as such); where it leads is relative to the link, if
   * that is anywhere.
   */
  #target(raw: string): NamedPath {
    const link = this.second?.given ?? "";
    const folder = link.slice(0, link.lastIndexOf("/") + 1);
    const leads = raw !== "" && (folder.startsWith("/") || raw.startsWith("/"));
    return { raw, given: raw, resolved: leads ? joinPath(folder, raw) : undefined };
  }

  /** The socket address that the program passed. */
  get addressArgument(): SocketTuple | undefined {
    if (this.kind !== RECORD_KIND.socket) return undefined;
    return socketArgumentAt(this.memory, this.at);
  }

  /** `FILE_FLAGS` of a file record. */
  factFlags(): number {
    return this.memory.u16[(this.at + FILE_RECORD.file + FILE_FACTS.flags) >> 1]!;
  }
}

/**
 * A path as given and the directory it starts from, back to back. No path but a directory: the call
 * is about the directory's descriptor itself (AT_EMPTY_PATH).
 */
function namedPath(
  memory: RingMemory,
  { at, bytes, baseBytes }: {
    readonly at: number;
    readonly bytes: number;
    readonly baseBytes: number;
  },
  record: number,
): NamedPath | undefined {
  const base = { bytes: baseBytes, record };
  if (bytes === 0) return { raw: "", given: walkedPathAt(memory, at, base), resolved: undefined };
  const raw = textAt(memory, at, bytes);
  // Where the directory is none, there is nothing to join the path with.
  const given = joinPath(baseBytes === 0 ? "" : directoryAt(memory, at + bytes, base), raw);
  return { raw, given, resolved: undefined };
}
