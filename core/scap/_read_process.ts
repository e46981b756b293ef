/** Entries of process lists: nine versions, each of which has what its predecessors had and more. */
import { type ScapProcess, UNKNOWN_PROCESS } from "./entries.ts";
import { TEXT_LIMITS } from "./format.ts";
import type { EntryCursor } from "./_entry_cursor.ts";

const { path, strings } = TEXT_LIMITS;
const UNKNOWN_ID = -1;

/**
 * Bytes of what stood behind `root` before two fields came between (libs 0.10): an entry with no more
 * than these has not got them.
 */
const TAIL_BEFORE_NAMESPACES_BYTES = 29;

export function readProcess(cursor: EntryCursor, version: number): ScapProcess {
  const threadId = cursor.i64();
  const processId = cursor.i64();
  const parentId = cursor.i64();
  const sessionId = version >= 6 ? cursor.i64() : UNKNOWN_ID;
  const virtualProcessGroupId = version >= 8 ? cursor.i64() : UNKNOWN_ID;
  const comm = cursor.text("command name", path);
  const exe = cursor.text("program name", path);
  const exePath = version >= 7 ? cursor.text("path of a program", path) : "";
  const args = cursor.texts("list of arguments", strings);
  const cwd = cursor.text("working directory", path);
  const fdLimit = cursor.u64();
  const flags = cursor.u32();
  const uid = cursor.u32();
  const gid = cursor.u32();
  const hasMemory = version >= 2;
  const vmSizeKb = hasMemory ? cursor.u32() : 0;
  const vmResidentKb = hasMemory ? cursor.u32() : 0;
  const vmSwapKb = hasMemory ? cursor.u32() : 0;
  const majorFaults = hasMemory ? cursor.u64() : 0n;
  const minorFaults = hasMemory ? cursor.u64() : 0n;
  const env = version >= 3 ? cursor.texts("list of variables", strings) : [];
  const virtualThreadId = version >= 4 ? cursor.i64() : UNKNOWN_ID;
  const virtualProcessId = version >= 4 ? cursor.i64() : UNKNOWN_ID;
  const cgroups = version >= 4 ? cursor.texts("list of cgroups", strings) : [];
  const root = version >= 5 ? cursor.text("root directory", path) : "";
  const tail = version >= 9 ? readTail(cursor) : undefined;
  return {
    ...UNKNOWN_PROCESS,
    threadId,
    processId,
    parentId,
    sessionId,
    virtualThreadId,
    virtualProcessId,
    virtualProcessGroupId,
    comm,
    exe,
    exePath,
    args,
    env,
    cwd,
    root,
    cgroups,
    fdLimit,
    flags,
    uid,
    gid,
    vmSizeKb,
    vmResidentKb,
    vmSwapKb,
    majorFaults,
    minorFaults,
    ...tail,
  };
}

/** Each of these is there when the entry is long enough, in the order they were invented. */
function readTail(cursor: EntryCursor): Partial<ScapProcess> {
  const hasNamespaces = cursor.remaining > TAIL_BEFORE_NAMESPACES_BYTES;
  const u8 = () => cursor.has(1) && cursor.flag();
  const u64 = () => cursor.has(8) ? cursor.u64() : 0n;
  return {
    pidNamespaceStartNs: hasNamespaces ? u64() : 0n,
    tty: hasNamespaces && cursor.has(4) ? cursor.u32() : 0,
    loginUid: cursor.has(4) ? cursor.u32() : UNKNOWN_PROCESS.loginUid,
    exeWritable: u8(),
    capInheritable: u64(),
    capPermitted: u64(),
    capEffective: u64(),
    exeOnOverlayUpper: u8(),
    exeInode: u64(),
    exeCtimeNs: u64(),
    exeMtimeNs: u64(),
    exeFromMemfd: u8(),
    exeOnOverlayLower: u8(),
    processGroupId: cursor.has(8) ? cursor.i64() : UNKNOWN_ID,
  };
}
