/** Walks up from a process. */
import type { NamespaceInits } from "./_namespace_inits.ts";
import { ProcessRecord, ThreadRecord } from "./_records.ts";
import type { Process } from "./process.ts";

type Processes = ReadonlyMap<number, ProcessRecord>;

/** How far anybody looks up; longer chains are cut. */
export const MAX_ANCESTORS = 64;

/** Marks the parent as used, so that it stays in the table as long as its descendants are looked at. */
export function parentOf(process: Process): Process | undefined {
  const parent = process instanceof ProcessRecord ? process.parent : undefined;
  if (parent) parent.used = true;
  return parent;
}

/**
 * Whether anything has changed since a tick that fields show of a thread, its process or its
 * ancestors. What is looked at stays in the table, as with `parentOf`.
 */
export function lineageChangedSince(thread: ThreadRecord, tick: number): boolean {
  if (thread.changedAt > tick) return true;
  let current: ProcessRecord | undefined = thread.process;
  for (let n = 0; current !== undefined && n <= MAX_ANCESTORS; n++, current = current.parent) {
    if (current.changedAt > tick) return true;
    current.used = true;
  }
  return false;
}

export function ancestorOf(process: Process, n: number): Process | undefined {
  if (n > MAX_ANCESTORS) return undefined;
  let current: Process | undefined = process;
  for (let step = 0; current && step < n; step++) current = parentOf(current);
  return current;
}

export function* ancestorsOf(process: Process): Generator<Process, void, void> {
  let current = parentOf(process);
  for (let n = 0; current && n < MAX_ANCESTORS; n++, current = parentOf(current)) yield current;
}

/**
 * The process that is number 1 of the namespace: an ancestor, or, of what entered from outside (docker
 * exec), the first of its container. What entered a namespace that is no container's has none.
 */
export function namespaceInitOf(inits: NamespaceInits, process: Process): Process | undefined {
  if (process.membership.virtualPid === 1) return process;
  const isOutside = seesHostNumbers(process);
  for (const ancestor of ancestorsOf(process)) {
    // Whoever made it enter was outside, and so is everybody above.
    if (!isOutside && seesHostNumbers(ancestor)) return inits.firstOf(process.containerId);
    if (ancestor.membership.virtualPid === 1) return ancestor;
  }
  return isOutside ? undefined : inits.firstOf(process.containerId);
}

/** Also one of which it is not known. */
function seesHostNumbers({ id, membership: { virtualPid } }: Process): boolean {
  return virtualPid === id || virtualPid <= 0;
}

/**
 * The process whose id is what `idOf` tells of a process, its session's or group's; when that is gone,
 * the oldest ancestor still in it.
 */
function leaderBy(
  processes: Processes,
  process: Process,
  idOf: (member: Process) => number,
): Process | undefined {
  const id = idOf(process);
  if (id < 0) return undefined;
  const leader = processes.get(id);
  // The id may have been reused by a process of another session; of a stranger nobody knows.
  if (leader && (idOf(leader) === id || idOf(leader) <= 0)) return leader;
  return oldestAncestorWith(process, id, idOf);
}

export function sessionLeaderOf(processes: Processes, process: Process): Process | undefined {
  return leaderBy(processes, process, (member) => member.membership.sessionId);
}

export function groupLeaderOf(processes: Processes, process: Process): Process | undefined {
  return leaderBy(processes, process, (member) => member.membership.processGroupId);
}

/**
 * Likewise by the number that the process itself sees, which outside of pid namespaces is the same.
 * Captures of old know no other.
 */
export function virtualGroupLeaderOf(processes: Processes, process: Process): Process | undefined {
  const { processGroupId, virtualProcessGroupId: id, virtualPid } = process.membership;
  const isOnHost = virtualPid === process.id || virtualPid === 0;
  if (!isOnHost && processGroupId > 0) return groupLeaderOf(processes, process);
  const leader = isOnHost ? processes.get(id) : undefined;
  if (leader || id < 0) return leader;
  return oldestAncestorWith(process, id, (member) => member.membership.virtualProcessGroupId);
}

/** The last ancestor, going up, that has `id`; absent when the parent has another one already. */
function oldestAncestorWith(
  process: Process,
  id: number,
  idOf: (process: Process) => number,
): Process | undefined {
  let oldest: Process | undefined;
  for (const ancestor of ancestorsOf(process)) {
    if (idOf(ancestor) !== id) break;
    oldest = ancestor;
  }
  return oldest;
}
