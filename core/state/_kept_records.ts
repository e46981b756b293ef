/** The records that a process table keeps, and who makes room for others when it is full. */
import { type NewThread, type ProcessRecord, ThreadRecord } from "./_records.ts";
import { SecondChance } from "./_second_chance.ts";

export interface KeptRecordsOptions {
  /** Processes at most, and threads, main ones included. */
  readonly capacity: number;
  /** Called with a process that makes room, before it goes. It lives on, so it may turn up again. */
  readonly evicts: (process: ProcessRecord) => void;
}

/** Processes make room for processes; threads for nobody but the main thread of their own. */
export class KeptRecords {
  readonly #processes = new Map<number, ProcessRecord>();
  readonly #threads = new Map<number, ThreadRecord>();
  readonly #chance = new SecondChance(this.#processes);
  readonly #capacity: number;
  readonly #evicts: (process: ProcessRecord) => void;
  /** Processes that had to make room. */
  evicted = 0;
  /** Threads for which there was no room. */
  threadsNotKept = 0;
  /** Threads, first ones included, that were taken in. */
  threadsAdded = 0;

  constructor({ capacity, evicts }: KeptRecordsOptions) {
    this.#capacity = Math.max(2, capacity);
    this.#evicts = evicts;
  }

  get processes(): ReadonlyMap<number, ProcessRecord> {
    return this.#processes;
  }

  /** A main thread that has ended before the others is not among them. */
  get threads(): ReadonlyMap<number, ThreadRecord> {
    return this.#threads;
  }

  /** Takes a process in, with its main thread. @param parent does not make room for its child */
  add(process: ProcessRecord, parent?: ProcessRecord): void {
    while (this.#isFull() && this.#evict(parent));
    this.#processes.set(process.id, process);
    this.#chance.inserted();
    this.#keep(process.leader);
  }

  /** Others may have taken the place of a main thread that was said to have ended. */
  keepLeader(process: ProcessRecord): void {
    process.leaderGone = false;
    if (this.#threads.get(process.id) === process.leader) return;
    const [other] = process.others ?? [];
    if (other && this.#hasNoThreadLeft()) this.removeThread(other);
    while (this.#hasNoThreadLeft() && this.#evict(process));
    this.#keep(process.leader);
  }

  /** Returns the thread that shows what it does: the main thread where there is no room. */
  addThread(process: ProcessRecord, found: NewThread): ThreadRecord {
    const { threadId } = found;
    if (threadId === process.id) {
      this.keepLeader(process);
      return process.leader;
    }
    // Threads make no room for themselves: a thread bomb must not push processes out.
    if (this.#hasNoThreadLeft()) {
      this.threadsNotKept++;
      return process.leader;
    }
    const stale = this.#threads.get(threadId);
    if (stale) this.removeThread(stale);
    const thread = new ThreadRecord(process, found);
    (process.others ??= new Set()).add(thread);
    this.#keep(thread);
    return thread;
  }

  removeThread(thread: ThreadRecord): void {
    const { process } = thread;
    if (this.#threads.get(thread.id) === thread) this.#threads.delete(thread.id);
    if (thread === process.leader) process.leaderGone = true;
    else process.others?.delete(thread);
  }

  /** Takes a process out, with its threads. */
  remove(process: ProcessRecord): void {
    for (const thread of process.others ?? []) this.#threads.delete(thread.id);
    if (this.#threads.get(process.id) === process.leader) this.#threads.delete(process.id);
    this.#processes.delete(process.id);
  }

  #keep(thread: ThreadRecord): void {
    const before = this.#threads.size;
    this.#threads.set(thread.id, thread);
    this.threadsAdded += this.#threads.size - before;
  }

  #isFull(): boolean {
    return this.#processes.size >= this.#capacity || this.#hasNoThreadLeft();
  }

  #hasNoThreadLeft(): boolean {
    return this.#threads.size >= this.#capacity;
  }

  /** False when there is nobody but `spared`. */
  #evict(spared: ProcessRecord | undefined): boolean {
    const victim = this.#chance.victim(spared);
    if (!victim) return false;
    this.evicted++;
    this.#evicts(victim);
    this.remove(victim);
    return true;
  }
}
