/**
 * Probe records made by hand, at the places the generated layout names: for tests and benchmarks that
 * need events without a kernel.
 */
import { layout, type RingMemory } from "../ffi/mod.ts";

const {
  CALL_RECORD,
  EXEC_RECORD,
  EXIT_RECORD,
  EXTRAS_TAIL,
  FILE_FACTS,
  FILE_FLAGS,
  FILE_RECORD,
  FORK_RECORD,
  HEADER_FLAGS,
  PATH_RECORD,
  RECORD_HEADER,
  RECORD_KIND,
  SOCKET_FACTS,
  SOCKET_RECORD,
  TASK_FACTS,
} = layout;

export const AF_INET = 2;
const AT_FDCWD = 0xffffff9cn;

export interface HeaderParts {
  readonly tgid?: number;
  readonly tid?: number;
  readonly bootNs?: number;
  readonly result?: number;
  readonly cpu?: number;
  readonly flags?: number;
}

export interface ExecParts extends HeaderParts {
  readonly argv: readonly string[];
  readonly exePath: string;
  /** What was asked for; as the kernel's path if absent. */
  readonly exeGiven?: string;
  readonly comm: string;
  readonly parentId?: number;
  readonly uid?: number;
  readonly cwd?: string;
  readonly cgroup?: string;
  readonly tty?: number;
  readonly exeFlags?: number;
}

export interface OpenParts extends HeaderParts {
  readonly syscall?: number;
  readonly given: string;
  readonly base?: string;
  /** Absent: the call failed, or nothing was resolved. */
  readonly resolved?: string;
  /** As the program passed it. */
  readonly mode?: number;
  readonly openFlags?: number;
}

/** Appends records to a buffer; `at` of each is what it returns. */
export class RecordWriter {
  readonly memory: RingMemory;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #end = 0;

  constructor(sizeBytes = 1 << 20) {
    const buffer = new ArrayBuffer(sizeBytes);
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.memory = {
      u8: this.#bytes,
      u16: new Uint16Array(buffer),
      u32: new Uint32Array(buffer),
      i32: new Int32Array(buffer),
      u64: new BigUint64Array(buffer),
      i64: new BigInt64Array(buffer),
    };
  }

  exec(parts: ExecParts): number {
    const strings = [
      parts.argv.map((word) => `${word}\0`).join(""),
      "",
      parts.exeGiven ?? parts.exePath,
      parts.exePath,
      parts.cwd ?? "/",
      parts.cgroup ?? "/",
    ];
    const { at, lengths } = this.#start(RECORD_KIND.exec, 59, EXEC_RECORD.data, strings, parts);
    this.#u32(at + EXEC_RECORD.argsLength, lengths[0]!);
    this.#u32(at + EXEC_RECORD.envLength, lengths[1]!);
    this.#u16(at + EXEC_RECORD.givenLength, lengths[2]!);
    this.#u16(at + EXEC_RECORD.exeLength, lengths[3]!);
    this.#u16(at + EXEC_RECORD.cwdLength, lengths[4]!);
    this.#u16(at + EXEC_RECORD.cgroupLength, lengths[5]!);
    this.#u32(at + EXEC_RECORD.argsTotal, lengths[0]!);
    this.#u16(at + EXEC_RECORD.exe + FILE_FACTS.flags, FILE_FLAGS.known | (parts.exeFlags ?? 0));
    const task = at + EXEC_RECORD.task;
    this.#u32(task + TASK_FACTS.parentTgid, parts.parentId ?? 1);
    for (const field of [TASK_FACTS.uid, TASK_FACTS.gid, TASK_FACTS.euid, TASK_FACTS.egid]) {
      this.#u32(task + field, parts.uid ?? 0);
    }
    this.#u32(task + TASK_FACTS.loginUid, 0xffffffff);
    this.#u32(task + TASK_FACTS.tty, parts.tty ?? 0);
    this.#u32(task + TASK_FACTS.virtualPid, parts.tgid ?? 100);
    this.#bytes.set(new TextEncoder().encode(parts.comm).subarray(0, 15), task + TASK_FACTS.comm);
    return at;
  }

