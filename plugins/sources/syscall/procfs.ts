/**
 * Processes as /proc shows them: what was running before capture started, and threads whose start was
 * missed. Every file may vanish or be hostile while it is read: then the process is simply absent.
 */
import {
  containerOf,
  type Credentials,
  decodeUtf8,
  type Image,
  type Membership,
  type ProcessSnapshot,
  showsAllProcesses,
} from "../../../core/mod.ts";
import { splitNul } from "./nul_strings.ts";

const NS_PER_CLOCK_TICK = 10_000_000; // USER_HZ is 100 on every Linux that has an ABI
const MAX_FILE_BYTES = 64 * 1024;
const UNSET_LOGIN_UID = 4294967295;
const CAP_DAC_OVERRIDE = 1n << 1n;
/** linux v6.8 include/linux/proc_ns.h PROC_PID_INIT_INO */
const INITIAL_NAMESPACE = "pid:[4026531836]";

export interface ProcfsOptions {
  /** Mount point, "/proc". */
  readonly root: string;
  /** Read environments too; rules that use `proc.env` need them. */
  readonly environment: boolean;
  /** At most so many bytes of arguments. */
  readonly argsLimit: number;
}

/** One thread with the process it belongs to; absent when it is gone or cannot be read. */
export function readThread(threadId: number, options: ProcfsOptions): ProcessSnapshot | undefined {
  const folder = `${options.root}/${threadId}`;
  const stat = parseStat(readText(`${folder}/stat`));
  const status = parseStatus(readText(`${folder}/status`));
  const processId = Number(status.get("Tgid"));
  if (!stat || !Number.isInteger(processId)) return undefined;
  // A thread's own file tells when that thread started.
  const first = threadId === processId
    ? stat
    : parseStat(readText(`${options.root}/${processId}/stat`)) ?? stat;
  return {
    threadId,
    processId,
    parentId: stat.parentId,
    comm: stat.comm,
    credentials: readCredentials(folder, status),
    membership: readMembership(folder, stat, status),
    image: readImage(folder, stat.comm, { ...options, status }),
    cwd: readLink(`${folder}/cwd`),
    startClockNs: first.startTicks * NS_PER_CLOCK_TICK,
  };
}

/** Whether the process of this id that started then is alive: one that waits to be buried is not. */
export function isAlive(
  { id, startClockNs }: { readonly id: number; readonly startClockNs: number },
  root: string,
): boolean {
  let text: string;
  try {
    text = Deno.readTextFileSync(`${root}/${id}/stat`);
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const threads = Number(fields[17]), startedNs = Number(fields[19]) * NS_PER_CLOCK_TICK;
  // A first thread that has ended is a zombie as long as others go on.
  if ((fields[0] === "Z" || fields[0] === "X") && threads <= 1) return false;
  return startClockNs === 0 || Math.abs(startedNs - startClockNs) <= 2 * NS_PER_CLOCK_TICK;
}

/**
 * Whether falcod sees every process there, with the start that the kernel noted: it need not where `hidepid` hides
 * those of others, nor in a time namespace of its own. time_namespaces(7)
 */
export function showsEverybody(root: string): boolean {
  const showsAll = showsAllProcesses(root) ?? readLink(`${root}/self/ns/pid`) === INITIAL_NAMESPACE;
  const isMoved = /^boottime\s+(?!\s|0\s+0$)/m.test(readText(`${root}/self/timens_offsets`));
  return showsAll && !isMoved && isAlive({ id: 1, startClockNs: 0 }, root);
}

/** All processes with their threads. */
export function* readAllProcesses(options: ProcfsOptions): Generator<ProcessSnapshot> {
  for (const entry of Deno.readDirSync(options.root)) {
    if (!/^[1-9][0-9]*$/.test(entry.name)) continue;
    yield* readProcess(Number(entry.name), options);
  }
}

/**
 * A process's first thread, then the others. Those have names and ids of their own; as whom they act
 * is taken from the first, from which they differ only where a program goes out of its way.
 */
function* readProcess(processId: number, options: ProcfsOptions): Generator<ProcessSnapshot> {
  const snapshot = readThread(processId, options);
  if (!snapshot) return;
  yield snapshot;
  for (const threadId of threadsOf(processId, options.root)) {
    if (threadId === processId) continue;
    const comm = readText(`${options.root}/${processId}/task/${threadId}/comm`).replace(/\n$/, "");
    if (comm !== "") yield { ...snapshot, threadId, comm };
  }
}

/** A process, everything below it, and its ancestors (rules ask for parents' names). */
export function* readProcessTree(
  rootId: number,
  options: ProcfsOptions,
): Generator<ProcessSnapshot> {
  const seen = new Set<number>();
  const waiting = [rootId];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    yield* readProcess(id, options);
    waiting.push(...childrenOf(id, options.root));
  }
  for (
    let id = readThread(rootId, options)?.parentId ?? 0;
    id > 0 && !seen.has(id);
  ) {
    seen.add(id);
    const snapshot = readThread(id, options);
    if (!snapshot) return;
    yield snapshot;
    id = snapshot.parentId;
  }
}

