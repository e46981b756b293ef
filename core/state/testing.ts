/** Builds the values that tests of this folder need. */
import type {
  Credentials,
  Event,
  Image,
  Membership,
  ProcessSnapshot,
  StateChange,
} from "../event/mod.ts";
import { ProcessTable } from "./process_table.ts";

export function credentials(uid: number): Credentials {
  return {
    uid,
    gid: uid,
    euid: uid,
    egid: uid,
    loginUid: 0xffffffff,
    capInheritable: 0n,
    capPermitted: 0n,
    capEffective: 0n,
  };
}

export function membership(id: number, more: Partial<Membership> = {}): Membership {
  return {
    sessionId: 1,
    processGroupId: 1,
    virtualPid: id,
    virtualSessionId: 1,
    virtualProcessGroupId: 1,
    tty: 0,
    cgroup: "/",
    ...more,
  };
}

export function image(exe: string): Image {
  return {
    comm: exe,
    exe,
    args: [],
    argsTruncated: false,
    env: [],
    exePath: `/bin/${exe}`,
    exeGiven: exe,
    exeInode: 1n,
    exeDevice: 1,
    exeCtimeNs: 0n,
    exeMtimeNs: 0n,
    exeWritable: false,
    exeOnOverlayUpper: false,
    exeOnOverlayLower: false,
    exeFromMemfd: false,
  };
}

export function snapshot(id: number, more: Partial<ProcessSnapshot> = {}): ProcessSnapshot {
  const comm = more.comm ?? `p${id}`;
  return {
    threadId: id,
    processId: id,
    parentId: 0,
    comm,
    credentials: credentials(0),
    membership: membership(id),
    image: image(comm),
    cwd: "/",
    startClockNs: id * SECOND,
    ...more,
  };
}

export const SECOND = 1_000_000_000;

export function fork(parent: number, child: number, startClockNs = child * SECOND): StateChange {
  return {
    kind: "fork",
    threadId: parent,
    processId: parent,
    childThreadId: child,
    childProcessId: child,
    childParentId: parent,
    childVirtualPid: child,
    childVirtualTid: child,
    startClockNs,
  };
}

/** A new thread of `process`. */
export function spawn(process: number, thread: number): StateChange {
  return {
    kind: "fork",
    threadId: process,
    processId: process,
    childThreadId: thread,
    childProcessId: process,
    childParentId: 1,
    childVirtualPid: process,
    childVirtualTid: thread,
    startClockNs: thread * SECOND,
  };
}

export function exec(id: number, comm: string, more: Partial<ProcessSnapshot> = {}): StateChange {
  return { kind: "exec", ...snapshot(id, { comm, ...more }) };
}

export function exit(process: number, reaperId = 1): StateChange {
  return { kind: "exit", threadId: process, processId: process, last: true, exitCode: 0, reaperId };
}

export function exitThread(process: number, thread: number): StateChange {
  return {
    kind: "exit",
    threadId: thread,
    processId: process,
    last: false,
    exitCode: 0,
    reaperId: 0,
  };
}

export function event(threadId: number, more: Partial<Event> = {}): Event {
  return {
    source: "syscall",
    number: 1,
    type: 307,
    timeNs: 0n,
    clockNs: 0,
    cpu: 0,
    threadId,
    processId: threadId,
    result: 0,
    compat: false,
    change: undefined,
    descriptor: undefined,
    hasResolvedView: false,
    param: () => undefined,
    ...more,
  };
}

/** init (1) ─ shell (100) */
export function table(capacity?: number): ProcessTable {
  const processes = new ProcessTable({
    ...capacity !== undefined && { capacity },
    containerIdOf: (cgroup) => cgroup.startsWith("/docker/") ? cgroup.slice(8, 20) : "host",
  });
  processes.seed([snapshot(1, { comm: "init" }), snapshot(100, { comm: "sh", parentId: 1 })]);
  return processes;
}

export function parentId(processes: ProcessTable, id: number): number | undefined {
  const process = processes.process(id);
  return process && processes.parent(process)?.id;
}
