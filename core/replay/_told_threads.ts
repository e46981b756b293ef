/** What the process table has been told of threads. */
import type { ProcessSnapshot, StateChange } from "../event/mod.ts";
import type { ReplayProcess, ReplayThread, Threads } from "./threads.ts";

interface TableSink {
  change(change: StateChange, clockNs: number): void;
}

/**
 * The process table mends what events contradict that it gets to see, and which those are depends on the
 * rules. So it is told whose threads are whose by the follower, who knows of all events: a thread that
 * the table does not have as one of its process, or may have lost, is told again before its next event
 * counts (`ReplayThread.isTold`).
 */
export class ToldThreads {
  readonly #threads: Threads;
  readonly #sink: TableSink;

  constructor(threads: Threads, sink: TableSink) {
    this.#threads = threads;
    this.#sink = sink;
  }

  tell(thread: ReplayThread): void {
    const { id, process } = thread;
    this.#displace(id, process);
    if (!thread.isLeader) this.#displace(process.id, process);
    thread.isTold = true;
    const snapshot = thread.snapshot();
    if (thread.isLeader || thread.main) this.#sink.change({ kind: "thread", ...snapshot }, 0);
    else this.#tellAlone(thread, snapshot);
    if (thread === thread.main) this.#tellAnew(process);
  }

  /** The table may think that they run what their process runs, of which nothing had been seen. */
  #tellAnew({ id: processId, others }: ReplayProcess): void {
    for (const other of others ?? []) {
      if (!other.isToldAlone) continue;
      other.isToldAlone = false;
      if (!other.isTold) continue;
      this.#end(other.id, processId, false);
      this.tell(other);
    }
  }

  /** Nobody knows its main thread: the table gets a process of which nothing was seen, with the thread in it. */
  #tellAlone(thread: ReplayThread, snapshot: ProcessSnapshot): void {
    const { processId, parentId } = snapshot;
    thread.isToldAlone = true;
    this.#sink.change({ kind: "thread", ...snapshot, threadId: processId }, 0);
    const { comm, image, credentials, membership, virtualId, startClockNs } = thread;
    this.#sink.change({
      kind: "fork",
      threadId: processId,
      processId,
      childThreadId: thread.id,
      childProcessId: processId,
      childParentId: parentId,
      childVirtualPid: membership.virtualPid,
      childVirtualTid: virtualId,
      startClockNs,
      child: { comm, image, credentials, membership, cwd: snapshot.cwd },
    }, 0);
  }

  /** A new one; the table is told of it later. */
  add(thread: ReplayThread): void {
    const oldest = this.#threads.add(thread);
    if (oldest) this.end(oldest.id, oldest.process);
  }

  /** A thread is no more one of a process, which goes with its last. */
  end(threadId: number, { id: processId, threadCount }: ReplayProcess): void {
    this.#end(threadId, processId, threadCount <= 0);
  }

  /** An id is given to another: whoever had it has ended, though nobody saw it. */
  vacate(id: number): void {
    const thread = this.#threads.get(id);
    const process = this.#threads.knownProcess(id);
    if (thread) this.#threads.remove(id);
    if (thread && thread.process !== process) this.end(id, thread.process);
    if (!process) return;
    // The table lets its other threads go as well; here they are those of whoever has the id now.
    untell(process);
    this.#end(id, id, true);
  }

  /** What was known was another machine's, or of another time. */
  clear(): void {
    for (const { id, process } of this.#threads) this.#end(id, process.id, true);
    this.#threads.clear();
  }

  #end(threadId: number, processId: number, last: boolean): void {
    this.#sink.change(
      { kind: "exit", threadId, processId, last, exitCode: 0, reaperId: 0 },
      BEFORE_ANY_START,
    );
  }

  /** Where the table gives an id to one process, it takes it from all others. */
  #displace(id: number, owner: ReplayProcess): void {
    const thread = this.#threads.get(id);
    if (thread && thread.process !== owner) thread.isTold = false;
    const process = this.#threads.knownProcess(id);
    if (process && process !== owner) untell(process);
  }
}

/** Ends of processes that do not stand in the way of others of the same id. */
const BEFORE_ANY_START = -1;

function untell({ leader, others }: ReplayProcess): void {
  if (leader) leader.isTold = false;
  for (const other of others ?? []) other.isTold = false;
}
