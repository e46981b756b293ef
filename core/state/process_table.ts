/** The processes of the machine, kept current by what sources report. */
import type { ProcessSnapshot, StateChange } from "../event/mod.ts";
import { Family } from "./_family.ts";
import { KeptRecords } from "./_kept_records.ts";
import {
  ancestorOf,
  ancestorsOf,
  groupLeaderOf,
  lineageChangedSince,
  namespaceInitOf,
  parentOf,
  sessionLeaderOf,
  virtualGroupLeaderOf,
} from "./_lineage.ts";
import { NamespaceInits } from "./_namespace_inits.ts";
import { isId, isSameStart, newThreadOf, type Origin, originOf, originOfChild } from "./_origin.ts";
import { RecentEnds } from "./_recent_ends.ts";
import { type NewThread, ProcessRecord, textHolders, ThreadRecord } from "./_records.ts";
import { type Seedbed, seedProcess, takeThread } from "./_seeding.ts";
import { TextBudget } from "./_text_budget.ts";
import { Changes } from "./changes.ts";
import { HOST_ID, type Process, type Thread, withVirtualPid } from "./process.ts";

export interface ProcessTableOptions {
  /** Threads (and so processes) kept at most. */
  readonly capacity?: number;
  /** About how much memory the texts of processes may take: arguments, environments, paths. */
  readonly textBytes?: number;
  /** "host" or a container's short id, from the path of a cgroup. */
  readonly containerIdOf?: (cgroup: string) => string;
  readonly changes?: Changes;
}

export interface ProcessTableCounters {
  readonly processes: number;
  readonly threads: number;
  /** Live processes that had to make room. */
  readonly evicted: number;
  /** Threads that were not kept because the table was full; their events show the main thread. */
  readonly threadsNotKept: number;
  /** Processes and threads of whose arguments, environment and paths only a part was kept. */
  readonly textsCut: number;
  /** Changes about processes nobody had heard of. */
  readonly unknown: number;
  /** Entries that turned out to be long gone when their id came up again. */
  readonly repaired: number;
  /** Processes whose parent is not in the table. */
  readonly waitingForParent: number;
  /** Parents that would have made a process its own ancestor. */
  readonly refusedParents: number;
  /** Threads, first ones included, that were taken in. */
  readonly threadsAdded: number;
  readonly threadsRemoved: number;
}

type Change<Kind extends StateChange["kind"]> = Extract<StateChange, { kind: Kind }>;

const DEFAULT_CAPACITY = 131_072;

/**
 * Never throws; ids, parents and orders of events may be nonsense. Ends take effect with `flush`, so
 * that rules on the end of a process can still look at it.
 */
export class ProcessTable {
  readonly #kept: KeptRecords;
  readonly #processes: ReadonlyMap<number, ProcessRecord>;
  readonly #threads: ReadonlyMap<number, ThreadRecord>;
  readonly #family: Family;
  readonly #inits = new NamespaceInits();
  readonly #containerIdOf: (cgroup: string) => string;
  readonly #changes: Changes;
  readonly #ended: Change<"exit">[] = [];
  readonly #ends = new RecentEnds();
  readonly #seedbed: Seedbed;
  readonly #texts: TextBudget;
  #unknown = 0;
  #repaired = 0;

