/** File records as the `FileDescriptor` that rules see. */
import {
  type FileDescriptor,
  flagValue,
  joinPath,
  type NamedPath,
  Sight,
} from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { ByteCache } from "./byte_cache.ts";
import { freshTextAt, textAt } from "./memory.ts";

const { FILE_FACTS, FILE_FLAGS, FILE_RECORD } = layout;

const SLASH = 0x2f;
const S_IFMT = 0o170000, S_IFDIR = 0o040000, S_IFIFO = 0o010000;
const MEMFD_PREFIX = "memfd:";

/** linux include/uapi/linux/magic.h; pidfds live there since 6.9. */
const PIDFS_MAGIC = 0x50494446, NSFS_MAGIC = 0x6e736673;

/** Anonymous inodes by the name the callers of linux fs/anon_inodes.c give them. */
const ANONYMOUS: ReadonlyMap<string, string> = new Map([
  ["[eventfd]", "e"],
  ["[eventpoll]", "l"],
  ["inotify", "i"],
  ["[timerfd]", "t"],
  ["[signalfd]", "s"],
  ["[io_uring]", "r"],
  ["[userfaultfd]", "x"],
  ["[pidfd]", "P"],
  ["bpf-map", "b"],
  ["bpf-prog", "b"],
  ["bpf_link", "b"],
  ["bpf_iter", "b"],
  ["btf", "b"],
]);

/** The call that names the file. */
export interface FileCall {
  /** It is of the open family, so the path as given stands in the record. */
  readonly opens: boolean;
  /** Flags of an opening call in upstream's `file_flags` encoding. */
  readonly openFlags: number;
}

/** The file of the record an event points at: reused for every event, decoded when asked. */
export class LiveFile implements FileDescriptor {
  readonly socket = undefined;
  readonly protocol = undefined;
  readonly role = undefined;
  readonly connected = undefined;
  number = 0;
  #memory!: RingMemory;
  #at = 0;
  #opens = false;
  #fileFlags = 0;
  #path: NamedPath | undefined;
  #pathKnown = false;
  #typeChar = "";
  readonly #call: FileCall;

  constructor(call: FileCall) {
    this.#call = call;
  }

  /** False when the call names no open descriptor; the other members mean nothing then. */
  load(memory: RingMemory, at: number): boolean {
    this.#memory = memory;
    this.#at = at;
    this.#opens = this.#call.opens;
    this.#fileFlags = memory.u16[(at + FILE_RECORD.file + FILE_FACTS.flags) >> 1]!;
    this.#pathKnown = false;
    this.#typeChar = "";
    this.number = memory.i32[(at + FILE_RECORD.fd) >> 2]!;
    return this.#isKnown || this.#opens;
  }

  get flags(): number {
    return this.#opens ? this.#call.openFlags : 0;
  }

  get #isKnown(): boolean {
    return (this.#fileFlags & FILE_FLAGS.known) !== 0;
  }

