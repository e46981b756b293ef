/** How much memory may be kept of what the events of a capture bring. */
import type { Cgroup } from "../event/mod.ts";
import {
  beginningOf,
  cutImage,
  DescriptorTable,
  imageBytes,
  measureImage,
  TEXT_LIMITS,
  type TextLimits,
} from "../state/mod.ts";
import type { Descriptor } from "./descriptor.ts";
import { type Follower, UNKNOWN_DIRECTORY } from "./follower.ts";
import { plainDirectory, type ReplayProcess, type ReplayThread } from "./threads.ts";

/** About bytes. Hosts of 40 000 processes, each with 60 variables, have room in it. */
export const MAX_BYTES = 256 << 20;
/** So much is left of it when things were let go: the next time is not soon. */
const ENOUGH = 3 / 4;
/** Of what has room: events bring ten times as much as they are long, at most. */
const STEP = 1 / 8;
/** Of all. */
const SMALLEST_STEP = 1 / 16;
/** Descriptors may always have that much of it. */
const FAIR = 1 / 4;
/** Beside what their texts have; two ends have an address each. */
const DESCRIPTOR_BYTES = 200, PATH_BYTES = 300, ENDS_BYTES = 500, CGROUP_BYTES = 100;
/** In UTF-16 units: each process has one. */
const LONG_DIRECTORY = 64;
const NO_CGROUPS: readonly Cgroup[] = Object.freeze([]);

type Table = readonly [ReplayProcess, ownBytes: number];

interface Held {
  readonly bytes: number;
  /** Of each process that has descriptors: what it does not share with one before. */
  readonly tables: Table[];
}

/** Of those that share a table the one that counts is the last. */
function bySize([{ descriptors: a }, own]: Table, [{ descriptors: b }, other]: Table): number {
  return b.size - a.size || own - other;
}

/**
 * What is in a capture may be a thousand times as large as its file. Nobody counts what goes: after
 * every 16 to 32 MB of events all there is gets counted. When it is too much, the longest texts are cut,
 * then the largest tables of descriptors are emptied: their processes are known, what they have open is
 * not any more. Only then texts are cut that are not long.
 */
export class Holdings {
  readonly #follower: Follower;
  readonly #most: number;
  /** Threads of whose texts not all was kept. */
  textsCut = 0;
  /** Descriptors that were forgotten; those that processes share count for each of them. */
  descriptorsForgotten = 0;

  constructor(follower: Follower, most = MAX_BYTES) {
    this.#follower = follower;
    this.#most = most;
  }

  /** Answers how many bytes may come before it has to look again; between events: they are seen whole. */
  look(): number {
    let { bytes } = this.#measure();
    if (bytes > this.#most) bytes = this.#letGo();
    return Math.max(this.#most * SMALLEST_STEP, (this.#most - bytes) * STEP);
  }

  #letGo(): number {
    const [first, ...others] = TEXT_LIMITS;
    this.#cutTexts(first!);
    this.#emptyTables();
    for (const limits of others) {
      if (this.#measure().bytes <= this.#most * ENOUGH) break;
      this.#cutTexts(limits);
    }
    return this.#measure().bytes;
  }

  #measure(): Held {
    const seen = new Set<unknown>();
    const tables: Table[] = [];
    let bytes = 0;
    for (const thread of this.#follower.threads) {
      bytes += threadBytes(thread, seen);
      const { process } = thread;
      if (seen.has(process)) continue;
      seen.add(process);
      const own = process.descriptors.measure(seen, descriptorBytes);
      if (process.descriptors.size > 0) tables.push([process, own]);
      bytes += own;
      if (process.cwd.length > LONG_DIRECTORY) bytes += process.cwd.length;
    }
    return { bytes, tables };
  }

  /**
   * What processes share goes only with the last of them, and counts for one: those that share a table
   * have as many descriptors, and so go together. Each round empties twice as many as the one before, as
   * to count takes long and forks are cheap.
   */
  #emptyTables(): void {
    for (let least = 1;; least *= 2) {
      const { bytes, tables } = this.#measure();
      const ofTables = tables.reduce((sum, [, own]) => sum + own, 0);
      let excess = Math.min(bytes - this.#most * ENOUGH, ofTables - this.#most * FAIR);
      if (excess <= 0) return;
      let emptied = 0;
      for (const [process, own] of tables.sort(bySize)) {
        if (excess <= 0 && emptied >= least) break;
        excess -= own;
        emptied++;
        this.descriptorsForgotten += process.descriptors.size;
        process.descriptors = new DescriptorTable();
      }
    }
  }

  #cutTexts(limits: TextLimits): void {
    for (const thread of this.#follower.threads) {
      const { id: threadId, process, process: { cwd: before } } = thread;
      if (!cutThread(thread, limits)) continue;
      this.textsCut++;
      if (!thread.isTold) continue;
      // The process table has the same texts.
      const { told, sink } = this.#follower;
      told.tell(thread);
      if (process.cwd === before) continue;
      const cwd = plainDirectory(process.cwd);
      sink.change({ kind: "cwd", threadId, processId: process.id, cwd }, 0);
    }
  }
}

function threadBytes({ image, comm, cgroups, enter }: ReplayThread, seen: Set<unknown>): number {
  let bytes = comm.length;
  if (!seen.has(image)) {
    seen.add(image);
    measureImage(image);
    bytes += imageBytes(image, seen);
  }
  if (!seen.has(cgroups)) {
    seen.add(cgroups);
    for (const [name, path] of cgroups) {
      bytes += CGROUP_BYTES + (name.length + path.length);
    }
  }
  if (enter === undefined) return bytes;
  const { path = "", address } = enter;
  return bytes + path.length + (address?.length ?? 0);
}

function descriptorBytes(descriptor: Descriptor, seen: Set<unknown>): number {
  const { path, ends, nameLength } = descriptor;
  const bytes = DESCRIPTOR_BYTES + (ends === undefined ? 0 : ENDS_BYTES);
  if (path === undefined) return bytes + nameLength;
  if (seen.has(path)) return bytes;
  seen.add(path);
  return bytes + PATH_BYTES + (path.raw.length + path.given.length);
}

/** Whether something was. */
function cutThread(thread: ReplayThread, limits: TextLimits): boolean {
  const { image, comm, cgroups, enter, process } = thread;
  const { path: most } = limits;
  thread.image = cutImage(image, limits);
  if (comm.length > most) thread.comm = beginningOf(comm, most);
  // The path that names its container is its own.
  const hasMany = cgroups.some(([, path]) => path.length > most);
  if (hasMany) thread.cgroups = NO_CGROUPS;
  const isLong = (enter?.path?.length ?? 0) > most || (enter?.address?.length ?? 0) > most;
  if (isLong) thread.enter = undefined;
  const isFar = process.cwd.length > most;
  if (isFar) process.cwd = UNKNOWN_DIRECTORY;
  return thread.image !== image || comm.length > most || hasMany || isLong || isFar;
}
