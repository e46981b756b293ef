/**
 * What an event does to the process table, in the words of the table and not of any source:
 * live capture and capture files both translate into these.
 */

/** User and group ids, capabilities; immutable, shared between threads until one of them changes. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly euid: number;
  readonly egid: number;
  /** Audit login uid; 4294967295 when unset. */
  readonly loginUid: number;
  /** Capability sets as 64-bit masks, linux include/uapi/linux/capability.h. */
  readonly capInheritable: bigint;
  readonly capPermitted: bigint;
  readonly capEffective: bigint;
}

/** Where a process stands in sessions, groups and namespaces. Pids are of the initial namespace unless named virtual. */
export interface Membership {
  readonly sessionId: number;
  readonly processGroupId: number;
  readonly virtualPid: number;
  readonly virtualSessionId: number;
  readonly virtualProcessGroupId: number;
  /** Controlling terminal, new_encode_dev form as in Falco's proc.tty; 0 without one. */
  readonly tty: number;
  /** Path of the process's cgroup, from the root of its hierarchy. */
  readonly cgroup: string;
}

/** The program a process runs: replaced as a whole by exec. Immutable, so it can be shared and compared by reference. */
export interface Image {
  /** Name the process got with it, at most 15 characters; "" when unknown. It may take another later. */
  readonly comm: string;
  /** argv[0]. */
  readonly exe: string;
  /** argv[1…]. */
  readonly args: readonly string[];
  /** The list was cut by the source's limit. */
  readonly argsTruncated: boolean;
  readonly env: readonly string[];
  /** Kernel's path of the executable (`proc.exepath`). */
  readonly exePath: string;
  /** Path as given to exec. */
  readonly exeGiven: string;
  readonly exeInode: bigint;
  readonly exeDevice: number;
  /** Epoch nanoseconds. */
  readonly exeCtimeNs: bigint;
  readonly exeMtimeNs: bigint;
  readonly exeWritable: boolean;
  readonly exeOnOverlayUpper: boolean;
  readonly exeOnOverlayLower: boolean;
  readonly exeFromMemfd: boolean;
}

export interface ProcessSnapshot {
  readonly threadId: number;
  readonly processId: number;
  readonly parentId: number;
  /** At most 15 characters, cut by the kernel. */
  readonly comm: string;
  readonly credentials: Credentials;
  readonly membership: Membership;
  readonly image: Image;
  readonly cwd: string;
  /** Steady clock, same as `Event.clockNs`. */
  readonly startClockNs: number;
  /** As the thread's own pid namespace numbers it; absent when unknown. */
  readonly virtualThreadId?: number;
}

/** A user or group that a source tells of; without a name it is gone. */
export type AccountChange = Account & {
  /** Of a container, whose ids have nothing to do with the host's. */
  readonly containerId?: string;
};

type Account =
  | {
    readonly kind: "user";
    readonly id: number;
    readonly user:
      | { readonly name: string; readonly home: string; readonly shell: string }
      | undefined;
  }
  | {
    readonly kind: "group";
    readonly id: number;
    readonly group: { readonly name: string } | undefined;
  };

export type StateChange =
  | ({ readonly kind: "exec" } & ProcessSnapshot)
  | ({
    /**
     * The thread is one of the process, whatever was told of them before: for sources that follow all
     * events, whoever gets to see them.
     */
    readonly kind: "thread";
  } & ProcessSnapshot)
  | {
    readonly kind: "fork";
    /** The thread that called fork/clone. */
    readonly threadId: number;
    readonly processId: number;
    readonly childThreadId: number;
    readonly childProcessId: number;
    /** Kernel's real parent of the child (differs with CLONE_PARENT). */
    readonly childParentId: number;
    readonly childVirtualPid: number;
    readonly childVirtualTid: number;
    readonly startClockNs: number;
    /** The child as the source knows it; absent: as its parent is. */
    readonly child?: Omit<ProcessSnapshot, "threadId" | "processId" | "parentId" | "startClockNs">;
  }
  | {
    readonly kind: "exit";
    readonly threadId: number;
    readonly processId: number;
    /** The last thread of its process. */
    readonly last: boolean;
    readonly exitCode: number;
    /** Who inherits the children; 0 when unknown. */
    readonly reaperId: number;
  }
  | {
    readonly kind: "credentials";
    readonly threadId: number;
    readonly processId: number;
    readonly credentials: Credentials;
  }
  | {
    readonly kind: "membership";
    readonly threadId: number;
    readonly processId: number;
    readonly membership: Membership;
  }
  | {
    readonly kind: "cwd";
    readonly threadId: number;
    readonly processId: number;
    readonly cwd: string;
  }
  | {
    /** A thread calls itself something: rules go on seeing the name that it had, its children have this. */
    readonly kind: "comm";
    readonly threadId: number;
    readonly processId: number;
    readonly comm: string;
  };
