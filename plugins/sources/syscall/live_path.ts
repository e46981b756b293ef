/** The paths of file records. Those that come again are the same objects every time. */
import { joinPath, Kins, type NamedPath, Sight, type TextBytes } from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { ByteCache } from "./byte_cache.ts";
import type { LiveEvent } from "./live_event.ts";
import { CUT, freshTextAt, textAt, walkedPathAt } from "./memory.ts";
import { nativeOpenFlags } from "./open_flags.ts";

const { FILE_FACTS, FILE_FLAGS, FILE_RECORD, HEADER_FLAGS, RECORD_HEADER } = layout;

const SYS_OPEN_BY_HANDLE_AT = 304;
/** Of a descriptor that is none, as Falco calls it. */
const UNKNOWN_DIRECTORY = "<UNKNOWN>";

const SLASH = 0x2f;
const MEMFD_PREFIX = "memfd:";

/** linux include/uapi/linux/magic.h; pidfds live there since 6.9. */
export const PIDFS_MAGIC = 0x50494446, NSFS_MAGIC = 0x6e736673;

/** A path, or that there is none, and the kins of events about it. */
export interface KeptPath {
  readonly path: NamedPath | undefined;
  readonly kins: Kins;
}

/** In bytes, all spellings of a path together. */
const LONGEST_KEPT = 256;
let paths: ByteCache<KeptPath> | undefined;

/** What decides, beside the bytes, which path is made of them. */
const NAMING_FLAGS = FILE_FLAGS.same | FILE_FLAGS.memfd;

/**
 * The path of a file record and its kins, the same object whenever the same path comes again; absent
 * until it has come twice. `opens`: the call is of the open family.
 */
export function keptPathAt(memory: RingMemory, at: number, opens: boolean): KeptPath | undefined {
  const { u32 } = memory;
  // Two 16-bit numbers each; one array is quicker to read than two.
  const lengths = u32[(at + FILE_RECORD.givenLength) >> 2]!;
  const given = lengths & 0xffff, base = lengths >>> 16;
  const bytes = given + base + (u32[(at + FILE_RECORD.resolvedLength) >> 2]! & 0xffff);
  if (bytes === 0 || bytes > LONGEST_KEPT) return undefined;
  if (isNameless(u32[(at + FILE_RECORD.file + FILE_FACTS.magic) >> 2]!)) return undefined;
  const facts = u32[(at + FILE_RECORD.file + FILE_FACTS.mode) >> 2]!;
  const flags = (facts >>> 16) & NAMING_FLAGS;
  const kind = ((flags * 2 + (opens ? 1 : 0)) * 512 + given) * 512 + base;
  const start = at + FILE_RECORD.data;
  paths ??= new ByteCache({ slots: 4096, longest: LONGEST_KEPT });
  const known = paths.find(memory, start, bytes, kind);
  if (known || !paths.missedTwice) return known;
  const path = pathAt(memory, at, opens);
  const kept = {
    path: path && { ...path, sights: { given: new Sight(), resolved: new Sight() } },
    kins: new Kins(),
  };
  paths.keep(memory, start, kept);
  return kept;
}

/** linux include/uapi/asm-generic/fcntl.h; a descriptor opened with it is a directory's. */
const O_DIRECTORY = 0o200000;
const PLAIN_FLAGS = FILE_FLAGS.known | FILE_FLAGS.same;
const plainPath = { bytes: new Uint8Array(), start: 0, end: 0 };

/** As `Event.plainPath`, of a file record. */
export function plainPathOf(event: LiveEvent): TextBytes | undefined {
  const { memory, at, opens } = event;
  const fileFlags = memory.u32[(at + FILE_RECORD.file + FILE_FACTS.mode) >> 2]! >>> 16;
  if (!opens || (fileFlags & (PLAIN_FLAGS | FILE_FLAGS.memfd)) !== PLAIN_FLAGS) return undefined;
  if ((nativeOpenFlags(event) & O_DIRECTORY) !== 0) return undefined;
  const length = memory.u32[(at + FILE_RECORD.givenLength) >> 2]! & 0xffff;
  const start = at + FILE_RECORD.data;
  if (length < 2 || memory.u8[start] !== SLASH) return undefined;
  if (memory.i32[(at + FILE_RECORD.fd) >> 2]! < 0) return undefined;
  plainPath.bytes = memory.u8;
  plainPath.start = start;
  plainPath.end = start + length;
  return plainPath;
}

/** A path that was opened, as parameters tell it: without a directory that is unknown. */
export function openedPath(path: NamedPath | undefined): NamedPath | undefined {
  if (!path?.given.startsWith(UNKNOWN_DIRECTORY)) return path;
  return { raw: path.raw, given: joinPath("", path.raw), resolved: path.resolved };
}

/** Namespaces and pidfds have no names, only roots. */
function isNameless(magic: number): boolean {
  return magic === NSFS_MAGIC || magic === PIDFS_MAGIC;
}

/** The path of a file record, decoded. */
export function pathAt(memory: RingMemory, at: number, opens: boolean): NamedPath | undefined {
  const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
  const magic = memory.u32[(at + FILE_RECORD.file + FILE_FACTS.magic) >> 2]!;
  const fileFlags = u16(FILE_RECORD.file + FILE_FACTS.flags);
  const givenBytes = u16(FILE_RECORD.givenLength), baseBytes = u16(FILE_RECORD.baseLength);
  const resolvedBytes = isNameless(magic) ? 0 : u16(FILE_RECORD.resolvedLength);
  const start = at + FILE_RECORD.data;
  // As walkedPathAt() does.
  const mark = (fileFlags & FILE_FLAGS.pathTruncated) !== 0 && resolvedBytes > 0 ? CUT : "";
  // Paths that come again are kept whole: looking for their parts would only cost.
  const raw = freshTextAt(memory, start, givenBytes);
  if (opens && givenBytes === 0 && resolvedBytes === 0) {
    const isGiven = (u16(RECORD_HEADER.flags) & HEADER_FLAGS.unreadable) === 0 &&
      u16(RECORD_HEADER.syscall) !== SYS_OPEN_BY_HANDLE_AT;
    return isGiven ? { raw: "", given: "", resolved: undefined } : undefined;
  }
  if (opens && givenBytes > 0) {
    // The kernel's paths have nothing in them that joining would change.
    if ((fileFlags & FILE_FLAGS.same) !== 0 && memory.u8[start] === SLASH) {
      return { raw, given: raw, resolved: raw };
    }
    const base = baseBytes === 0
      ? UNKNOWN_DIRECTORY
      : directoryAt(memory, start + givenBytes, { bytes: baseBytes, record: at });
    const given = joinPath(base, raw);
    const resolved = (fileFlags & FILE_FLAGS.same) !== 0
      ? raw
      : mark + freshTextAt(memory, start + givenBytes + baseBytes, resolvedBytes);
    return { raw, given, resolved: resolved === "" ? undefined : resolved };
  }
  let name = mark + textAt(memory, start + givenBytes + baseBytes, resolvedBytes);
  // Falco's name of a memfd is the one its maker gave it.
  if ((fileFlags & FILE_FLAGS.memfd) !== 0) name = name.slice(MEMFD_PREFIX.length);
  return name === "" ? undefined : { raw: name, given: name, resolved: name };
}

/** With the slash that `joinPath` expects; "/" when the probe could not tell. */
export function directoryAt(
  memory: RingMemory,
  at: number,
  place: Parameters<typeof walkedPathAt>[2],
): string {
  const base = walkedPathAt(memory, at, place);
  return base.endsWith("/") ? base : `${base}/`;
}
