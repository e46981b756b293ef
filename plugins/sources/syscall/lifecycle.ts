/** Lifecycle records of the probe, as changes of the process table. */
import type { Credentials, Membership, ProcessSnapshot, StateChange } from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { commAt, startedAt } from "./live_image.ts";
import { textAt, walkedPathAt, wideAt } from "./memory.ts";

const {
  CWD_RECORD,
  EXEC_RECORD,
  EXIT_RECORD,
  FORK_RECORD,
  HEADER_FLAGS,
  IDENTITY_RECORD,
  RECORD_HEADER,
  RECORD_KIND,
  TASK_FACTS,
} = layout;

/** Decodes exec, fork, exit, identity and cwd records; absent for every other kind. All of it is copied. */
export function changesOf(memory: RingMemory, at: number): readonly StateChange[] {
  switch (memory.u16[(at + RECORD_HEADER.kind) >> 1]) {
    case RECORD_KIND.exec:
      return [{ kind: "exec", ...execSnapshot(memory, at) }];
    case RECORD_KIND.fork:
      return [forkChange(memory, at)];
    case RECORD_KIND.exit:
      return [exitChange(memory, at)];
    case RECORD_KIND.identity:
      return identityChanges(memory, at);
    case RECORD_KIND.cwd:
      return [cwdChange(memory, at)];
    default:
      return [];
  }
}

function execSnapshot(memory: RingMemory, at: number): ProcessSnapshot {
  const u32 = (field: number) => memory.u32[(at + field) >> 2]!;
  const { image, cwd, cgroup } = startedAt(memory, at);
  const task = at + EXEC_RECORD.task;
  return {
    threadId: u32(RECORD_HEADER.tid),
    processId: u32(RECORD_HEADER.tgid),
    parentId: memory.u32[(task + TASK_FACTS.parentTgid) >> 2]!,
    comm: image.comm,
    credentials: credentialsAt(memory, task),
    membership: membershipAt(memory, task, cgroup),
    image,
    cwd,
    startClockNs: wideAt(memory, task + TASK_FACTS.startBootNs),
  };
}

function forkChange(memory: RingMemory, at: number): StateChange {
  const u32 = (field: number) => memory.u32[(at + field) >> 2]!;
  return {
    kind: "fork",
    threadId: u32(RECORD_HEADER.tid),
    processId: u32(RECORD_HEADER.tgid),
    childThreadId: u32(FORK_RECORD.childTid),
    childProcessId: u32(FORK_RECORD.childTgid),
    childParentId: u32(FORK_RECORD.childParentTgid),
    childVirtualPid: u32(FORK_RECORD.childVirtualPid),
    childVirtualTid: u32(FORK_RECORD.childVirtualTid),
    startClockNs: wideAt(memory, at + FORK_RECORD.childStartBootNs),
  };
}

function exitChange(memory: RingMemory, at: number): StateChange {
  const u32 = (field: number) => memory.u32[(at + field) >> 2]!;
  return {
    kind: "exit",
    threadId: u32(RECORD_HEADER.tid),
    processId: u32(RECORD_HEADER.tgid),
    last: u32(EXIT_RECORD.last) !== 0,
    exitCode: memory.i32[(at + RECORD_HEADER.result) >> 2]!,
    reaperId: u32(EXIT_RECORD.reaperTgid),
  };
}

function identityChanges(memory: RingMemory, at: number): readonly StateChange[] {
  const threadId = memory.u32[(at + RECORD_HEADER.tid) >> 2]!;
  const processId = memory.u32[(at + RECORD_HEADER.tgid) >> 2]!;
  const task = at + IDENTITY_RECORD.task;
  const cgroup = textAt(
    memory,
    at + IDENTITY_RECORD.data,
    memory.u16[(at + IDENTITY_RECORD.cgroupLength) >> 1]!,
  );
  const membership = membershipAt(memory, task, cgroup);
  const joined: StateChange = { kind: "membership", threadId, processId, membership };
  // Read while it ran: what it was about to change is told by its own record.
  if ((memory.u16[(at + RECORD_HEADER.flags) >> 1]! & HEADER_FLAGS.moved) !== 0) return [joined];
  return [
    { kind: "credentials", threadId, processId, credentials: credentialsAt(memory, task) },
    joined,
    { kind: "comm", threadId, processId, comm: commAt(memory, task) },
  ];
}

function cwdChange(memory: RingMemory, at: number): StateChange {
  const length = memory.u16[(at + CWD_RECORD.cwdLength) >> 1]!;
  return {
    kind: "cwd",
    threadId: memory.u32[(at + RECORD_HEADER.tid) >> 2]!,
    processId: memory.u32[(at + RECORD_HEADER.tgid) >> 2]!,
    cwd: walkedPathAt(memory, at + CWD_RECORD.data, { bytes: length, record: at }),
  };
}

function credentialsAt(memory: RingMemory, task: number): Credentials {
  const u32 = (field: number) => memory.u32[(task + field) >> 2]!;
  const u64 = (field: number) => memory.u64[(task + field) >> 3]!;
  return {
    uid: u32(TASK_FACTS.uid),
    gid: u32(TASK_FACTS.gid),
    euid: u32(TASK_FACTS.euid),
    egid: u32(TASK_FACTS.egid),
    loginUid: u32(TASK_FACTS.loginUid),
    capInheritable: u64(TASK_FACTS.capInheritable),
    capPermitted: u64(TASK_FACTS.capPermitted),
    capEffective: u64(TASK_FACTS.capEffective),
  };
}

function membershipAt(memory: RingMemory, task: number, cgroup: string): Membership {
  const u32 = (field: number) => memory.u32[(task + field) >> 2]!;
  return {
    sessionId: u32(TASK_FACTS.session),
    processGroupId: u32(TASK_FACTS.processGroup),
    virtualPid: u32(TASK_FACTS.virtualPid),
    virtualSessionId: u32(TASK_FACTS.virtualSession),
    virtualProcessGroupId: u32(TASK_FACTS.virtualProcessGroup),
    tty: u32(TASK_FACTS.tty),
    cgroup,
  };
}
