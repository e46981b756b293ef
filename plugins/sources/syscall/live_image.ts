/** Programs that exec records tell of. The same program run in the same way is the same object. */
import { decodeUtf8, encodeUtf8, type Image, withWords, Words } from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { ByteCache } from "./byte_cache.ts";
import { textAt, walkedPathAt } from "./memory.ts";

const { EXEC_RECORD, FILE_FACTS, FILE_FLAGS, TASK_FACTS } = layout;

const COMM_BYTES = 16;

/** A program and where it runs. */
export interface Started {
  readonly image: Image;
  /** The kernel's path of the working directory. */
  readonly cwd: string;
  readonly cgroup: string;
}

/** What was made of a record, and all it was made of but the strings. */
interface Kept extends Started {
  readonly words: Uint32Array;
}

/** In bytes, all strings of a record together. */
const LONGEST_KEPT = 1024;
let kept: ByteCache<Kept> | undefined;

/** Ranges of the record that say something of the program: the name, the file, lengths of the strings. */
const RANGES = [
  [EXEC_RECORD.task + TASK_FACTS.comm, COMM_BYTES],
  [EXEC_RECORD.exe, FILE_FACTS.byteLength],
  [EXEC_RECORD.argsLength, EXEC_RECORD.byteLength - EXEC_RECORD.argsLength],
] as const;
const WORDS = RANGES.reduce((sum, [, bytes]) => sum + (bytes >> 2), 0);

const words = new Uint32Array(WORDS);

/** The program of an exec record. */
export function startedAt(memory: RingMemory, at: number): Started {
  const bytes = stringBytesAt(memory, at);
  if (bytes === 0 || bytes > LONGEST_KEPT) return decodeStarted(memory, at);
  kept ??= new ByteCache({ slots: 512, longest: LONGEST_KEPT });
  const start = at + EXEC_RECORD.data;
  const known = kept.find(memory, start, bytes, readWords(memory, at));
  if (known?.words.every((word, i) => word === words[i])) return known;
  const keeps = known === undefined && kept.missedTwice;
  const started = decodeStarted(memory, at);
  if (keeps) kept.keep(memory, start, { ...started, words: words.slice() });
  return started;
}

/** Fills `words`, and gives a hash of them. */
function readWords({ u32 }: RingMemory, at: number): number {
  let hash = 0, n = 0;
  for (const [offset, bytes] of RANGES) {
    const start = (at + offset) >> 2;
    for (let i = 0; i < bytes >> 2; i++) {
      const word = u32[start + i]!;
      words[n++] = word;
      hash = Math.imul(hash ^ word, 0x01000193);
    }
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

function stringBytesAt(memory: RingMemory, at: number): number {
  const { u32 } = memory;
  const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
  return u32[(at + EXEC_RECORD.argsLength) >> 2]! + u32[(at + EXEC_RECORD.envLength) >> 2]! +
    u16(EXEC_RECORD.givenLength) + u16(EXEC_RECORD.exeLength) + u16(EXEC_RECORD.cwdLength) +
    u16(EXEC_RECORD.cgroupLength);
}

function decodeStarted(memory: RingMemory, at: number): Started {
  const u16 = (field: number) => memory.u16[(at + field) >> 1]!;
  const u32 = (field: number) => memory.u32[(at + field) >> 2]!;
  let next = at + EXEC_RECORD.data;
  const take = (bytes: number) => {
    const text = textAt(memory, next, bytes);
    next += bytes;
    return text;
  };
  const takePath = (bytes: number) => {
    const path = walkedPathAt(memory, next, { bytes, record: at });
    next += bytes;
    return path;
  };
  const argsBytes = u32(EXEC_RECORD.argsLength);
  const argv = take(argsBytes);
  const firstEnd = argv.indexOf("\0");
  const args = new Words(firstEnd < 0 ? "" : argv.slice(firstEnd + 1));
  const env = new Words(take(u32(EXEC_RECORD.envLength)));
  const isLong = args.isLong || env.isLong;
  const exeGiven = take(u16(EXEC_RECORD.givenLength));
  const exePath = takePath(u16(EXEC_RECORD.exeLength));
  const cwd = takePath(u16(EXEC_RECORD.cwdLength));
  const cgroup = take(u16(EXEC_RECORD.cgroupLength));
  const facts = at + EXEC_RECORD.exe;
  const flags = memory.u16[(facts + FILE_FACTS.flags) >> 1]!;
  const image: Image = {
    comm: programName(commAt(memory, at + EXEC_RECORD.task), exeGiven, exePath),
    exe: argv === "" ? exeGiven : firstEnd < 0 ? argv : argv.slice(0, firstEnd),
    args: isLong ? [] : args.list,
    argsTruncated: u32(EXEC_RECORD.argsTotal) > argsBytes,
    env: isLong ? [] : env.list,
    exePath,
    exeGiven,
    exeInode: memory.u64[(facts + FILE_FACTS.inode) >> 3]!,
    exeDevice: memory.u32[(facts + FILE_FACTS.device) >> 2]!,
    exeCtimeNs: memory.u64[(facts + FILE_FACTS.ctimeNs) >> 3]!,
    exeMtimeNs: memory.u64[(facts + FILE_FACTS.mtimeNs) >> 3]!,
    exeWritable: (flags & FILE_FLAGS.writable) !== 0,
    exeOnOverlayUpper: (flags & FILE_FLAGS.overlayUpper) !== 0,
    exeOnOverlayLower: (flags & FILE_FLAGS.overlayLower) !== 0,
    exeFromMemfd: (flags & FILE_FLAGS.memfd) !== 0,
  };
  return { image: isLong ? withWords(image, { args, env }) : image, cwd, cgroup };
}

/**
 * Before Linux 6.14 a program that is run by its descriptor, as systemd runs systemd-executor, is called
 * after the descriptor's number (falco 3480); since then after its file.
 */
function programName(comm: string, given: string, exePath: string): string {
  if (comm === "" || given !== `/dev/fd/${comm}`) return comm;
  const file = encodeUtf8(exePath.slice(exePath.lastIndexOf("/") + 1));
  return decodeUtf8(file.subarray(0, COMM_BYTES - 1)) || comm;
}

/** Name of the task whose facts stand at `task`. */
export function commAt(memory: RingMemory, task: number): string {
  const start = task + TASK_FACTS.comm;
  let length = 0;
  while (length < COMM_BYTES && memory.u8[start + length] !== 0) length++;
  return textAt(memory, start, length);
}