function childrenOf(processId: number, root: string): number[] {
  const children: number[] = [];
  for (const threadId of threadsOf(processId, root)) {
    const text = readText(`${root}/${processId}/task/${threadId}/children`);
    for (const word of text.split(" ")) if (word !== "") children.push(Number(word));
  }
  return children.filter((id) => Number.isInteger(id) && id > 0);
}

function threadsOf(processId: number, root: string): number[] {
  try {
    return [...Deno.readDirSync(`${root}/${processId}/task`)].map((task) => Number(task.name));
  } catch {
    return [];
  }
}

interface Stat {
  readonly comm: string;
  readonly parentId: number;
  readonly processGroupId: number;
  readonly sessionId: number;
  readonly tty: number;
  readonly startTicks: number;
}

/** proc_pid_stat(5). The name may hold spaces and brackets: it ends at the last one. */
function parseStat(text: string): Stat | undefined {
  const open = text.indexOf("("), close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const rest = text.slice(close + 2).split(" ").map(Number);
  return {
    comm: text.slice(open + 1, close),
    parentId: rest[1] ?? 0,
    processGroupId: rest[2] ?? 0,
    sessionId: rest[3] ?? 0,
    tty: rest[4] ?? 0,
    startTicks: rest[19] ?? 0,
  };
}

function parseStatus(text: string): ReadonlyMap<string, string> {
  const status = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && !status.has(line.slice(0, colon))) {
      status.set(line.slice(0, colon), line.slice(colon + 1).trim());
    }
  }
  return status;
}

function readCredentials(folder: string, status: ReadonlyMap<string, string>): Credentials {
  const uids = numbers(status.get("Uid")), gids = numbers(status.get("Gid"));
  const loginUid = readText(`${folder}/loginuid`);
  return {
    uid: uids[0] ?? 0,
    euid: uids[1] ?? 0,
    gid: gids[0] ?? 0,
    egid: gids[1] ?? 0,
    loginUid: /^\d{1,10}$/.test(loginUid) ? Number(loginUid) : UNSET_LOGIN_UID,
    capInheritable: mask(status.get("CapInh")),
    capPermitted: mask(status.get("CapPrm")),
    capEffective: mask(status.get("CapEff")),
  };
}

function readMembership(
  folder: string,
  stat: Stat,
  status: ReadonlyMap<string, string>,
): Membership {
  return {
    sessionId: stat.sessionId,
    processGroupId: stat.processGroupId,
    virtualPid: numbers(status.get("NStgid")).at(-1) ?? 0,
    // Of a session begun outside of its namespace there is the number that it has there.
    virtualSessionId: numbers(status.get("NSsid")).findLast((id) => id > 0) ?? stat.sessionId,
    virtualProcessGroupId: numbers(status.get("NSpgid")).at(-1) ?? stat.processGroupId,
    tty: stat.tty,
    cgroup: readCgroup(folder),
  };
}

/**
 * Of a path that is too long Linux 6.9 and newer show the beginning, and older ones show nothing, of none of
 * the hierarchies. There the controller tells that a container's cgroup has and others below it seldom have;
 * where that has none, it tells of a cgroup above, which says nothing: the process may be in a container.
 */
function readCgroup(folder: string): string {
  const cgroup = cgroupOf(readText(`${folder}/cgroup`));
  if (cgroup !== "") return cgroup;
  const ofCpus = readText(`${folder}/cpuset`).replace(/\n$/, "");
  return containerOf(ofCpus) ? ofCpus : "";
}

/**
 * The same choice as the probe's: the unified hierarchy unless that is "/", else memory, pids, cpuset. Unknown
 * where there is no text.
 */
