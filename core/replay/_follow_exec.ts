/** Programs started in a process that was there. */
import { joinPath } from "../base/mod.ts";
import { type Credentials, type Image, type Membership, withWords } from "../event/mod.ts";
import type { ScapEvent } from "../scap/mod.ts";
import { withVirtualPid } from "../state/mod.ts";
import { type Descriptor, ShownDescriptor } from "./descriptor.ts";
import { directoryName } from "./_follow_opens.ts";
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
} from "./_process_params.ts";
import type { Handler, Remember } from "./follower.ts";
import type { ReplayEvent } from "./replay_event.ts";
import { cgroupPath, NOT_CAPTURED, type Texts } from "./texts.ts";
import { plainDirectory, type ReplayThread } from "./threads.ts";

/** Flag table "execve_flags". */
const EXE_WRITABLE = 1, EXE_UPPER_LAYER = 2, EXE_FROM_MEMFD = 4, EXE_LOWER_LAYER = 8;
/** Flag table "execveat_flags". */
const AT_EMPTY_PATH = 1;
/** PPME codes. */
const EXECVEAT_ENTER = 330, EXECVE_EXIT = 293;
const DELETED = " (deleted)";

const ENV = 15, TTY = 16, VIRTUAL_GROUP = 17, LOGIN_UID = 18, EXEC_FLAGS = 19;
const CAP_INHERITABLE = 20, CAP_PERMITTED = 21, CAP_EFFECTIVE = 22;
const INODE = 23, CTIME = 24, MTIME = 25, EXEC_UID = 26, EXE_PATH = 27, GROUP = 28, EXEC_GID = 29;

export const exec: Handler = (event, thread, follower) => {
  const { scap, texts, clockNs } = event;
  if ((scap.paramSigned(0) ?? 0) < 0) return;
  follower.threads.revive(thread);
  moveToProcess(thread, scap.paramSigned(PROCESS_ID) ?? thread.process.id, follower);
  if (!thread.isKnown) {
    thread.isKnown = true;
    thread.process.cwd = "";
    thread.settleParent(scap.paramSigned(PARENT_ID) ?? 0);
    thread.virtualId = thread.id;
    thread.membership = withVirtualPid(thread.membership, thread.process.id);
  }
  const exe = texts.text(scap, EXE);
  thread.comm = scap.paramLength(COMM) > 0 ? texts.text(scap, COMM) : exe;
  thread.process.descriptorLimit = scap.paramSigned(LIMIT) ?? -1;
  useEvent(thread, scap);
  if (scap.paramLength(CGROUPS) > 0) thread.cgroups = texts.cgroups(scap, CGROUPS);
  thread.image = execImage(event, thread, exe);
  thread.membership = execMembership(event, thread);
  thread.credentials = execCredentials(event, thread);
  const { process } = thread;
  process.descriptors.retain(staysOpen);
  if (process.others) {
    for (const other of [...process.others]) {
      if (other !== thread) follower.threads.remove(other.id);
    }
  }
  const parent = follower.threads.get(thread.parentId);
  const parentId = parent?.isKnown ? parent.process.id : 0;
  event.processId = process.id;
  const { comm, credentials, membership, image, startClockNs } = thread;
  follower.sink.change({
    kind: "exec",
    threadId: thread.id,
    processId: process.id,
    parentId,
    comm,
    credentials,
    membership,
    image,
    cwd: plainDirectory(process.cwd),
    // That of its process is known to nobody else.
    startClockNs: thread.isLeader ? startClockNs : 0,
  }, clockNs);
  if (!thread.isLeader || !thread.isTold) follower.told.tell(thread);
};

function staysOpen({ closesOnExec }: Descriptor): boolean {
  return !closesOnExec;
}

function execImage(event: ReplayEvent, thread: ReplayThread, exe: string): Image {
  const { scap, texts } = event;
  const before = thread.image;
  const flags = scap.paramUnsigned(EXEC_FLAGS);
  const hasFlags = flags !== undefined;
  const hasTimes = scap.paramLength(MTIME) > 0;
  const exePath = scap.paramLength(EXE_PATH) > 0
    ? texts.text(scap, EXE_PATH)
    : pathFromEnter(event, thread) ?? before.exePath;
  const words = scap.paramLength(ENV) > 0
    ? { args: texts.words(scap, ARGS), env: texts.words(scap, ENV) }
    : undefined;
  const isLong = words !== undefined && (words.args.isLong || words.env.isLong);
  const image: Image = {
    comm: thread.comm,
    exe,
    args: isLong ? [] : texts.list(scap, ARGS),
    argsTruncated: false,
    env: isLong ? [] : words?.env.list ?? before.env,
    exePath: withoutDeleted(exePath),
    exeGiven: exe,
    exeInode: hasTimes ? scap.paramWide(INODE) ?? 0n : before.exeInode,
    exeDevice: 0,
    exeCtimeNs: hasTimes ? scap.paramWide(CTIME) ?? 0n : before.exeCtimeNs,
    exeMtimeNs: hasTimes ? scap.paramWide(MTIME) ?? 0n : before.exeMtimeNs,
    exeWritable: hasFlags ? (flags & EXE_WRITABLE) !== 0 : before.exeWritable,
    exeOnOverlayUpper: hasFlags ? (flags & EXE_UPPER_LAYER) !== 0 : before.exeOnOverlayUpper,
    exeOnOverlayLower: hasFlags ? (flags & EXE_LOWER_LAYER) !== 0 : before.exeOnOverlayLower,
    exeFromMemfd: hasFlags ? (flags & EXE_FROM_MEMFD) !== 0 : before.exeFromMemfd,
  };
  return isLong ? withWords(image, words) : image;
}

