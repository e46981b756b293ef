/** The threads and processes of a capture, with what only captures need to know of them. */
import type {
  Cgroup,
  Credentials,
  FileDescriptor,
  Image,
  Membership,
  OpenDescriptors,
  ProcessorUse,
  ProcessSnapshot,
  TrackedThread,
} from "../event/mod.ts";
import {
  DescriptorTable,
  UNKNOWN_CREDENTIALS,
  UNKNOWN_MEMBERSHIP,
  UNSEEN_IMAGE,
} from "../state/mod.ts";
import { MapHand } from "../base/mod.ts";
import { type Descriptor, ShownDescriptor } from "./descriptor.ts";
import { NOT_CAPTURED } from "./texts.ts";

/** Threads kept at most. */
export const CAPACITY = 131_072;
const RECENT = 256, RECENT_MASK = RECENT - 1;
/** Falco's word for where a process is of whose main thread nobody knows. */
const NOWHERE = "./";
const NO_CGROUPS: readonly Cgroup[] = Object.freeze([]);

export class ReplayProcess {
  /** With a slash at its end; "" when unknown. */
  cwd = "";
  descriptors = new DescriptorTable<Descriptor>();
  descriptorLimit = -1;
  /** Threads that are known and alive. */
  threadCount = 0;
  leader: ReplayThread | undefined;
  others: Set<ReplayThread> | undefined;

  constructor(readonly id: number) {}
}

/** What an enter event said that its exit may need. */
export interface EnterEvent {
  /** Code of the enter event's type. */
  readonly type: number;
  /** The path that was passed; absent for calls without one. */
  readonly path?: string;
  readonly flags?: number;
  readonly directory?: number;
  /** Address that was passed to connect, as bytes of a SOCKADDR. */
  readonly address?: Uint8Array;
}

export class ReplayThread implements TrackedThread {
  /** False: an event of it came, and nobody had heard of it. */
  isKnown = true;
  /** 0: nobody knew whom it has for a parent when it came. */
  parentId = 0;
  /** Whom its clone named, known or not. */
  makerId = 0;
  virtualId = 0;
  comm = NOT_CAPTURED;
  image: Image = UNSEEN_IMAGE;
  credentials: Credentials = UNKNOWN_CREDENTIALS;
  membership: Membership = UNKNOWN_MEMBERSHIP;
  cgroups: readonly Cgroup[] = NO_CGROUPS;
  vmSizeKb = 0;
  vmResidentKb = 0;
  vmSwapKb = 0;
  majorFaults = 0;
  minorFaults = 0;
  namespaceStartNs = 0n;
  ranNs: number | undefined;
  totalRanNs = 0;
  processorUse: ProcessorUse | undefined;
  /** Clock ticks it had used when it was last told; 0 when it never was. */
  userTicks = 0;
  systemTicks = 0;
  /** 0 when nobody saw it start. */
  startClockNs = 0;
  isAlive = true;
  /** The process table has it, as one of its process. */
  isTold = false;
  /** It was told when nobody knew its main thread. */
  isToldAlone = false;
  /** Its own return from clone came before the caller's. */
  isInverted = false;
  /** Of a main thread that ended before the others: who got its children; 0 when nobody did. */
  heirId = 0;
  /** Of a thread that was there before anybody knew of which process it is. */
  #ownDescriptors: DescriptorTable<Descriptor> | undefined;
  enter: EnterEvent | undefined;

  readonly #owner: Threads;

  constructor(readonly id: number, public process: ReplayProcess, owner: Threads) {
    this.#owner = owner;
  }

  /** Falco takes the thread that called fork for the parent, not its process. */
  get parent(): ReplayThread | undefined {
    const parent = this.#owner.get(this.parentId);
    if (parent === undefined || parent.isAlive || parent.heirId === 0) return parent;
    return this.#owner.get(parent.heirId) ?? parent;
  }

  get isLeader(): boolean {
    return this.id === this.process.id;
  }

  /** Of its process, also one that has ended; absent while nobody knows of it. */
  get main(): ReplayThread | undefined {
    const { leader } = this.process;
    return leader?.isKnown ? leader : undefined;
  }

  /** Threads use the descriptors of their main thread, and have none while that one is unknown. */
  get table(): DescriptorTable<Descriptor> {
    const { leader, descriptors } = this.process;
    if (leader === this) return descriptors;
    return this.#ownDescriptors ?? (leader?.isKnown ? descriptors : new DescriptorTable());
  }

  get descriptors(): OpenDescriptors {
    return new ShownDescriptors(this.table);
  }

  get openCount(): number {
    return this.isKnown && this.main ? this.process.descriptors.size : 0;
  }

  /** Falco asks the main thread. */
  get descriptorLimit(): number {
    return this.isKnown && this.main ? this.process.descriptorLimit : 0;
  }

  get threadCount(): number {
    return this.isKnown ? this.process.threadCount - this.#strangers : 0;
  }

  get otherThreadCount(): number {
    const { threadCount, leader } = this.process;
    return this.isKnown ? threadCount - (leader?.isAlive ? 1 : 0) : 0;
  }

