/**
 * What plugins that are libraries see of the process table: Falco's table "threads", by thread id.
 *
 * Facts: libs userspace/libsinsp/threadinfo.cpp get_static_fields. What falcod does not follow is not in
 * it: flags, fd_limit, root, reaper_tid, pidns_init_start_ts, file_descriptors.
 */
import type { NativeTable, NativeTableType, NativeTableValue } from "../plugin/mod.ts";
import { cgroupTexts, type State, type Thread } from "../state/mod.ts";

type Read = (thread: Thread) => NativeTableValue | NativeTable | undefined;
type Row = readonly [NativeTableType, Read];

const ROWS: Readonly<Record<string, Row>> = {
  tid: ["int64", ({ id }) => id],
  pid: ["int64", ({ process }) => process.id],
  ptid: ["int64", ({ process }) => process.parentId],
  sid: ["int64", ({ process }) => process.membership.sessionId],
  pgid: ["int64", ({ process }) => process.membership.processGroupId],
  vtid: ["int64", ({ virtualId }) => virtualId],
  vpid: ["int64", ({ process }) => process.membership.virtualPid],
  vpgid: ["int64", ({ process }) => process.membership.virtualProcessGroupId],
  tty: ["uint32", ({ process }) => process.membership.tty],
  comm: ["string", ({ comm }) => comm],
  exe: ["string", ({ image }) => image.exe],
  exe_path: ["string", ({ image }) => image.exePath],
  exe_writable: ["bool", ({ image }) => image.exeWritable],
  exe_upper_layer: ["bool", ({ image }) => image.exeOnOverlayUpper],
  exe_lower_layer: ["bool", ({ image }) => image.exeOnOverlayLower],
  exe_from_memfd: ["bool", ({ image }) => image.exeFromMemfd],
  exe_ino: ["uint64", ({ image }) => image.exeInode],
  exe_ino_ctime: ["uint64", ({ image }) => image.exeCtimeNs],
  exe_ino_mtime: ["uint64", ({ image }) => image.exeMtimeNs],
  cwd: ["string", ({ process }) => process.cwd],
  uid: ["uint32", ({ credentials }) => credentials.euid],
  gid: ["uint32", ({ credentials }) => credentials.egid],
  loginuid: ["uint32", ({ credentials }) => credentials.loginUid],
  args: ["table", ({ image }) => listTable("args", ["value"], inRows(image.args))],
  env: ["table", ({ process }) => listTable("env", ["value"], inRows(process.image.env))],
  cgroups: ["table", ({ process }) => {
    const pairs = cgroupTexts(process.membership.cgroup).map((text) => {
      const at = text.indexOf("=");
      return [text.slice(0, at), text.slice(at + 1)];
    });
    return listTable("cgroups", ["first", "second"], pairs);
  }],
};

const FIELDS = Object.entries(ROWS).map(([name, [type]]) => ({ name, type }));

export function threadTable(processes: State["processes"]): NativeTable {
  return {
    name: "threads",
    keyType: "int64",
    fields: FIELDS,
    size: () => processes.counters.threads,
    get: (key) => processes.thread(Number(key)),
    entries: () => processes.threads(),
    template: TEMPLATE,
    read: (entry, field) =>
      entry === TEMPLATE ? readOfTemplate(field) : ROWS[field]?.[1](entry as Thread),
  };
}

const TEMPLATE = Object.freeze({});
const LISTS: Readonly<Record<string, readonly string[]>> = {
  args: ["value"],
  env: ["value"],
  cgroups: ["first", "second"],
};

function readOfTemplate(field: string): NativeTable | undefined {
  const columns = LISTS[field];
  return columns && listTable(field, columns, []);
}

function inRows(texts: readonly string[]): readonly (readonly string[])[] {
  return texts.map((text) => [text]);
}

/** Texts by their place in a list. */
function listTable(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): NativeTable {
  return {
    name,
    keyType: "uint64",
    fields: columns.map((name) => ({ name, type: "string" })),
    size: () => rows.length,
    get: (key) => rows[Number(key)] as object | undefined,
    entries: () => rows as readonly object[],
    read: (entry, field) => (entry as readonly string[])[columns.indexOf(field)],
  };
}
