/** Processes and threads: forked, turned into other programs, ended. */
import { type Credentials, eventType, type Image } from "../event/mod.ts";
import { UNKNOWN_CREDENTIALS, UNSEEN_IMAGE, withVirtualPid } from "../state/mod.ts";
import { exec, rememberExec, rememberExecveat } from "./_follow_exec.ts";
import {
  ARGS,
  CGROUPS,
  COMM,
  EXE,
  LIMIT,
  moveToProcess,
  PARENT_ID,
  PROCESS_ID,
  useEvent,
  withCgroup,
} from "./_process_params.ts";
import { SAME_CLONE_NS } from "./_recent_ends.ts";
import {
  type Follower,
  type Handler,
  type Handlers,
  type ThreadMaker,
  UNKNOWN_DIRECTORY,
} from "./follower.ts";
import type { ReplayEvent } from "./replay_event.ts";
import { plainDirectory, ReplayThread } from "./threads.ts";

/** Flag table "clone_flags". */
const CLONE_NEWPID = 0x40, CLONE_PARENT = 0x100, CLONE_THREAD = 0x2000;
const CLONE_VFORK = 0x8000000, CHILD_IN_PIDNS = 0x20000000;
/** Of clone alone. */
const CLONE_FLAGS = 15,
  UID = 16,
  GID = 17,
  VIRTUAL_TID = 18,
  VIRTUAL_PID = 19,
  NAMESPACE_START = 20;

/** Both who called and who was made return from the same call; whoever is first tells of the child. */
const clone: ThreadMaker = (event, thread, follower) => {
  const result = event.scap.paramSigned(0) ?? 0;
  if (result < 0) {
    event.thread = thread;
  } else if (result === 0) {
    cloneInChild(event, thread, follower);
  } else {
    cloneInCaller(event, thread ?? follower.meet(event.threadId), result, follower);
  }
};

function cloneInCaller(
  event: ReplayEvent,
  caller: ReplayThread | undefined,
  childId: number,
  follower: Follower,
): void {
  const { scap } = event;
  event.thread = caller;
  if (!caller) return;
  const isKnown = caller.isKnown;
  if (!isKnown) completeCaller(event, caller, follower);
  const flags = scap.paramUnsigned(CLONE_FLAGS) ?? 0;
  const existing = follower.threads.get(childId);
  const isSettled = existing?.isInverted === true ||
    follower.endedLately(childId, caller.id, event.clockNs);
  if (tellsOfItself(event, caller, flags) || isSettled) {
    if (isKnown) return;
    // An image of its own: the caller is known from here on, though not what it runs.
    caller.image = { ...caller.image };
    follower.told.tell(caller);
    return;
  }
  const isThread = (flags & CLONE_THREAD) !== 0;
  const child = makeChild(event, follower, {
    id: childId,
    processId: isThread ? caller.process.id : childId,
    from: isKnown ? caller : undefined,
    isThread,
  });
  child.virtualId = childId;
  child.settleParent(isThread ? caller.parentId : caller.id);
  child.namespaceStartNs = follower.bootTimeNs;
  child.membership = withVirtualPid(child.membership, child.process.id);
  if (!isKnown) {
    caller.comm = child.comm;
    const { exe, args } = child.image;
    caller.image = { ...caller.image, comm: child.comm, exe, args };
    follower.told.tell(caller);
  }
  addChild(event, child, { callerId: caller.id, callerProcess: caller.process.id }, follower);
}

/** Whether the child is left to the event of its own. */
function tellsOfItself({ scap }: ReplayEvent, caller: ReplayThread, flags: number): boolean {
  // In another namespace the number that was returned is another one, too.
  if ((flags & (CHILD_IN_PIDNS | CLONE_NEWPID | CLONE_PARENT)) !== 0) return true;
  if (caller.isInNamespace) return true;
  // The caller sleeps until the child has called exec or is gone: nothing new can come from it.
  return (flags & CLONE_VFORK) !== 0 || eventType(scap.type)?.name === "vfork";
}