export function cgroupOf(text: string): string {
  if (text === "") return "";
  const paths = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (match) { for (const controller of match[1]!.split(",")) paths.set(controller, match[2]!); }
  }
  const unified = paths.get("");
  if (unified !== undefined && unified !== "/") return unified;
  return paths.get("memory") ?? paths.get("pids") ?? paths.get("cpuset") ?? unified ?? "/";
}

function readImage(
  folder: string,
  comm: string,
  { root, environment, argsLimit, status }: ProcfsOptions & {
    readonly status: ReadonlyMap<string, string>;
  },
): Image {
  // One byte more than what is kept says whether there are more.
  const bytes = readBytes(`${folder}/cmdline`, argsLimit + 1);
  const words = splitNul(decodeUtf8(bytes.subarray(0, argsLimit)));
  const exePath = readLink(`${folder}/exe`);
  let file: Deno.FileInfo | undefined;
  try {
    file = Deno.statSync(`${folder}/exe`);
  } catch {
    // kernel threads have no executable
  }
  return {
    comm,
    exe: words[0] ?? exePath,
    args: words.slice(1),
    argsTruncated: bytes.length > argsLimit,
    env: environment ? splitNul(readText(`${folder}/environ`)) : [],
    exePath,
    exeGiven: exePath,
    exeInode: BigInt(file?.ino ?? 0),
    exeDevice: kernelDevice(file?.dev ?? 0),
    exeCtimeNs: nanoseconds(file?.ctime),
    exeMtimeNs: nanoseconds(file?.mtime),
    exeWritable: file !== undefined && mayWrite(file, status, () => sharesUsers(folder, root)),
    exeOnOverlayUpper: false,
    exeOnOverlayLower: false,
    exeFromMemfd: exePath.startsWith("memfd:"),
  };
}

/** The same rules as the probe's, but for file systems that are read-only, which stat(2) does not tell. */
function mayWrite(
  { uid, gid, mode }: Deno.FileInfo,
  status: ReadonlyMap<string, string>,
  sharesOurUsers: () => boolean,
): boolean {
  // The last of four is the one that access to files goes by.
  const groups = [numbers(status.get("Gid"))[3], ...numbers(status.get("Groups"))];
  if (uid === null || gid === null || mode === null) return false;
  if (numbers(status.get("Uid"))[3] === uid) return true;
  if ((mode & (groups.includes(gid) ? 0o020 : 0o002)) !== 0) return true;
  return (mask(status.get("CapEff")) & CAP_DAC_OVERRIDE) !== 0n && sharesOurUsers();
}

/** Whether the process is in the user namespace of the machine's first one. */
function sharesUsers(folder: string, root: string): boolean {
  return readLink(`${folder}/ns/user`) === readLink(`${root}/1/ns/user`);
}

/** stat(2) packs device numbers otherwise than the kernel does inside: linux include/linux/kdev_t.h. */
function kernelDevice(statDevice: number): number {
  const major = (statDevice >>> 8) & 0xfff;
  const minor = (statDevice & 0xff) | ((statDevice >>> 12) & 0xfff00);
  return ((major << 20) | minor) >>> 0;
}

function nanoseconds(date: Date | null | undefined): bigint {
  return date ? BigInt(date.getTime()) * 1_000_000n : 0n;
}

function numbers(text: string | undefined): number[] {
  return text ? text.split(/\s+/).map(Number) : [];
}

function mask(hex: string | undefined): bigint {
  return hex && /^[0-9a-f]{1,16}$/.test(hex) ? BigInt(`0x${hex}`) : 0n;
}

/** Without the kernel's mark on deleted files; "memfd:name" as the probe names it. */
function readLink(path: string): string {
  try {
    return Deno.readLinkSync(path).replace(/ \(deleted\)$/, "").replace(/^\/memfd:/, "memfd:");
  } catch {
    return "";
  }
}

const buffer = new Uint8Array(MAX_FILE_BYTES + 1);

function readText(path: string, limit = MAX_FILE_BYTES): string {
  return decodeUtf8(readBytes(path, limit));
}

/** The first bytes of a file, valid until the next call; none when it cannot be read. */
function readBytes(path: string, limit: number): Uint8Array {
  let length = 0;
  try {
    using file = Deno.openSync(path);
    while (length < limit) {
      const count = file.readSync(buffer.subarray(length, limit));
      if (count === null || count === 0) break;
      length += count;
    }
  } catch {
    length = 0;
  }
  return buffer.subarray(0, length);
}