  constructor(options: ProcessTableOptions = {}) {
    this.#containerIdOf = options.containerIdOf ?? (() => HOST_ID);
    this.#changes = options.changes ?? new Changes();
    this.#kept = new KeptRecords({
      capacity: options.capacity ?? DEFAULT_CAPACITY,
      evicts: (process) => {
        this.#family.forget(process);
        this.#inits.forget(process);
      },
    });
    this.#processes = this.#kept.processes;
    this.#threads = this.#kept.threads;
    this.#family = new Family(this.#processes);
    this.#texts = new TextBudget(() => textHolders(this.#processes.values()), options.textBytes);
    this.#seedbed = {
      processes: this.#processes,
      threads: this.#threads,
      ends: this.#ends,
      admit: (snapshot) => void this.#admit(snapshot),
      vacate: (id, owner) => this.#vacate(id, owner),
      addThread: (process, thread) => this.#addThread(process, thread),
      added: ({ image, cwd }) => this.#texts.add(image, cwd),
      join: (process, membership) => this.#join(process, membership),
      setParent: (process, parentId) => this.#family.setParent(process, parentId),
    };
  }

  thread(threadId: number): Thread | undefined {
    const thread = this.#threads.get(threadId);
    if (thread) thread.process.used = true;
    return thread;
  }

  process(processId: number): Process | undefined {
    return this.#processes.get(processId);
  }

  /** All processes, in no particular order. */
  processes(): IterableIterator<Process> {
    return this.#processes.values();
  }

  /** All threads; the first one of a process that goes on without it is not among them. */
  threads(): IterableIterator<Thread> {
    return this.#threads.values();
  }

  /**
   * The thread an event comes from. A thread nobody saw start is taken in when its process is known;
   * an entry that contradicts the event is stale and goes.
   */
  find(threadId: number, processId: number): Thread | undefined {
    const thread = this.#threads.get(threadId);
    if (thread && (thread.process.id === processId || processId === 0)) {
      thread.process.used = true;
      return thread;
    }
    if (thread) this.#drop(thread);
    const process = this.#processes.get(processId);
    if (!process || !isId(threadId)) return undefined;
    process.used = true;
    const { comm, credentials } = process.leader;
    return this.#kept.addThread(process, { threadId, comm, credentials });
  }

  parent(process: Process): Process | undefined {
    return parentOf(process);
  }

  /** The n-th ancestor, 1 is the parent; absent beyond 64 and beyond what is known. */
  ancestor(process: Process, n: number): Process | undefined {
    return ancestorOf(process, n);
  }

  /**
   * Whether anything has changed since a tick that fields show of the thread, its process or the
   * ancestors; but not who leads its session or group, how many threads there are, how time passes.
   */
  changedSince(thread: Thread, tick: number): boolean {
    return !(thread instanceof ThreadRecord) || lineageChangedSince(thread, tick);
  }

  /** Parent first; at most 64. */
  ancestors(process: Process): Generator<Process, void, void> {
    return ancestorsOf(process);
  }

  /** The first of its pid namespace: the process itself, an ancestor, or its container's first. */
  namespaceInit(process: Process): Process | undefined {
    return namespaceInitOf(this.#inits, process);
  }

  /** The process whose id is the session's; when it is gone, the oldest ancestor still in the session. */
  sessionLeader(process: Process): Process | undefined {
    return sessionLeaderOf(this.#processes, process);
  }

  /** Likewise for the process group. */
  groupLeader(process: Process): Process | undefined {
    return groupLeaderOf(this.#processes, process);
  }

  /** Likewise by the number that the process itself sees; captures of old know no other. */
  virtualGroupLeader(process: Process): Process | undefined {
    return virtualGroupLeaderOf(this.#processes, process);
  }

  get counters(): ProcessTableCounters {
    const { evicted, threadsNotKept, threadsAdded } = this.#kept;
    return {
      processes: this.#processes.size,
      threads: this.#threads.size,
      evicted,
      threadsNotKept,
      textsCut: this.#texts.cut,
      unknown: this.#unknown,
      repaired: this.#repaired,
      waitingForParent: this.#family.waiting,
      refusedParents: this.#family.refused,
      threadsAdded,
      threadsRemoved: threadsAdded - this.#threads.size,
    };
  }

  /** @param clockNs when it happened, on the clock of `Event.clockNs`; 0 when unknown */
  apply(change: StateChange, clockNs = 0): void {
    this.flush();
    switch (change.kind) {
      case "exec":
        return this.#exec(change, clockNs);
      case "fork":
        return this.#fork(change);
      case "exit":
        return this.#exit(change, clockNs);
      case "thread":
        return takeThread(change, this.#seedbed);
      default:
        return this.#update(change);
    }
  }

  #update(change: Exclude<StateChange, Change<"exec" | "fork" | "exit" | "thread">>): void {
    const thread = this.find(change.threadId, change.processId) as ThreadRecord | undefined;
    if (!thread) {
      this.#unknown++;
      return;
    }
    // A thread that was not kept is shown by the main thread, which did not change.
    const isOwn = thread.id === change.threadId;
    switch (change.kind) {
      case "credentials":
        if (isOwn) thread.credentials = change.credentials;
        return;
      case "comm":
        // Falco does not follow it; but what is started from then on has it.
        if (isOwn) thread.commOfChildren = change.comm;
        return;
      case "membership":
        return this.#join(thread.process, change.membership);
      case "cwd":
        thread.process.cwd = change.cwd;
        this.#texts.addPath(change.cwd);
        return;
      default:
        change satisfies never;
    }
  }

  /** Processes as somebody found them; what events have told is not overwritten. */
  seed(snapshots: Iterable<ProcessSnapshot>): void {
    // Whoever has an id of one that ended is somebody else.
    this.flush();
    for (const snapshot of snapshots) seedProcess(snapshot, this.#seedbed);
  }

  /** It has ended, and nobody told of that; another may have its id by now. */
  missedEnd({ id, startClockNs }: Pick<Process, "id" | "startClockNs">): void {
    this.flush();
    const process = this.#processes.get(id);
    if (process?.startClockNs !== startClockNs) return;
    this.#repaired++;
    this.#remove(process, 0);
  }

  /** Lets the ends that were applied take effect. */
  flush(): void {
    if (this.#texts.isOver) this.#texts.relieve();
    if (this.#ended.length === 0) return;
    for (const { threadId, processId, last, reaperId } of this.#ended) {
      if (last) {
        const process = this.#processes.get(processId);
        if (process) this.#remove(process, reaperId);
        else this.#family.bereave(processId, reaperId);
        continue;
      }
      const thread = this.#threads.get(threadId);
      if (thread?.process.id === processId) this.#kept.removeThread(thread);
    }
    this.#ended.length = 0;
  }

  #exec(change: Change<"exec">, clockNs: number): void {
    if (!isId(change.processId)) return;
    let process = this.#processes.get(change.processId);
    if (process && !isSameStart(process.startClockNs, change.startClockNs)) {
      this.#repaired++;
      this.#remove(process, 0);
      process = undefined;
    }
    if (!process) {
      this.#unknown++;
      process = this.#admit(change);
    } else {
      // The thread that execs takes the main thread's place, all others end (linux fs/exec.c de_thread).
      if (process.others) {
        for (const other of [...process.others]) this.#kept.removeThread(other);
      }
      this.#kept.keepLeader(process);
      process.leader.comm = change.comm;
      process.leader.commOfChildren = undefined;
      process.leader.credentials = change.credentials;
      const { image, cwd } = process;
      process.image = change.image;
      process.cwd = change.cwd;
      this.#texts.add(change.image, change.cwd, { image, cwd });
      this.#join(process, change.membership);
      // One that has ended is named until the kernel has handed its children on; here they are.
      const hasEnded = !this.#processes.has(change.parentId) &&
        this.#ends.includes(change.parentId, 0);
      if (change.parentId > 0 && !hasEnded) this.#family.setParent(process, change.parentId);
    }
    process.used = true;
    process.execClockNs = clockNs || process.startClockNs;
  }

  #fork(change: Change<"fork">): void {
    if (!isId(change.childProcessId) || !isId(change.childThreadId)) return;
    const caller = this.#processes.get(change.processId);
    const thread = this.#threads.get(change.threadId);
    const author = thread?.process === caller ? thread : caller?.leader;
    if (!caller) this.#unknown++;
    if (change.childThreadId !== change.childProcessId) {
      const process = this.#processes.get(change.childProcessId);
      this.#vacate(change.childThreadId, process);
      if (process) this.#addThread(process, newThreadOf(change, author));
      return;
    }
    const existing = this.#processes.get(change.childProcessId);
    // A snapshot read before this change came through has it already, and newer.
    if (
      existing && change.startClockNs > 0 && existing.startClockNs > 0 &&
      isSameStart(existing.startClockNs, change.startClockNs)
    ) return;
    this.#vacate(change.childThreadId, undefined);
    const child = this.#insert(change.childProcessId, originOfChild(change, author), caller);
    const { child: told } = change;
    if (told) this.#join(child, withVirtualPid(told.membership, change.childVirtualPid));
    // Whoever waits for a parent of this id waits for an earlier one, whose end was lost.
    this.#family.bereave(child.id, 0);
    this.#family.setParent(child, change.childParentId || change.processId);
  }

  #exit(change: Change<"exit">, clockNs: number): void {
    this.#ended.push(change);
    const process = this.#processes.get(change.processId);
    if (!process) this.#unknown++;
    if (!change.last) return;
    if (process) process.exited = true;
    this.#ends.remember(change.processId, clockNs);
  }

  #admit(snapshot: ProcessSnapshot): ProcessRecord {
    this.#vacate(snapshot.processId, undefined);
    const { cgroup } = snapshot.membership;
    // Nobody could tell: it is where its parent is, most likely.
    const containerId = cgroup === ""
      ? this.#processes.get(snapshot.parentId)?.containerId ?? HOST_ID
      : this.#containerIdOf(cgroup);
    const process = this.#insert(snapshot.processId, { ...originOf(snapshot), containerId });
    this.#family.adopt(process);
    this.#family.setParent(process, snapshot.parentId);
    return process;
  }

  #insert(id: number, origin: Origin, parent?: ProcessRecord): ProcessRecord {
    const process = new ProcessRecord(id, origin, this.#changes);
    this.#kept.add(process, parent);
    this.#texts.add(origin.image, origin.cwd, parent);
    const { cgroup } = origin.membership;
    if (cgroup !== parent?.membership.cgroup) this.#texts.addPath(cgroup);
    this.#inits.note(process);
    return process;
  }

  #join(process: ProcessRecord, membership: ProcessSnapshot["membership"]): void {
    const moved = membership.cgroup !== process.membership.cgroup;
    process.membership = membership;
    if (moved && membership.cgroup !== "") {
      process.containerId = this.#containerIdOf(membership.cgroup);
    }
    if (moved) this.#texts.addPath(membership.cgroup);
    this.#inits.note(process);
  }

  #addThread(process: ProcessRecord, found: NewThread): void {
    const { ownImage } = this.#kept.addThread(process, found);
    if (ownImage !== undefined && ownImage === found.image) this.#texts.addImage(ownImage);
  }

  /** Makes an id free that the kernel has given to somebody else: its last bearer's end was lost. */
  #vacate(id: number, owner: ProcessRecord | undefined): void {
    const thread = this.#threads.get(id);
    if (thread && thread.process !== owner) this.#drop(thread);
    const process = this.#processes.get(id);
    if (!process || process === owner) return;
    this.#repaired++;
    this.#remove(process, 0);
  }

  /** A stale thread; with it the process whose main thread it was. */
  #drop(thread: ThreadRecord): void {
    this.#repaired++;
    if (thread === thread.process.leader) this.#remove(thread.process, 0);
    else this.#kept.removeThread(thread);
  }

  /** The process ended. */
  #remove(process: ProcessRecord, reaperId: number): void {
    this.#family.disband(process, reaperId);
    this.#kept.remove(process);
    this.#inits.forget(process);
  }
}
