/** On whose behalf a thread acts, what it may use, and who there is. */
import type { Credentials, Membership } from "../event/mod.ts";
import { DUMP_FLAGS } from "../scap/mod.ts";
import type { Follower, Handler, Handlers } from "./follower.ts";
import type { ReplayEvent } from "./replay_event.ts";
import type { ReplayThread } from "./threads.ts";

const CLONE_NEWUSER = 0x100000;
/** Every capability there is, CAP_CHECKPOINT_RESTORE the last. */
const ALL_CAPABILITIES = (1n << 41n) - 1n;
const MAX_PROCESSORS = 4096;
/** Flag table "rlimit_resources". */
const RLIMIT_NOFILE = 7;

export function changeCredentials(
  { clockNs }: ReplayEvent,
  thread: ReplayThread,
  { sink }: Follower,
  changes: Partial<Credentials>,
): void {
  const credentials = { ...thread.credentials, ...changes };
  thread.credentials = credentials;
  const { id: threadId, process: { id: processId } } = thread;
  sink.change({ kind: "credentials", threadId, processId, credentials }, clockNs);
}

/** `index` is the parameter with the effective id, which is the one that counts. */
function setUser(index: number): Handler {
  return (event, thread, follower) => {
    const uid = event.scap.paramUnsigned(index);
    if (event.scap.paramSigned(0) !== 0 || uid === undefined) return;
    changeCredentials(event, thread, follower, { uid, euid: uid });
  };
}

function setGroup(index: number): Handler {
  return (event, thread, follower) => {
    const gid = event.scap.paramUnsigned(index);
    if (event.scap.paramSigned(0) !== 0 || gid === undefined) return;
    changeCredentials(event, thread, follower, { gid, egid: gid });
  };
}

const capset: Handler = (event, thread, follower) => {
  const { scap } = event;
  if ((scap.paramSigned(0) ?? 0) < 0) return;
  changeCredentials(event, thread, follower, {
    capInheritable: scap.paramWide(1) ?? 0n,
    capPermitted: scap.paramWide(2) ?? 0n,
    capEffective: scap.paramWide(3) ?? 0n,
  });
};

/** Whoever is in a new user namespace may do everything there. */
function newNamespace(flagsIndex: number): Handler {
  return (event, thread, follower) => {
    const { scap } = event;
    if ((scap.paramSigned(0) ?? 0) < 0) return;
    if (((scap.paramUnsigned(flagsIndex) ?? 0) & CLONE_NEWUSER) === 0) return;
    changeCredentials(event, thread, follower, {
      capInheritable: ALL_CAPABILITIES,
      capPermitted: ALL_CAPABILITIES,
      capEffective: ALL_CAPABILITIES,
    });
  };
}

const setsid: Handler = (event, thread, { sink }) => {
  const { scap } = event;
  const session = scap.paramSigned(0) ?? 0;
  if (session < 0) return;
  // Who calls it leads the session; the number is as its pid namespace has it. Falco looks for whoever
  // has that number on the machine. What a recorder tells has the machine's number.
  const isTold = (scap.flags & DUMP_FLAGS.stateOnly) !== 0;
  const sessionId = thread.isInNamespace && !isTold ? thread.process.id : session;
  const membership: Membership = {
    ...thread.membership,
    sessionId,
    virtualSessionId: session,
  };
  thread.membership = membership;
  const { id: threadId, process: { id: processId } } = thread;
  sink.change({ kind: "membership", threadId, processId, membership }, event.clockNs);
};

const setLimit: Handler = ({ scap }, thread) => {
  if ((scap.paramSigned(0) ?? 0) < 0 || scap.paramUnsigned(3) !== RLIMIT_NOFILE) return;
  const limit = scap.paramSigned(1) ?? -1;
  if (limit !== -1) thread.process.descriptorLimit = limit;
};

const setLimitOf: Handler = ({ scap }, thread, { threads }) => {
  if (scap.paramSigned(0) !== 0 || scap.paramUnsigned(6) !== RLIMIT_NOFILE) return;
  const limit = scap.paramSigned(1) ?? -1;
  const id = scap.paramSigned(5);
  if (limit === -1 || id === undefined) return;
  const subject = id === 0 ? thread : threads.get(id);
  if (subject?.isKnown) subject.process.descriptorLimit = limit;
};

const useMemory: Handler = ({ scap }, thread) => {
  thread.vmSizeKb = scap.paramUnsigned(1) ?? thread.vmSizeKb;
  if (scap.paramLength(3) === 0) return;
  thread.vmResidentKb = scap.paramUnsigned(2) ?? 0;
  thread.vmSwapKb = scap.paramUnsigned(3) ?? 0;
};

/** A processor goes on with another thread: this one has run since the last switch there. */
const switchThread: Handler = ({ scap, clockNs }, thread, { switches }) => {
  const lastNs = switches.get(scap.cpu);
  if (lastNs !== undefined || switches.size < MAX_PROCESSORS) switches.set(scap.cpu, clockNs);
  thread.ranNs = lastNs === undefined ? 0 : Math.max(0, clockNs - lastNs);
  thread.totalRanNs += thread.ranNs;
  if (scap.paramLength(5) === 0) return;
  thread.majorFaults = Number(scap.paramWide(1) ?? 0n);
  thread.minorFaults = Number(scap.paramWide(2) ?? 0n);
  const { leader } = thread.process;
  if (!leader) return;
  leader.vmSizeKb = scap.paramUnsigned(3) ?? 0;
  leader.vmResidentKb = scap.paramUnsigned(4) ?? 0;
  leader.vmSwapKb = scap.paramUnsigned(5) ?? 0;
};

/** What the kernel counted since the process information before; the first tells nothing. */
const processorInfo: Handler = ({ scap }, thread) => {
  const user = Number(scap.paramWide(0) ?? 0n), system = Number(scap.paramWide(1) ?? 0n);
  const since = (ticks: number, before: number) =>
    before === 0 ? 0 : Math.max(0, Math.min(100, ticks - before));
  thread.processorUse = {
    user: since(user, thread.userTicks),
    system: since(system, thread.systemTicks),
    total: since(user + system, thread.userTicks + thread.systemTicks),
  };
  thread.userTicks = user;
  thread.systemTicks = system;
};

export const identityHandlers: Handlers = {
  exits: {
    setuid: setUser(1),
    setreuid: setUser(2),
    setresuid: setUser(2),
    setgid: setGroup(1),
    setregid: setGroup(2),
    setresgid: setGroup(2),
    capset,
    unshare: newNamespace(1),
    setns: newNamespace(2),
    setsid,
    getrlimit: setLimit,
    setrlimit: setLimit,
    prlimit: setLimitOf,
    brk: useMemory,
    mmap: useMemory,
    mmap2: useMemory,
    munmap: useMemory,
    switch: switchThread,
    procinfo: processorInfo,
  },
};
