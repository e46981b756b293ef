/** What a capture says before its events: the machine, its users, its processes and what they have open. */

/** Starts the file, and again where captures were joined: what was known before does not hold any more. */
export interface ScapSection {
  readonly kind: "section";
  readonly majorVersion: number;
  readonly minorVersion: number;
}

export interface ScapMachine {
  readonly kind: "machine";
  readonly cpuCount: number;
  readonly memoryBytes: bigint;
  readonly maxPid: bigint;
  readonly hostname: string;
  /** Nanoseconds since the Unix epoch; 0 when unknown. */
  readonly bootTimeNs: bigint;
  readonly flags: bigint;
}

export interface ScapInterface {
  readonly kind: "interface";
  readonly name: string;
  /** 4 or 16 bytes, as are the two that follow. */
  readonly address: Uint8Array;
  readonly netmask: Uint8Array;
  readonly broadcast: Uint8Array;
  /** 0 when unknown. */
  readonly linkSpeed: bigint;
}

export interface ScapUser {
  readonly kind: "user";
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

export interface ScapGroup {
  readonly kind: "group";
  readonly gid: number;
  readonly name: string;
}

/** A thread that was there when the capture began. Ids are -1 where the file is too old to have them. */
export interface ScapProcess {
  readonly kind: "process";
  readonly threadId: number;
  readonly processId: number;
  readonly parentId: number;
  readonly sessionId: number;
  readonly processGroupId: number;
  readonly virtualThreadId: number;
  readonly virtualProcessId: number;
  readonly virtualProcessGroupId: number;
  readonly comm: string;
  /** argv[0]. */
  readonly exe: string;
  readonly exePath: string;
  /** argv[1…]. */
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** Of the chroot; "" when unknown. */
  readonly root: string;
  /** `subsystem=path`. */
  readonly cgroups: readonly string[];
  readonly fdLimit: bigint;
  /** In the encoding of the flag table "clone_flags". */
  readonly flags: number;
  readonly uid: number;
  readonly gid: number;
  /** 4294967295 when unset. */
  readonly loginUid: number;
  readonly vmSizeKb: number;
  readonly vmResidentKb: number;
  readonly vmSwapKb: number;
  readonly majorFaults: bigint;
  readonly minorFaults: bigint;
  /** Nanoseconds since the Unix epoch at which the pid namespace's first process began; 0 when unknown. */
  readonly pidNamespaceStartNs: bigint;
  readonly tty: number;
  readonly capInheritable: bigint;
  readonly capPermitted: bigint;
  readonly capEffective: bigint;
  readonly exeWritable: boolean;
  readonly exeOnOverlayUpper: boolean;
  readonly exeOnOverlayLower: boolean;
  readonly exeFromMemfd: boolean;
  readonly exeInode: bigint;
  /** Epoch nanoseconds. */
  readonly exeCtimeNs: bigint;
  readonly exeMtimeNs: bigint;
}

/** When a thread of the process list began, which that has no place for. */
export interface ScapStart {
  readonly kind: "start";
  readonly threadId: number;
  /** Nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
}

/** A process of which nothing is known: what a file is too old to tell, and what others build on. */
export const UNKNOWN_PROCESS: ScapProcess = Object.freeze({
  kind: "process",
  threadId: -1,
  processId: -1,
  parentId: -1,
  sessionId: -1,
  processGroupId: -1,
  virtualThreadId: -1,
  virtualProcessId: -1,
  virtualProcessGroupId: -1,
  comm: "",
  exe: "",
  exePath: "",
  args: [],
  env: [],
  cwd: "",
  root: "",
  cgroups: [],
  fdLimit: 0n,
  flags: 0,
  uid: 0,
  gid: 0,
  loginUid: 0xffffffff,
  vmSizeKb: 0,
  vmResidentKb: 0,
  vmSwapKb: 0,
  majorFaults: 0n,
  minorFaults: 0n,
  pidNamespaceStartNs: 0n,
  tty: 0,
  capInheritable: 0n,
  capPermitted: 0n,
  capEffective: 0n,
  exeWritable: false,
  exeOnOverlayUpper: false,
  exeOnOverlayLower: false,
  exeFromMemfd: false,
  exeInode: 0n,
  exeCtimeNs: 0n,
  exeMtimeNs: 0n,
});

/** Descriptors of which the file has nothing but a name. `oldFile`: a file in the form of before 2016. */
export type NamedDescriptorType =
  | "oldFile"
  | "directory"
  | "fifo"
  | "event"
  | "unsupported"
  | "signalfd"
  | "eventpoll"
  | "inotify"
  | "timerfd"
  | "netlink"
  | "bpf"
  | "userfaultfd"
  | "io_uring"
  | "memfd"
  | "pidfd";

interface DescriptorBase {
  readonly kind: "descriptor";
  /** The thread whose table it is in. */
  readonly threadId: number;
  readonly number: number;
  readonly inode: bigint;
}

/** A descriptor that was open when the capture began. Protocols: 0 unknown, 1 none, 2 TCP, 3 UDP, 4 ICMP, 5 raw. */
export type ScapDescriptor =
  & DescriptorBase
  & (
    | {
      readonly type: "ipv4" | "ipv6";
      /** 4 or 16 bytes, network order; source is who connected. */
      readonly source: Uint8Array;
      readonly destination: Uint8Array;
      readonly sourcePort: number;
      readonly destinationPort: number;
      readonly protocol: number;
    }
    | {
      /** Sockets that listen. */
      readonly type: "ipv4Server" | "ipv6Server";
      readonly address: Uint8Array;
      readonly port: number;
      readonly protocol: number;
    }
    | {
      readonly type: "unix";
      /** Kernel addresses of both ends. */
      readonly source: bigint;
      readonly destination: bigint;
      readonly path: string;
    }
    | {
      readonly type: "file";
      /** In the encoding of the flag table "file_flags". */
      readonly openFlags: number;
      readonly path: string;
      /** dev_t as the kernel packs it; 0 when unknown. */
      readonly device: number;
    }
    | { readonly type: NamedDescriptorType; readonly name: string }
  );