  fork(parts: HeaderParts & { readonly childTgid: number; readonly childTid?: number }): number {
    const { at } = this.#start(RECORD_KIND.fork, 56, FORK_RECORD.byteLength, [], parts);
    this.#u32(at + FORK_RECORD.childTgid, parts.childTgid);
    this.#u32(at + FORK_RECORD.childTid, parts.childTid ?? parts.childTgid);
    this.#u32(at + FORK_RECORD.childParentTgid, parts.tgid ?? 100);
    this.#u32(at + FORK_RECORD.childVirtualPid, parts.childTgid);
    return at;
  }

  exit(parts: HeaderParts & { readonly last?: boolean; readonly reaperId?: number }): number {
    const { at } = this.#start(RECORD_KIND.exit, 0xffff, EXIT_RECORD.byteLength, [], parts);
    this.#u32(at + EXIT_RECORD.last, parts.last === false ? 0 : 1);
    this.#u32(at + EXIT_RECORD.reaperTgid, parts.reaperId ?? 1);
    return at;
  }

  open(parts: OpenParts): number {
    const { given, base = "", resolved, syscall = 257, openFlags = 0, mode = 0 } = parts;
    const result = parts.result ?? (resolved === undefined ? -2 : 3);
    const same = resolved === given;
    const strings = [given, base, same ? "" : resolved ?? ""];
    const { at, lengths } = this.#start(RECORD_KIND.file, syscall, FILE_RECORD.data, strings, {
      ...parts,
      result,
    });
    this.#view.setBigUint64(at + FILE_RECORD.args, AT_FDCWD, true);
    this.#view.setBigUint64(at + FILE_RECORD.args + 16, BigInt(openFlags), true);
    this.#view.setBigUint64(at + FILE_RECORD.args + 24, BigInt(mode), true);
    this.#view.setInt32(at + FILE_RECORD.fd, result < 0 ? -1 : result, true);
    this.#u16(at + FILE_RECORD.givenLength, lengths[0]!);
    this.#u16(at + FILE_RECORD.baseLength, lengths[1]!);
    this.#u16(at + FILE_RECORD.resolvedLength, lengths[2]!);
    const facts = at + FILE_RECORD.file;
    this.#u16(facts + FILE_FACTS.mode, 0o100644);
    this.#u16(
      facts + FILE_FACTS.flags,
      (result < 0 ? 0 : FILE_FLAGS.known) | (same ? FILE_FLAGS.same : 0),
    );
    return at;
  }

  /** A system call with one or two paths; `bases` are the directories of relative ones. */
  path(
    parts: HeaderParts & {
      readonly syscall: number;
      readonly first: string;
      readonly firstBase?: string;
      readonly second?: string;
      readonly secondBase?: string;
      readonly args?: readonly bigint[];
    },
  ): number {
    const strings = [
      parts.first,
      parts.firstBase ?? "",
      parts.second ?? "",
      parts.secondBase ?? "",
    ];
    const { at, lengths } = this.#start(
      RECORD_KIND.path,
      parts.syscall,
      PATH_RECORD.data,
      strings,
      { result: 0, ...parts },
    );
    this.#args(at, parts.args);
    this.#u16(at + PATH_RECORD.firstLength, lengths[0]!);
    this.#u16(at + PATH_RECORD.firstBaseLength, lengths[1]!);
    this.#u16(at + PATH_RECORD.secondLength, lengths[2]!);
    this.#u16(at + PATH_RECORD.secondBaseLength, lengths[3]!);
    return at;
  }

  call(
    parts: HeaderParts & { readonly syscall: number; readonly args?: readonly bigint[] },
  ): number {
    const { at } = this.#start(RECORD_KIND.call, parts.syscall, CALL_RECORD.byteLength, [], parts);
    this.#args(at, parts.args);
    return at;
  }

  /** TCP over IPv4. */
  socket(
    parts: HeaderParts & {
      readonly syscall: number;
      readonly local: readonly [address: readonly number[], port: number];
      readonly remote: readonly [address: readonly number[], port: number];
      readonly fd?: number;
    },
  ): number {
    const { at } = this.#start(
      RECORD_KIND.socket,
      parts.syscall,
      SOCKET_RECORD.data,
      [],
      { result: 0, ...parts },
    );
    const facts = at + SOCKET_RECORD.socket;
    this.#u16(facts + SOCKET_FACTS.family, AF_INET);
    this.#u16(facts + SOCKET_FACTS.type, 1);
    this.#u16(facts + SOCKET_FACTS.protocol, 6);
    this.#u16(facts + SOCKET_FACTS.localPort, parts.local[1]);
    this.#u16(facts + SOCKET_FACTS.remotePort, parts.remote[1]);
    this.#bytes.set(parts.local[0], facts + SOCKET_FACTS.localAddress);
    this.#bytes.set(parts.remote[0], facts + SOCKET_FACTS.remoteAddress);
    this.#view.setInt32(at + SOCKET_RECORD.fd, parts.fd ?? 3, true);
    return at;
  }

  /** Puts pieces behind the record written last, as ffi/probe/extras.h does; at most three. */
  extras(at: number, pieces: readonly Uint8Array[]): void {
    const offset = this.#end - at;
    const lengths = [0, 1, 2].map((index) => pieces[index]?.length ?? 0);
    for (const piece of pieces) {
      this.#bytes.set(piece, this.#end);
      this.#end += (piece.length + 7) & ~7;
    }
    const tail = this.#end;
    this.#u16(tail + EXTRAS_TAIL.at, offset);
    lengths.forEach((length, index) => this.#u16(tail + EXTRAS_TAIL.length + index * 2, length));
    this.#end += EXTRAS_TAIL.byteLength;
    this.#u32(at + RECORD_HEADER.size, this.#end - at);
    const flags = this.#view.getUint16(at + RECORD_HEADER.flags, true);
    this.#u16(at + RECORD_HEADER.flags, flags | HEADER_FLAGS.extras);
  }

  /** Header and strings; the fixed part starts as zeros. */
  #start(
    kind: number,
    syscall: number,
    fixedBytes: number,
    strings: readonly string[],
    parts: HeaderParts,
  ): { readonly at: number; readonly lengths: readonly number[] } {
    const at = this.#end;
    const encoded = strings.map((text) => new TextEncoder().encode(text));
    let end = at + fixedBytes;
    for (const bytes of encoded) {
      this.#bytes.set(bytes, end);
      end += bytes.length;
    }
    this.#end = (end + 7) & ~7;
    this.#u32(at + RECORD_HEADER.size, this.#end - at);
    this.#u16(at + RECORD_HEADER.kind, kind);
    this.#u16(at + RECORD_HEADER.syscall, syscall);
    this.#view.setBigUint64(at + RECORD_HEADER.bootNs, BigInt(parts.bootNs ?? 1_000_000_000), true);
    this.#u32(at + RECORD_HEADER.tgid, parts.tgid ?? 100);
    this.#u32(at + RECORD_HEADER.tid, parts.tid ?? parts.tgid ?? 100);
    this.#view.setBigInt64(at + RECORD_HEADER.result, BigInt(parts.result ?? 0), true);
    this.#u16(at + RECORD_HEADER.cpu, parts.cpu ?? 0);
    this.#u16(at + RECORD_HEADER.flags, parts.flags ?? 0);
    return { at, lengths: encoded.map((bytes) => bytes.length) };
  }

  #args(at: number, args: readonly bigint[] = []): void {
    args.forEach((value, index) =>
      this.#view.setBigUint64(at + CALL_RECORD.args + index * 8, BigInt.asUintN(64, value), true)
    );
  }

  #u16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }

  #u32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
}
