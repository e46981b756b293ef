/** The tables that the host which does not exist begins with. */
import {
  type ScapDescriptor,
  type ScapGroup,
  type ScapMachine,
  type ScapProcess,
  type ScapUser,
  UNKNOWN_PROCESS,
} from "../../core/scap/mod.ts";
import type { Program } from "./busy_programs.ts";

export const START_NS = 1_760_000_000_000_000_000n;
export const ALL_CAPABILITIES = 0x1ff_ffff_ffffn;
/** In a container ids count from the beginning again. */
const CONTAINED_BELOW = 2900;

export interface Task {
  readonly id: number;
  readonly parentId: number;
  readonly program: Program;
  readonly args: readonly string[];
  nextDescriptor: number;
}

export const MACHINE: ScapMachine = {
  kind: "machine",
  cpuCount: 4,
  memoryBytes: 16n << 30n,
  maxPid: 4194304n,
  hostname: "busy",
  bootTimeNs: START_NS - 10n ** 15n,
  flags: 0n,
};

export const ACCOUNTS: readonly (ScapUser | ScapGroup)[] = [
  { kind: "user", uid: 0, gid: 0, name: "root", home: "/root", shell: "/bin/bash" },
  { kind: "user", uid: 33, gid: 33, name: "www-data", home: "/var/www", shell: "/bin/false" },
  { kind: "user", uid: 1000, gid: 1000, name: "ann", home: "/home/ann", shell: "/bin/bash" },
  { kind: "group", gid: 0, name: "root" },
  { kind: "group", gid: 33, name: "www-data" },
];

export function processOf({ id, parentId, program, args }: Task): ScapProcess {
  const { comm, exe, exePath, cgroups, env, uid, contained } = program;
  const pid = virtualId(id, contained);
  return {
    ...UNKNOWN_PROCESS,
    threadId: id,
    processId: id,
    parentId,
    sessionId: id,
    processGroupId: id,
    virtualThreadId: pid,
    virtualProcessId: pid,
    virtualProcessGroupId: pid,
    comm,
    exe,
    exePath,
    args,
    env,
    cwd: "/",
    root: "/",
    cgroups,
    fdLimit: 1024n,
    uid,
    gid: uid,
    vmSizeKb: 20_000,
    vmResidentKb: 4000,
    pidNamespaceStartNs: START_NS - 10n ** 15n,
    capPermitted: uid === 0 ? ALL_CAPABILITIES : 0n,
    capEffective: uid === 0 ? ALL_CAPABILITIES : 0n,
    exeWritable: uid === 0,
    exeOnOverlayLower: contained,
    exeInode: BigInt(exe.length * 7919),
  };
}

export function openAtStart({ id: threadId, program }: Task): ScapDescriptor[] {
  const common = { kind: "descriptor", threadId, inode: 5n } as const;
  const log = `/var/log/${program.comm}.log`;
  return [
    { ...common, number: 0, type: "file", openFlags: 1, path: "/dev/null", device: 5 },
    { ...common, number: 1, type: "fifo", name: "pipe:[31337]" },
    { ...common, number: 3, type: "eventpoll", name: "[eventpoll]" },
    { ...common, number: 5, type: "file", openFlags: 2, path: log, device: 2049 },
    {
      ...common,
      number: 6,
      type: "ipv4Server",
      address: Uint8Array.of(0, 0, 0, 0),
      port: 443,
      protocol: 2,
    },
  ];
}

export function virtualId(id: number, contained: boolean): number {
  return contained ? id - CONTAINED_BELOW : id;
}
