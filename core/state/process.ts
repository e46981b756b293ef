/** Processes and threads as rules see them. */
import type { Credentials, Image, Membership, Sight } from "../event/mod.ts";

/** Immutable to everyone but the table; its fields change when events say so. */
export interface Process {
  /** Thread group id, in the initial pid namespace. */
  readonly id: number;
  /** 0 when there is none or it is not known. */
  readonly parentId: number;
  /** Shared with the parent until the process runs a program of its own. */
  readonly image: Image;
  /** Without a slash at the end, except for "/". */
  readonly cwd: string;
  readonly membership: Membership;
  /** The main thread's. */
  readonly credentials: Credentials;
  /** The main thread's. */
  readonly comm: string;
  /** "host", or the short id of the container it is in. */
  readonly containerId: string;
  /** When it was forked; same clock as `Event.clockNs`, 0 when unknown. */
  readonly startClockNs: number;
  /** When it last ran a new program; its start when it never did or nobody saw. */
  readonly execClockNs: number;
  /** True only while the rules look at the event of its end. */
  readonly exited: boolean;
  /** Threads that are known and alive. */
  readonly threadCount: number;
  /** Without its first, which may have ended before them. */
  readonly otherThreadCount: number;
}

export interface Thread {
  readonly id: number;
  readonly process: Process;
  /** As the thread's own pid namespace numbers it; 0 when unknown. */
  readonly virtualId: number;
  /** When it began, as with its process; the process's where nobody saw. */
  readonly startClockNs: number;
  readonly comm: string;
  /**
   * The program as it was called when the thread began: a process may change the words it was started
   * with. What threads share of it, as the environment, is the process's.
   */
  readonly image: Image;
  readonly credentials: Credentials;
  readonly sight: Sight;
}

/** Id of the container that is none. */
export const HOST_ID = "host";

/** What text is unknown prints as. */
const UNKNOWN = "<NA>";
const UNSET_ID = 0xffffffff;

/** Stands for the program of a process nobody saw start; compare by reference. */
export const UNKNOWN_IMAGE: Image = Object.freeze({
  comm: "",
  exe: UNKNOWN,
  args: Object.freeze([]),
  argsTruncated: false,
  env: Object.freeze([]),
  exePath: UNKNOWN,
  exeGiven: UNKNOWN,
  exeInode: 0n,
  exeDevice: 0,
  exeCtimeNs: 0n,
  exeMtimeNs: 0n,
  exeWritable: false,
  exeOnOverlayUpper: false,
  exeOnOverlayLower: false,
  exeFromMemfd: false,
});

/** The same where a capture has events of a thread that it does not know; Falco has less to say there. */
export const UNSEEN_IMAGE: Image = Object.freeze({ ...UNKNOWN_IMAGE, exePath: "" });

export const UNKNOWN_COMM = UNKNOWN;

export const UNKNOWN_CREDENTIALS: Credentials = Object.freeze({
  uid: UNSET_ID,
  gid: UNSET_ID,
  euid: UNSET_ID,
  egid: UNSET_ID,
  loginUid: UNSET_ID,
  capInheritable: 0n,
  capPermitted: 0n,
  capEffective: 0n,
});

export const UNKNOWN_MEMBERSHIP: Membership = Object.freeze({
  sessionId: -1,
  processGroupId: -1,
  virtualPid: 0,
  virtualSessionId: -1,
  virtualProcessGroupId: -1,
  tty: 0,
  cgroup: "",
});

/** The same object where nothing changes: who compares by reference finds it. */
export function withVirtualPid(membership: Membership, virtualPid: number): Membership {
  if (membership.virtualPid === virtualPid) return membership;
  return {
    sessionId: membership.sessionId,
    processGroupId: membership.processGroupId,
    virtualPid,
    virtualSessionId: membership.virtualSessionId,
    virtualProcessGroupId: membership.virtualProcessGroupId,
    tty: membership.tty,
    cgroup: membership.cgroup,
  };
}
