/**
 * Parameters that say something about the process. Live capture does not send them with each event:
 * the process table knows them.
 */
import { encodeExecFlags, type Event, eventType, type ParamValue } from "../event/mod.ts";
import { cgroupTexts, type Process, type State, type Thread } from "../state/mod.ts";

type Read = (process: Process, thread: Thread) => ParamValue;
type Reads = Readonly<Record<string, Read>>;

const CAPABILITIES: Reads = {
  cap_inheritable: (_process, { credentials }) => credentials.capInheritable,
  cap_permitted: (_process, { credentials }) => credentials.capPermitted,
  cap_effective: (_process, { credentials }) => credentials.capEffective,
};

const CALLER: Reads = {
  ptid: ({ parentId }) => parentId,
  cwd: ({ cwd }) => cwd,
  comm: (_process, { comm }) => comm,
  cgroups: ({ membership }) => cgroupTexts(membership.cgroup),
  uid: (_process, { credentials }) => credentials.euid,
  gid: (_process, { credentials }) => credentials.egid,
};

const FORK: Reads = {
  ...CALLER,
  exe: ({ image }) => image.exe,
  args: ({ image }) => image.args,
  vtid: (_process, { virtualId }) => virtualId || undefined,
  vpid: ({ membership }) => membership.virtualPid,
};

/** A program that did not start left nothing but the one that tried, and what that is made of. */
const FAILED_EXEC: Reads = {
  ...CALLER,
  ...CAPABILITIES,
  flags: ({ image }) => encodeExecFlags(image),
  exe_ino: ({ image }) => image.exeInode,
  exe_ino_ctime: ({ image }) => image.exeCtimeNs,
  exe_ino_mtime: ({ image }) => image.exeMtimeNs,
  trusted_exepath: ({ image }) => image.exePath,
  tty: ({ membership }) => membership.tty,
  vpgid: ({ membership }) => membership.virtualProcessGroupId,
  pgid: ({ membership }) => membership.processGroupId,
  loginuid: (_process, { credentials }) => credentials.loginUid,
};

const BY_TYPE: Readonly<Record<string, Reads>> = {
  fork: FORK,
  vfork: FORK,
  clone: FORK,
  clone3: FORK,
  execve: FAILED_EXEC,
  execveat: FAILED_EXEC,
  capset: CAPABILITIES,
};

/** A parameter as the source sent it, or as the process table knows it. */
export function knownParam(event: Event, state: State, index: number): ParamValue {
  const value = event.param(index);
  return value !== undefined || event.selfContained ? value : paramInTable(event, state, index);
}

function paramInTable(event: Event, state: State, index: number): ParamValue {
  const type = eventType(event.type);
  if (type === undefined || !Object.hasOwn(BY_TYPE, type.name)) return undefined;
  const reads = BY_TYPE[type.name]!;
  const name = type.params[index]?.name;
  const { thread } = state;
  if (thread === undefined || name === undefined || !Object.hasOwn(reads, name)) return undefined;
  return reads[name]!(thread.process, thread);
}