/** Of a caller that nobody had heard of the event tells at least whose thread it is. */
function completeCaller(event: ReplayEvent, caller: ReplayThread, follower: Follower): void {
  const { scap } = event;
  caller.isKnown = true;
  moveToProcess(caller, scap.paramSigned(PROCESS_ID) ?? caller.id, follower);
  // Falco asks the main thread.
  if (!caller.process.leader) caller.process.cwd = UNKNOWN_DIRECTORY;
  else if (caller.isLeader) caller.process.cwd = "";
  caller.settleParent(scap.paramSigned(PARENT_ID) ?? 0);
  const hasVirtual = scap.paramLength(VIRTUAL_PID) > 0;
  caller.virtualId = hasVirtual ? scap.paramSigned(VIRTUAL_TID) ?? 0 : caller.id;
  const virtualPid = hasVirtual ? scap.paramSigned(VIRTUAL_PID) ?? 0 : 0;
  caller.membership = withVirtualPid(caller.membership, virtualPid);
}

function cloneInChild(
  event: ReplayEvent,
  thread: ReplayThread | undefined,
  follower: Follower,
): void {
  const { scap, threadId } = event;
  event.thread = thread;
  const isSettled = thread !== undefined && thread.startClockNs !== 0 &&
    event.clockNs - thread.startClockNs < SAME_CLONE_NS;
  if (isSettled) return;
  const flags = scap.paramUnsigned(CLONE_FLAGS) ?? 0;
  const isThread = (flags & CLONE_THREAD) !== 0;
  const parentId = scap.paramSigned(PARENT_ID) ?? 0;
  const told = scap.paramSigned(PROCESS_ID) ?? 0;
  const processId = told > 0 ? told : threadId;
  const lookupId = isThread ? processId : parentId;
  const origin = follower.threads.get(lookupId) ?? follower.meet(lookupId);
  const from = origin?.isKnown ? origin : undefined;
  const child = makeChild(event, follower, { id: threadId, processId, from, isThread });
  child.isInverted = true;
  child.settleParent(parentId);
  const hasVirtual = scap.paramLength(VIRTUAL_PID) > 0;
  child.virtualId = hasVirtual ? scap.paramSigned(VIRTUAL_TID) ?? threadId : threadId;
  const virtualPid = hasVirtual ? scap.paramSigned(VIRTUAL_PID) ?? 0 : 0;
  child.membership = withVirtualPid(child.membership, virtualPid);
  const startNs = scap.paramWide(NAMESPACE_START);
  child.namespaceStartNs = (flags & (CHILD_IN_PIDNS | CLONE_NEWPID)) === 0 && !child.isInNamespace
    ? follower.bootTimeNs
    : startNs === undefined
    ? 0n
    : startNs + follower.bootTimeNs;
  if (origin && !origin.isKnown && isThread) {
    completeLeader(origin, child);
    follower.told.tell(origin);
  }
  const parentProcess = follower.threads.get(parentId)?.process.id ?? parentId;
  addChild(event, child, { callerId: parentId, callerProcess: parentProcess }, follower);
  event.thread = child;
}

/** A main thread that nobody had heard of, seen through one that it made. */
function completeLeader(leader: ReplayThread, child: ReplayThread): void {
  leader.isKnown = true;
  leader.process.cwd = "";
  leader.settleParent(child.makerId);
  leader.comm = child.comm;
  leader.image = child.image;
  leader.virtualId = child.membership.virtualPid;
  leader.membership = withVirtualPid(leader.membership, child.membership.virtualPid);
}

interface Birth {
  readonly id: number;
  readonly processId: number;
  /** Who made it; absent when nothing is known of them. */
  readonly from: ReplayThread | undefined;
  readonly isThread: boolean;
}

