/** The kin of a record (`Event.kin`), found by its bytes: nothing is decoded for it. */
import { eventType, exitEventOfSyscall, Kins, type KinSight } from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { ByteCache } from "./byte_cache.ts";
import type { LiveEvent } from "./live_event.ts";
import { nativeOpenFlags } from "./open_flags.ts";

const { FILE_FACTS, FILE_FLAGS, FILE_RECORD, HEADER_FLAGS, PATH_RECORD, RECORD_HEADER } = layout;

/** An empty path is another one than none. */
const UNREADABLE = HEADER_FLAGS.unreadable | HEADER_FLAGS.secondUnreadable;

/** linux include/linux/err.h */
const MAX_ERRNO = 4095;
const S_IFMT = 0o170000;
/** Flags of the kernel's with which an opening call has a mode: O_CREAT, __O_TMPFILE. */
const WITH_MODE = 0o20000100;

/** A number for the call and its error; -1 for results that are neither an error nor a success. */
function callOf({ syscall, compat, result }: LiveEvent): number {
  if (result === undefined || result < -MAX_ERRNO) return -1;
  return (result < 0 ? -result << 10 : 0) | (compat ? 1 << 9 : 0) | syscall;
}

/** The kin of a file record. */
export function kinOfFile(event: LiveEvent): KinSight | undefined {
  const { memory, at, opens } = event;
  const call = callOf(event);
  if (call < 0) return undefined;
  const facts = memory.u32[(at + FILE_RECORD.file + FILE_FACTS.mode) >> 2]!;
  // Such a record names no descriptor.
  if (!opens && (facts >>> 16 & FILE_FLAGS.known) === 0) return undefined;
  const kins = event.keptPath?.kins;
  if (kins === undefined) return undefined;
  const isOpen = memory.i32[(at + FILE_RECORD.fd) >> 2]! >= 0;
  const file = (facts & (S_IFMT | 0xffff_0000)) | (isOpen ? 1 : 0);
  if (!opens) return kins.of(call, 0, 0, file);
  const flags = nativeOpenFlags(event) | 0;
  return kins.of(call, flags, (flags & WITH_MODE) === 0 ? 0 : event.argumentInt(3), file);
}

/** In bytes, all paths of a record together. */
const LONGEST_KEPT = 256;
let paths: ByteCache<Kins> | undefined;

/** The kin of a path record. */
export function kinOfPaths(event: LiveEvent): KinSight | undefined {
  const { memory, at, syscall } = event;
  const call = callOf(event);
  // A directory's descriptor is told by its path, which need not be among those that are named.
  if (call < 0 || !namesPathsOnly(syscall) || event.namesDescriptors) return undefined;
  const flags = memory.u16[(at + RECORD_HEADER.flags) >> 1]! & UNREADABLE;
  const kins = keptKinsAt(memory, at);
  return kins?.of(call, 0, 0, flags);
}

function keptKinsAt(memory: RingMemory, at: number): Kins | undefined {
  const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
  const first = u16(PATH_RECORD.firstLength), firstBase = u16(PATH_RECORD.firstBaseLength);
  const second = u16(PATH_RECORD.secondLength);
  const bytes = first + firstBase + second + u16(PATH_RECORD.secondBaseLength);
  if (bytes === 0 || bytes > LONGEST_KEPT) return undefined;
  paths ??= new ByteCache({ slots: 1024, longest: LONGEST_KEPT });
  const start = at + PATH_RECORD.data;
  const known = paths.find(memory, start, bytes, (first * 512 + firstBase) * 512 + second);
  if (known || !paths.missedTwice) return known;
  const kins = new Kins();
  paths.keep(memory, start, kins);
  return kins;
}

const pathsOnly: (boolean | undefined)[] = [];

/** Of a text that is no path it matters where the caller is: Falco joins that with its directory. */
function namesPathsOnly(syscall: number): boolean {
  return pathsOnly[syscall] ??= !eventType(exitEventOfSyscall(syscall))?.params
    .some(({ type }) => type === "CHARBUF");
}
