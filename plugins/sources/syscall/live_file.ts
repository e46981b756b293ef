/** File records as the `FileDescriptor` that rules see. */
import {
  type FileDescriptor,
  flagValue,
  type NamedPath,
  unmadeTypeChar,
} from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { type KeptPath, NSFS_MAGIC, pathAt, PIDFS_MAGIC } from "./live_path.ts";

const { FILE_FACTS, FILE_FLAGS, FILE_RECORD } = layout;

const S_IFMT = 0o170000, S_IFDIR = 0o040000, S_IFIFO = 0o010000;

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

/** What Falco knows no inode of: it is the same for all of them, or new for each. */
const NO_INODES: ReadonlySet<string> = new Set([...ANONYMOUS.values(), "m", "o"]);

/** The call that names the file. */
export interface FileCall {
  /** Code of the event. */
  readonly type: number;
  /** It is of the open family, so the path as given stands in the record. */
  readonly opens: boolean;
  /** Flags of an opening call in upstream's `file_flags` encoding. */
  readonly openFlags: number;
  /** The path of its file record, if it comes again and again. */
  readonly keptPath: KeptPath | undefined;
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

  /** False of what Falco does not see being made, as contexts of mounts. */
  get known(): boolean {
    return this.typeChar !== "o";
  }

  get flags(): number {
    if (this.#opens) return this.#call.openFlags;
    // Of what was opened before, only where it lies can be told.
    return (this.#fileFlags & FILE_FLAGS.overlayLower) !== 0 ? lowerLayerFlag() : 0;
  }

  get #isKnown(): boolean {
    return (this.#fileFlags & FILE_FLAGS.known) !== 0;
  }

  get #factsAt(): number {
    return this.#at + FILE_RECORD.file;
  }

  /** Falco has no names for what lives in no file system, but for processes. */
  get path(): NamedPath | undefined {
    const processId = this.#memory.u32[(this.#factsAt + FILE_FACTS.pid) >> 2]!;
    if (processId !== 0) return pathNamed(`/proc/${processId}`);
    return this.#isAnonymous ? undefined : this.#name;
  }

  get #isAnonymous(): boolean {
    const flags = this.#fileFlags & (FILE_FLAGS.pseudo | FILE_FLAGS.memfd);
    return flags === FILE_FLAGS.pseudo && !this.#opens;
  }

  /** The kernel's name included of what rules see without one. */
  get #name(): NamedPath | undefined {
    if (!this.#pathKnown) this.#findPath();
    return this.#path;
  }

  #findPath(): void {
    this.#pathKnown = true;
    const kept = this.#call.keptPath;
    this.#path = kept ? kept.path : pathAt(this.#memory, this.#at, this.#opens);
  }

  get typeChar(): string {
    if (this.#typeChar === "") this.#typeChar = this.#findTypeChar();
    return this.#typeChar;
  }

  get inode(): bigint | undefined {
    if (NO_INODES.has(this.typeChar)) return undefined;
    return this.#isKnown ? this.#memory.u64[(this.#factsAt + FILE_FACTS.inode) >> 3]! : undefined;
  }

  get device(): number | undefined {
    if (this.typeChar === "p" || NO_INODES.has(this.typeChar)) return undefined;
    return this.#isKnown ? this.#memory.u32[(this.#factsAt + FILE_FACTS.device) >> 2]! : undefined;
  }

  get onOverlayUpper(): boolean {
    return (this.#fileFlags & FILE_FLAGS.overlayUpper) !== 0;
  }

  /**
   * Falco calls everything opened by path a file, and a directory only what was opened as one; what could
   * not be opened it names after the call alone.
   */
  #findTypeChar(): string {
    const fileFlags = this.#fileFlags;
    if ((fileFlags & FILE_FLAGS.memfd) !== 0) return "m";
    if (this.#opens && this.number < 0) return unmadeTypeChar(this.#call.type);
    if (this.#opens) return isOpenedDirectory(this.flags) ? "d" : "f";
    const mode = this.#memory.u16[(this.#factsAt + FILE_FACTS.mode) >> 1]! & S_IFMT;
    const magic = this.#memory.u32[(this.#factsAt + FILE_FACTS.magic) >> 2]!;
    if (magic === PIDFS_MAGIC) return "P";
    if (magic === NSFS_MAGIC) return "f";
    if ((fileFlags & FILE_FLAGS.pseudo) !== 0) {
      // Falco takes pipes with a name for files.
      return mode === S_IFIFO ? "p" : ANONYMOUS.get(this.#name?.given ?? "") ?? "o";
    }
    return mode === S_IFDIR ? "d" : "f";
  }
}

function pathNamed(path: string): NamedPath {
  return { raw: path, given: path, resolved: path };
}

/** True when the record is about a file whose kernel path is not the path as given. */
export function resolvedElsewhere(path: NamedPath | undefined): boolean {
  return path?.resolved !== undefined && path.resolved !== path.given;
}

let directory: number | undefined, unnamed: number | undefined;

/** By flags in upstream's encoding. O_TMPFILE makes a file in a directory, and is told of no other. */
function isOpenedDirectory(flags: number): boolean {
  directory ??= flagValue("file_flags", "O_DIRECTORY") ?? 0;
  unnamed ??= flagValue("file_flags", "O_TMPFILE") ?? 0;
  return (flags & (directory | unnamed)) === directory;
}

let lowerLayer: number | undefined;

function lowerLayerFlag(): number {
  return lowerLayer ??= flagValue("file_flags", "FD_LOWER_LAYER") ?? 0;
}