  /** A main thread that nobody knows yet counts for none. */
  get #strangers(): number {
    const { leader } = this.process;
    return leader?.isAlive && !leader.isKnown ? 1 : 0;
  }

  /** Sees numbers of another pid namespace than the host's. */
  get isInNamespace(): boolean {
    return this.id !== this.virtualId;
  }

  /** It turns out to be one of another process, with whose main thread it shares no descriptors then. */
  join(process: ReplayProcess, descriptors: DescriptorTable<Descriptor>): void {
    this.process = process;
    this.#ownDescriptors = this.isLeader ? undefined : descriptors;
    this.isTold = false;
  }

  /**
   * Who is called its parent, if that one is known. Falco asks once: who is heard of later never becomes
   * the parent of those who came before.
   */
  settleParent(id: number): void {
    this.makerId = id;
    this.parentId = this.process.id === FIRST_ID || this.#owner.get(id)?.isKnown ? id : 0;
  }

  /** Of a process whose main thread nobody knows nothing is said but who made it. */
  snapshot(): ProcessSnapshot {
    const isSeen = this.isLeader || this.main !== undefined;
    return {
      threadId: this.id,
      processId: this.process.id,
      parentId: this.parent?.process.id ?? this.parentId,
      comm: isSeen ? this.comm : NOT_CAPTURED,
      credentials: this.credentials,
      membership: this.membership,
      image: isSeen ? this.image : UNSEEN_IMAGE,
      cwd: plainDirectory(this.process.cwd),
      startClockNs: this.startClockNs,
      ...this.virtualId > 0 && { virtualThreadId: this.virtualId },
    };
  }
}

/** Process 1, whose parent nobody looks for. */
const FIRST_ID = 1;

/** Descriptors with their numbers, as fields ask for them. */
class ShownDescriptors implements OpenDescriptors {
  readonly #table: DescriptorTable<Descriptor>;

  constructor(table: DescriptorTable<Descriptor>) {
    this.#table = table;
  }

  get size(): number {
    return this.#table.size;
  }

  get(number: number): FileDescriptor | undefined {
    const descriptor = this.#table.get(number);
    return descriptor && new ShownDescriptor(number, descriptor);
  }

  *[Symbol.iterator](): Generator<FileDescriptor, void, void> {
    for (const [number, descriptor] of this.#table.entries()) {
      yield new ShownDescriptor(number, descriptor);
    }
  }
}

/** The process table has directories without a slash at the end. */
export function plainDirectory(directory: string): string {
  return directory.length > 1 && directory.endsWith("/") ? directory.slice(0, -1) : directory;
}

export class Threads {
  readonly #threads = new Map<number, ReplayThread>();
  readonly #processes = new Map<number, ReplayProcess>();
  /** By the last bits of their ids: nearly every event is of a thread that was there lately. */
  readonly #recent: (ReplayThread | undefined)[] = new Array(RECENT).fill(undefined);
  readonly #oldest = new MapHand(this.#threads);

  /** One more would make another one go. */
  get isFull(): boolean {
    return this.#threads.size >= CAPACITY;
  }

  get(id: number): ReplayThread | undefined {
    const recent = this.#recent[id & RECENT_MASK];
    if (recent !== undefined && recent.id === id) return recent;
    const thread = this.#threads.get(id);
    if (thread !== undefined) this.#recent[id & RECENT_MASK] = thread;
    return thread;
  }

  /** The process of that id, with or without threads. */
  process(id: number): ReplayProcess {
    let process = this.#processes.get(id);
    if (!process) this.#processes.set(id, process = new ReplayProcess(id));
    return process;
  }

  knownProcess(id: number): ReplayProcess | undefined {
    return this.#processes.get(id);
  }

  /**
   * In place of whoever had the id. When there is no room left the oldest makes some, and is what it
   * answers.
   */
  add(thread: ReplayThread): ReplayThread | undefined {
    this.remove(thread.id);
    const oldest = this.isFull ? this.#removeOldest() : undefined;
    this.#threads.set(thread.id, thread);
    this.#oldest.inserted();
    const { process } = thread;
    if (this.#processes.get(process.id) !== process) this.#processes.set(process.id, process);
    process.threadCount++;
    if (thread.isLeader) process.leader = thread;
    else {
      (process.others ??= new Set()).add(thread);
      // Falco asks the main thread.
      if (!process.leader) process.cwd = NOWHERE;
    }
    return oldest;
  }

  remove(id: number): void {
    const thread = this.#threads.get(id);
    if (!thread) return;
    this.end(thread);
    this.#threads.delete(id);
    this.#forget(id);
    const { process } = thread;
    if (process.leader === thread) process.leader = undefined;
    else process.others?.delete(thread);
    if (process.threadCount <= 0 && this.#processes.get(process.id) === process) {
      this.#processes.delete(process.id);
      // A main thread that ended before the others has been waiting for the last of them.
      const leader = process.leader;
      if (leader) {
        this.#threads.delete(leader.id);
        this.#forget(leader.id);
      }
    }
  }

  #removeOldest(): ReplayThread | undefined {
    const oldest = this.#oldest.next();
    if (oldest) this.remove(oldest.id);
    return oldest;
  }

  #forget(id: number): void {
    this.#recent[id & RECENT_MASK] = undefined;
  }

  /** It has ended, and is looked at for the last time. */
  end(thread: ReplayThread): void {
    if (!thread.isAlive) return;
    thread.isAlive = false;
    thread.process.threadCount--;
  }

  /** A main thread that had ended runs again: another thread called exec and took its place. */
  revive(thread: ReplayThread): void {
    if (thread.isAlive) return;
    thread.isAlive = true;
    thread.process.threadCount++;
  }

  /** The thread goes on as one of another process: an exec made it the main thread, or it was unknown. */
  move(thread: ReplayThread, process: ReplayProcess): void {
    if (thread.process === process) return;
    const { id, isAlive, table } = thread;
    this.remove(id);
    thread.join(process, table);
    thread.isAlive = isAlive;
    this.add(thread);
  }

  [Symbol.iterator](): Iterator<ReplayThread> {
    return this.#threads.values();
  }

  clear(): void {
    this.#threads.clear();
    this.#processes.clear();
    this.#recent.fill(undefined);
  }
}
