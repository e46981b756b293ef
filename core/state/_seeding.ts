/** Processes as somebody found them, in /proc or through an iterator, beside what events tell. */
import type { ProcessSnapshot } from "../event/mod.ts";
import { isEarlier, isId, isPlaceholder, isUnseen } from "./_origin.ts";
import { isCutOf } from "./image_texts.ts";
import type { RecentEnds } from "./_recent_ends.ts";
import type { NewThread, ProcessRecord, ThreadRecord } from "./_records.ts";

/** What a table has, and does for whoever seeds it. */
export interface Seedbed {
  readonly processes: ReadonlyMap<number, ProcessRecord>;
  readonly threads: ReadonlyMap<number, ThreadRecord>;
  readonly ends: RecentEnds;
  /** Takes a process in, in the place of any other of its id. */
  admit(snapshot: ProcessSnapshot): void;
  /** Makes an id free that is `owner`'s from here on. */
  vacate(id: number, owner: ProcessRecord): void;
  addThread(process: ProcessRecord, thread: NewThread): void;
  join(process: ProcessRecord, membership: ProcessSnapshot["membership"]): void;
  setParent(process: ProcessRecord, parentId: number): void;
  /** It has got texts that nobody shares yet. */
  added(process: ProcessRecord): void;
}

/** Of one that events have told of, only what they left open is taken. */
export function seedProcess(snapshot: ProcessSnapshot, bed: Seedbed): void {
  const { processId, threadId } = snapshot;
  if (!isId(processId) || !isId(threadId)) return;
  if (bed.ends.includes(processId, snapshot.startClockNs)) return;
  const process = bed.processes.get(processId);
  if (!process || isEarlier(process.startClockNs, snapshot.startClockNs)) bed.admit(snapshot);
  else if (isPlaceholder(process.image)) fill(process, snapshot, bed);
  if (threadId === processId || bed.threads.has(threadId)) return;
  const owner = bed.processes.get(processId);
  if (owner) bed.addThread(owner, foundThread(snapshot));
}

/**
 * Here the snapshot is right about whose thread it is, whatever was told before. Of a process that
 * another thread was told of, when nobody knew what runs in it, the main thread tells more.
 */
export function takeThread(snapshot: ProcessSnapshot, bed: Seedbed): void {
  const { processId, threadId } = snapshot;
  if (!isId(processId) || !isId(threadId)) return;
  const known = bed.processes.get(processId);
  if (!known) bed.admit(snapshot);
  else if (isPlaceholder(known.image) || threadId === processId && isUnseen(known.image)) {
    fill(known, snapshot, bed);
  }
  const process = bed.processes.get(processId);
  if (!process) return;
  const thread = bed.threads.get(threadId);
  if (thread?.process === process) {
    keepLess(thread, snapshot.image);
    return;
  }
  bed.vacate(threadId, process);
  bed.addThread(process, foundThread(snapshot));
}

/** Whoever tells of a thread has cut its texts: they are kept by nobody when they are not kept here. */
function keepLess(thread: ThreadRecord, image: ProcessSnapshot["image"]): void {
  const { process } = thread;
  const holder = thread === process.leader ? process : thread;
  const { ownImage } = holder;
  if (ownImage === undefined || ownImage === image || !isCutOf(image, ownImage)) return;
  holder.keepTexts(image, (path) => path);
}

function foundThread(snapshot: ProcessSnapshot): NewThread {
  const { threadId, comm, image, credentials, startClockNs } = snapshot;
  const { virtualThreadId: virtualId } = snapshot;
  const thread = { threadId, comm, image, credentials, startClockNs };
  return virtualId === undefined ? thread : { ...thread, virtualId };
}

/** A process that was only known by its id gets everything else. */
function fill(process: ProcessRecord, snapshot: ProcessSnapshot, bed: Seedbed): void {
  process.image = snapshot.image;
  process.cwd = snapshot.cwd;
  bed.added(process);
  process.startClockNs ||= snapshot.startClockNs;
  process.leader.comm = snapshot.comm;
  process.leader.credentials = snapshot.credentials;
  bed.join(process, snapshot.membership);
  if (!process.parent) bed.setParent(process, snapshot.parentId);
}