/** With what the event says itself, and the rest from whoever made it. */
function makeChild(
  event: ReplayEvent,
  follower: Follower,
  { id, processId, from, isThread }: Birth,
): ReplayThread {
  const { scap, texts } = event;
  follower.told.vacate(id);
  const child = new ReplayThread(id, follower.threads.process(processId), follower.threads);
  const exe = texts.text(scap, EXE), args = texts.list(scap, ARGS);
  child.comm = scap.paramLength(COMM) > 0 ? texts.text(scap, COMM) : exe;
  child.startClockNs = event.clockNs;
  useEvent(child, scap);
  if (id === processId) child.process.descriptorLimit = scap.paramSigned(LIMIT) ?? -1;
  const { uid, gid } = UNKNOWN_CREDENTIALS;
  child.credentials = credentialsOf(
    from?.credentials ?? UNKNOWN_CREDENTIALS,
    scap.paramUnsigned(UID) ?? uid,
    scap.paramUnsigned(GID) ?? gid,
  );
  if (scap.paramLength(CGROUPS) > 0) child.cgroups = texts.cgroups(scap, CGROUPS);
  if (from === undefined) {
    child.image = { ...UNSEEN_IMAGE, exe, args, comm: child.comm };
    return child;
  }
  child.membership = from.membership;
  child.image = imageOf(child.comm, exe, args, from);
  if (child.cgroups.length === 0) child.cgroups = from.cgroups;
  if (!isThread && child.isLeader) {
    child.process.descriptors = from.table.fork();
    texts.room -= from.table.forkBytes;
    child.process.cwd = from.process.cwd;
  }
  return child;
}

/** The same object where the ids are the same. */
function credentialsOf(from: Credentials, uid: number, gid: number): Credentials {
  if (from.uid === uid && from.euid === uid && from.gid === gid && from.egid === gid) return from;
  return { ...from, uid, euid: uid, gid, egid: gid };
}

/** The same object where it is the same program, so that what was found out about it holds. */
function imageOf(
  comm: string,
  exe: string,
  args: readonly string[],
  { image, isLeader }: ReplayThread,
): Image {
  // Falco knows the environment of main threads only, and so of what these make.
  const env = isLeader ? image.env : UNSEEN_IMAGE.env;
  const isSame = exe === image.exe && comm === image.comm && env === image.env &&
    areEqual(args, image.args);
  return isSame ? image : { ...image, comm, exe, args, env };
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a === b || a.length === b.length && a.every((text, i) => text === b[i]);
}

function addChild(
  event: ReplayEvent,
  child: ReplayThread,
  { callerId, callerProcess }: { readonly callerId: number; readonly callerProcess: number },
  follower: Follower,
): void {
  follower.told.add(child);
  child.membership = withCgroup(child.membership, child.cgroups);
  const { comm, credentials, membership, image, startClockNs } = child;
  const parent = follower.threads.get(child.parentId);
  follower.sink.change({
    kind: "fork",
    threadId: callerId,
    processId: callerProcess,
    childThreadId: child.id,
    childProcessId: child.process.id,
    childParentId: parent?.isKnown ? parent.process.id : NOBODY,
    childVirtualPid: membership.virtualPid,
    childVirtualTid: child.virtualId,
    startClockNs,
    child: { comm, credentials, membership, image, cwd: plainDirectory(child.process.cwd) },
  }, event.clockNs);
  // Of a process that the table does not have no thread is taken in: the first event of it tells more.
  child.isTold = child.isLeader;
}

/** No process has this id. */
const NOBODY = 0x7fffffff;

const REAPER = 4;

const exit: Handler = (event, thread, follower) => {
  const { scap, clockNs } = event;
  const { id: threadId, process } = thread;
  follower.threads.end(thread);
  const last = process.threadCount <= 0;
  const reaper = follower.threads.get(scap.paramSigned(REAPER) ?? 0);
  const reaperId = reaper?.isKnown && reaper !== thread ? reaper.process.id : 0;
  const exitCode = Number(scap.paramSigned(0) ?? 0);
  if (reaper?.isKnown && reaper !== thread) bequeath(thread, reaper);
  follower.rememberEnd(threadId, thread.makerId, clockNs);
  event.change = { kind: "exit", threadId, processId: process.id, last, exitCode, reaperId };
  follower.endAfterwards(thread);
};

/** Children go to the reaper; those of a main thread that others outlive may do so several times. */
function bequeath(thread: ReplayThread, reaper: ReplayThread): void {
  const { leader } = thread.process;
  if (leader === thread || leader?.heirId === thread.id) leader.heirId = reaper.id;
}

export const processHandlers: Handlers = {
  exits: { execve: exec, execveat: exec, procexit: exit },
  makers: { clone, clone3: clone, fork: clone, vfork: clone },
  enters: { execve: rememberExec, execveat: rememberExecveat },
};