  get #facts(): number {
    return this.#at + FILE_RECORD.file;
  }

  get path(): NamedPath | undefined {
    if (!this.#pathKnown) {
      this.#pathKnown = true;
      this.#path = pathAt({
        memory: this.#memory,
        at: this.#at,
        opens: this.#opens,
        fileFlags: this.#fileFlags,
        magic: this.#memory.u32[(this.#facts + FILE_FACTS.magic) >> 2]!,
      });
    }
    return this.#path;
  }

  get typeChar(): string {
    if (this.#typeChar === "") this.#typeChar = this.#findTypeChar();
    return this.#typeChar;
  }

  get inode(): bigint | undefined {
    return this.#isKnown ? this.#memory.u64[(this.#facts + FILE_FACTS.inode) >> 3]! : undefined;
  }

  get device(): number | undefined {
    return this.#isKnown ? this.#memory.u32[(this.#facts + FILE_FACTS.device) >> 2]! : undefined;
  }

  get onOverlayUpper(): boolean {
    return (this.#fileFlags & FILE_FLAGS.overlayUpper) !== 0;
  }

  /** Falco calls everything opened by path a file, and a directory only what was opened as one. */
  #findTypeChar(): string {
    const fileFlags = this.#fileFlags;
    if ((fileFlags & FILE_FLAGS.memfd) !== 0) return "m";
    if (this.#opens) return (this.flags & directoryFlag()) !== 0 ? "d" : "f";
    const mode = this.#memory.u16[(this.#facts + FILE_FACTS.mode) >> 1]! & S_IFMT;
    if (mode === S_IFIFO) return "p";
    const magic = this.#memory.u32[(this.#facts + FILE_FACTS.magic) >> 2]!;
    if (magic === PIDFS_MAGIC) return "P";
    if (magic === NSFS_MAGIC) return "f";
    if ((fileFlags & FILE_FLAGS.pseudo) !== 0) return ANONYMOUS.get(this.path?.given ?? "") ?? "o";
    return mode === S_IFDIR ? "d" : "f";
  }
}

interface FileRecord {
  readonly memory: RingMemory;
  readonly at: number;
  readonly opens: boolean;
  readonly fileFlags: number;
  readonly magic: number;
}

/** A path, or that there is none. */
interface KeptPath {
  readonly path: NamedPath | undefined;
}

/** In bytes, all spellings of a path together. */
const LONGEST_KEPT = 256;
let paths: ByteCache<KeptPath> | undefined;

/** What decides, beside the bytes, which path is made of them. */
const NAMING_FLAGS = FILE_FLAGS.same | FILE_FLAGS.memfd;

/** The same object whenever the same path comes again, once it has come twice. */
function pathAt(record: FileRecord): NamedPath | undefined {
  const { memory, at, opens, fileFlags, magic } = record;
  const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
  const given = u16(FILE_RECORD.givenLength), base = u16(FILE_RECORD.baseLength);
  const bytes = given + base + u16(FILE_RECORD.resolvedLength);
  if (bytes === 0 || bytes > LONGEST_KEPT || isNameless(magic)) return decodePath(record);
  paths ??= new ByteCache({ slots: 4096, longest: LONGEST_KEPT });
  const flags = fileFlags & NAMING_FLAGS;
  const kind = ((flags * 2 + (opens ? 1 : 0)) * 512 + given) * 512 + base;
  const start = at + FILE_RECORD.data;
  const known = paths.find(memory, start, bytes, kind);
  if (known) return known.path;
  const again = paths.missedTwice;
  const path = decodePath(record);
  if (!again) return path;
  const kept = path && { ...path, sights: { given: new Sight(), resolved: new Sight() } };
  paths.keep(memory, start, { path: kept });
  return kept;
}

/** Namespaces and pidfds have no names, only roots. */
function isNameless(magic: number): boolean {
  return magic === NSFS_MAGIC || magic === PIDFS_MAGIC;
}

function decodePath({ memory, at, opens, fileFlags, magic }: FileRecord): NamedPath | undefined {
  const givenBytes = memory.u16[(at + FILE_RECORD.givenLength) >> 1]!;
  const baseBytes = memory.u16[(at + FILE_RECORD.baseLength) >> 1]!;
  const resolvedBytes = isNameless(magic) ? 0 : memory.u16[(at + FILE_RECORD.resolvedLength) >> 1]!;
  const start = at + FILE_RECORD.data;
  // Paths that come again are kept whole: looking for their parts would only cost.
  const raw = freshTextAt(memory, start, givenBytes);
  if (opens && givenBytes > 0) {
    // The kernel's paths have nothing in them that joining would change.
    if ((fileFlags & FILE_FLAGS.same) !== 0 && memory.u8[start] === SLASH) {
      return { raw, given: raw, resolved: raw };
    }
    const given = joinPath(directoryAt(memory, start + givenBytes, baseBytes), raw);
    const resolved = (fileFlags & FILE_FLAGS.same) !== 0
      ? raw
      : freshTextAt(memory, start + givenBytes + baseBytes, resolvedBytes);
    return { raw, given, resolved: resolved === "" ? undefined : resolved };
  }
  let name = textAt(memory, start + givenBytes + baseBytes, resolvedBytes);
  // Falco's name of a memfd is the one its maker gave it.
  if ((fileFlags & FILE_FLAGS.memfd) !== 0) name = name.slice(MEMFD_PREFIX.length);
  return name === "" ? undefined : { raw: name, given: name, resolved: name };
}

/** With the slash that `joinPath` expects; "/" when the probe could not tell. */
export function directoryAt(memory: RingMemory, at: number, bytes: number): string {
  const base = textAt(memory, at, bytes);
  return base.endsWith("/") ? base : `${base}/`;
}

/** True when the record is about a file whose kernel path is not the path as given. */
export function resolvedElsewhere(path: NamedPath | undefined): boolean {
  return path?.resolved !== undefined && path.resolved !== path.given;
}

let directory: number | undefined;

/** O_DIRECTORY in upstream's encoding. */
function directoryFlag(): number {
  return directory ??= flagValue("file_flags", "O_DIRECTORY") ?? 0;
}