/** Old events do not tell the path of what runs; it is what the call was given. */
function pathFromEnter(event: ReplayEvent, thread: ReplayThread): string | undefined {
  const { enter } = thread;
  const { type } = event.scap;
  if (!enter) return undefined;
  if (enter.type === EXECVEAT_ENTER && (type === EXECVE_EXIT || type === EXECVEAT_ENTER + 1)) {
    const number = enter.directory ?? 0;
    const isRelative = !enter.path?.startsWith("/");
    const directory = isRelative ? directoryName(thread, number) : ".";
    const descriptor = isRelative ? thread.table.get(number) : undefined;
    if (descriptor) event.programDirectory = new ShownDescriptor(number, descriptor);
    const isEmpty = ((enter.flags ?? 0) & AT_EMPTY_PATH) !== 0;
    if (directory === "<UNKNOWN>" || !isEmpty && enter.path === NOT_CAPTURED) return NOT_CAPTURED;
    return isEmpty ? joinPath("", directory) : joinPath(directory, enter.path ?? "");
  }
  if (enter.type !== type - 1 || enter.path === undefined) return undefined;
  return enter.path === NOT_CAPTURED ? NOT_CAPTURED : joinPath(thread.process.cwd, enter.path);
}

export function withoutDeleted(path: string): string {
  return path.length > DELETED.length && path.endsWith(DELETED)
    ? path.slice(0, -DELETED.length)
    : path;
}

function execMembership({ scap }: ReplayEvent, { membership, cgroups }: ReplayThread): Membership {
  const { sessionId, virtualPid, virtualSessionId } = membership;
  return {
    sessionId,
    processGroupId: scap.paramSigned(GROUP) ?? -1,
    virtualPid,
    virtualSessionId,
    virtualProcessGroupId: scap.paramSigned(VIRTUAL_GROUP) ?? membership.virtualProcessGroupId,
    tty: scap.paramUnsigned(TTY) ?? membership.tty,
    cgroup: cgroupPath(cgroups),
  };
}

/** The same object where the event says the same. */
function execCredentials({ scap }: ReplayEvent, { credentials }: ReplayThread): Credentials {
  const { uid, gid, euid, egid, loginUid } = credentials;
  const { capInheritable, capPermitted, capEffective } = credentials;
  const tellsCapabilities = scap.paramLength(CAP_EFFECTIVE) > 0;
  const told: Credentials = {
    uid: scap.paramUnsigned(EXEC_UID) ?? uid,
    gid: scap.paramUnsigned(EXEC_GID) ?? gid,
    euid: scap.paramUnsigned(EXEC_UID) ?? euid,
    egid: scap.paramUnsigned(EXEC_GID) ?? egid,
    loginUid: scap.paramUnsigned(LOGIN_UID) ?? loginUid,
    capInheritable: tellsCapabilities ? scap.paramWide(CAP_INHERITABLE) ?? 0n : capInheritable,
    capPermitted: tellsCapabilities ? scap.paramWide(CAP_PERMITTED) ?? 0n : capPermitted,
    capEffective: tellsCapabilities ? scap.paramWide(CAP_EFFECTIVE) ?? 0n : capEffective,
  };
  return areSame(told, credentials) ? credentials : told;
}

function areSame(a: Credentials, b: Credentials): boolean {
  return a.uid === b.uid && a.gid === b.gid && a.euid === b.euid && a.egid === b.egid &&
    a.loginUid === b.loginUid && a.capInheritable === b.capInheritable &&
    a.capPermitted === b.capPermitted && a.capEffective === b.capEffective;
}

export const rememberExec: Remember = (scap: ScapEvent, texts: Texts) =>
  scap.paramLength(0) === 0 ? undefined : { type: scap.type, path: texts.text(scap, 0) };

export const rememberExecveat: Remember = (scap: ScapEvent, texts: Texts) => ({
  type: scap.type,
  directory: scap.paramSigned(0) ?? 0,
  path: texts.text(scap, 1),
  flags: scap.paramUnsigned(2) ?? 0,
});
