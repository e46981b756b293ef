/** The records of a busy host, for benchmarks: made up, but with the habits of a real one. */
import { layout } from "../ffi/mod.ts";
import { RecordWriter } from "./records.ts";

const { RECORD_HEADER } = layout;
const SYS_CONNECT = 42, SYS_UNLINKAT = 263, SYS_DUP2 = 33;
const PROCESSES = 64;
/** Events a process causes before another one gets its turn. */
const BURST = 16;
const SHELL = 900;
const PATHS = [
  "/etc/ld.so.cache",
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/usr/lib/locale/locale-archive",
  "/proc/self/status",
  "/etc/passwd",
  "/usr/share/zoneinfo/UTC",
  "/var/lib/app/data.db",
  "/home/user/project/src/main.c",
  "/tmp/build/cache/00aa11bb",
  "/etc/nsswitch.conf",
];

export interface Records {
  readonly writer: RecordWriter;
  readonly offsets: readonly number[];
  readonly kinds: readonly number[];
}

/** The path of the n-th open. */
export type PathOf = (n: number) => string;

const familiar: PathOf = (n) => PATHS[n % PATHS.length]!;

/** Mostly opens, some of them through a symbolic link, and at every 192nd event a new program. */
export function busyHost(events: number, pathOf: PathOf = familiar): Records {
  const writer = new RecordWriter(events * 400);
  const offsets: number[] = [];
  const start = (tgid: number, parentId: number, bootNs: number) =>
    offsets.push(writer.exec({
      tgid,
      bootNs,
      argv: ["worker", `--id=${tgid % PROCESSES}`, "--config", "/etc/worker.conf"],
      exePath: "/usr/local/bin/worker",
      comm: "worker",
      parentId,
    }));
  start(SHELL, 1, 1e9);
  for (let n = 1; n < events; n++) {
    const burst = Math.floor(n / BURST);
    const tgid = 1000 + burst % PROCESSES;
    const bootNs = 1e9 + n * 1000;
    const call = { tgid, bootNs };
    if (n % BURST === 0 && (burst < PROCESSES || burst % 12 === 0)) start(tgid, SHELL, bootNs);
    else if (n % 20 === 1) {
      const local = [[10, 0, 0, 1], 40_000 + n % 1000] as const;
      const remote = [[10, 0, 0, 2], 443] as const;
      offsets.push(writer.socket({ ...call, syscall: SYS_CONNECT, local, remote }));
    } else if (n % 33 === 0) {
      offsets.push(writer.path({ ...call, syscall: SYS_UNLINKAT, first: "/tmp/x" }));
    } else if (n % 37 === 0) {
      offsets.push(writer.call({ ...call, syscall: SYS_DUP2, result: 7 }));
    } else {
      const given = pathOf(n);
      const resolved = given.replace(/^\/lib\//, "/usr/lib/");
      offsets.push(
        writer.open({ ...call, given, resolved, openFlags: /build|app/.test(given) ? 0o1101 : 0 }),
      );
    }
  }
  const kinds = offsets.map((at) => writer.memory.u16[(at + RECORD_HEADER.kind) >> 1]!);
  return { writer, offsets, kinds };
}
