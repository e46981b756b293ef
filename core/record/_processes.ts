/** Processes as a capture tells of them: in its list, by the clone that made them, by their exec. */
import { encodeExecFlags } from "../event/mod.ts";
import { type ScapProcess, UNKNOWN_PROCESS } from "../scap/mod.ts";
import { cgroupTexts, containerOf, HOST_ID, type Process, type Thread } from "../state/mod.ts";
import type { NamedValues } from "./_params.ts";

/** Flag table "clone_flags". */
const CLONE_FILES = 1, CLONE_THREAD = 0x2000, CHILD_IN_PIDNS = 0x20000000;
/**
 * Threads have their process's descriptors. Some may not, but nobody is told; libs' scan of /proc
 * takes it for granted, too, and gives those without CLONE_FILES descriptors of their own.
 */
const THREAD_FLAGS = CLONE_THREAD | CLONE_FILES;

/**
 * Some cgroups look like a container's and are known to be none, because falcod is in there itself
 * (`containerOf`). Whoever replays cannot know that.
 */
export function cgroupOf({ containerId, membership: { cgroup } }: Process): string {
  return containerId === HOST_ID && containerOf(cgroup) ? "/" : cgroup;
}

export function listedProcess(thread: Thread, pidNamespaceStartNs: bigint): ScapProcess {
  const { process, credentials } = thread;
  const { image, membership } = process;
  return {
    ...UNKNOWN_PROCESS,
    threadId: thread.id,
    processId: process.id,
    parentId: process.parentId,
    sessionId: membership.sessionId,
    processGroupId: membership.processGroupId,
    virtualThreadId: thread.virtualId || thread.id,
    virtualProcessId: membership.virtualPid || process.id,
    virtualProcessGroupId: membership.virtualProcessGroupId,
    comm: thread.comm,
    exe: image.exe,
    exePath: image.exePath,
    args: image.args,
    env: image.env,
    cwd: process.cwd,
    root: "/",
    cgroups: cgroupTexts(cgroupOf(process)),
    flags: thread.id === process.id ? 0 : THREAD_FLAGS,
    uid: credentials.euid,
    gid: credentials.egid,
    loginUid: credentials.loginUid,
    tty: membership.tty,
    capInheritable: credentials.capInheritable,
    capPermitted: credentials.capPermitted,
    capEffective: credentials.capEffective,
    exeWritable: image.exeWritable,
    exeOnOverlayUpper: image.exeOnOverlayUpper,
    exeOnOverlayLower: image.exeOnOverlayLower,
    exeFromMemfd: image.exeFromMemfd,
    exeInode: image.exeInode,
    exeCtimeNs: image.exeCtimeNs,
    exeMtimeNs: image.exeMtimeNs,
    pidNamespaceStartNs,
  };
}

/** The clone that returns in a thread that is new. */
export function cloneValues(
  thread: Thread,
  { descriptorLimit, namespaceStartClockNs }: {
    readonly descriptorLimit: number;
    /** Of its pid namespace, on the clock of events; 0 when unknown. */
    readonly namespaceStartClockNs: number;
  },
): NamedValues {
  const { process } = thread;
  const { membership } = process;
  const vpid = membership.virtualPid || process.id;
  const vtid = thread.virtualId || thread.id;
  const isThread = thread.id !== process.id;
  return {
    ...callerValues(thread),
    res: 0,
    fdlimit: descriptorLimit,
    flags: (isThread ? THREAD_FLAGS : 0) | (vtid === thread.id ? 0 : CHILD_IN_PIDNS),
    vtid,
    vpid,
    // Absent rather than 0, which would be when the machine began.
    ...namespaceStartClockNs > 0 && {
      pidns_init_start_ts: BigInt(Math.round(namespaceStartClockNs)),
    },
  };
}

/** The exec that made its process what it is. */
export function execValues(thread: Thread, descriptorLimit: number): NamedValues {
  const { process, credentials } = thread;
  const { image, membership } = process;
  return {
    ...callerValues(thread),
    res: 0,
    fdlimit: descriptorLimit,
    env: image.env,
    tty: membership.tty,
    vpgid: membership.virtualProcessGroupId,
    loginuid: credentials.loginUid,
    flags: encodeExecFlags(image),
    cap_inheritable: credentials.capInheritable,
    cap_permitted: credentials.capPermitted,
    cap_effective: credentials.capEffective,
    exe_ino: image.exeInode,
    exe_ino_ctime: image.exeCtimeNs,
    exe_ino_mtime: image.exeMtimeNs,
    trusted_exepath: image.exePath,
    pgid: membership.processGroupId,
    filename: image.exeGiven,
  };
}

function callerValues({ id, process, comm, credentials }: Thread): NamedValues {
  const { image } = process;
  return {
    exe: image.exe,
    args: image.args,
    tid: id,
    pid: process.id,
    ptid: process.parentId,
    cwd: process.cwd,
    comm,
    cgroups: cgroupOf(process),
    uid: credentials.euid,
    gid: credentials.egid,
  };
}
