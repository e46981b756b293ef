/** Runs a program under the probe, alone in its scope, and decodes every record into plain values. */
import { type Detail, layout, openCapture, type RingMemory } from "../../ffi/mod.ts";

const {
  CALL_RECORD,
  CWD_RECORD,
  EXEC_RECORD,
  EXIT_RECORD,
  FILE_FACTS,
  FILE_FLAGS,
  FILE_RECORD,
  FORK_RECORD,
  HEADER_FLAGS,
  IDENTITY_RECORD,
  PATH_RECORD,
  RECORD_HEADER,
  RECORD_KIND,
  SIGNAL_RECORD,
  SOCKET_FACTS,
  SOCKET_RECORD,
  TASK_FACTS,
} = layout;

export type KindName = keyof typeof RECORD_KIND;

/** Fields by name, as far as the kind of record has them. */
export interface ProbeRecord {
  readonly kind: KindName;
  readonly syscall: number;
  readonly nativeSyscall: number;
  readonly processId: number;
  readonly threadId: number;
  readonly result: number;
  readonly compat: boolean;
  readonly truncated: boolean;
  readonly [field: string]: unknown;
}

export interface ProbeOutcome {
  readonly records: readonly ProbeRecord[];
  readonly stdout: string;
  readonly processId: number;
}

const KIND_NAMES = new Map(
  Object.entries(RECORD_KIND).map(([name, kind]) => [kind as number, name as KindName]),
);

/** One record, read field by field. */
class Cursor {
  constructor(readonly memory: RingMemory, readonly at: number) {}

  u16(offset: number): number {
    return this.memory.u16[(this.at + offset) >> 1]!;
  }

  u32(offset: number): number {
    return this.memory.u32[(this.at + offset) >> 2]!;
  }

  u64(offset: number): bigint {
    return this.memory.u64[(this.at + offset) >> 3]!;
  }

  bytes(offset: number, length: number): Uint8Array {
    return this.memory.u8.slice(this.at + offset, this.at + offset + length);
  }

  /** Strings that follow each other, by name and length. */
  texts(offset: number, lengths: Readonly<Record<string, number>>): Record<string, string> {
    const texts: Record<string, string> = {};
    for (const [name, length] of Object.entries(lengths)) {
      texts[name] = new TextDecoder().decode(this.bytes(offset, length));
      offset += length;
    }
    return texts;
  }
}

function fileFacts(cursor: Cursor, offset: number): Record<string, unknown> {
  const flags = cursor.u16(offset + FILE_FACTS.flags);
  return {
    inode: Number(cursor.u64(offset + FILE_FACTS.inode)),
    device: cursor.u32(offset + FILE_FACTS.device),
    ctimeNs: cursor.u64(offset + FILE_FACTS.ctimeNs),
    mtimeNs: cursor.u64(offset + FILE_FACTS.mtimeNs),
    links: cursor.u32(offset + FILE_FACTS.links),
    mode: cursor.u16(offset + FILE_FACTS.mode),
    fileFlags: Object.entries(FILE_FLAGS).filter(([, bit]) => flags & bit).map(([name]) => name),
  };
}

function taskFacts(cursor: Cursor, offset: number): Record<string, unknown> {
  const { byteLength: _, comm, ...numbers } = TASK_FACTS;
  const wide = ["startBootNs", "capInheritable", "capPermitted", "capEffective", "cgroupId"];
  const facts: Record<string, unknown> = {};
  for (const [name, at] of Object.entries(numbers)) {
    facts[name] = wide.includes(name) ? cursor.u64(offset + at) : cursor.u32(offset + at);
  }
  const text = new TextDecoder().decode(cursor.bytes(offset + comm, 16));
  return { ...facts, comm: text.slice(0, text.indexOf("\0")) };
}

function socketFacts(cursor: Cursor, offset: number): Record<string, unknown> {
  const family = cursor.u16(offset + SOCKET_FACTS.family);
  const length = family === 2 ? 4 : family === 10 ? 16 : 0;
  return {
    family,
    type: cursor.u16(offset + SOCKET_FACTS.type),
    protocol: cursor.u16(offset + SOCKET_FACTS.protocol),
    localPort: cursor.u16(offset + SOCKET_FACTS.localPort),
    remotePort: cursor.u16(offset + SOCKET_FACTS.remotePort),
    localAddress: [...cursor.bytes(offset + SOCKET_FACTS.localAddress, length)].join("."),
    remoteAddress: [...cursor.bytes(offset + SOCKET_FACTS.remoteAddress, length)].join("."),
  };
}

function fieldsOf(kind: KindName, cursor: Cursor): Record<string, unknown> {
  switch (kind) {
    case "exec":
      return {
        ...taskFacts(cursor, EXEC_RECORD.task),
        ...fileFacts(cursor, EXEC_RECORD.exe),
        exeRootLength: cursor.u16(EXEC_RECORD.exeRootLength),
        argsTotal: cursor.u32(EXEC_RECORD.argsTotal),
        ...cursor.texts(EXEC_RECORD.data, {
          args: cursor.u32(EXEC_RECORD.argsLength),
          env: cursor.u32(EXEC_RECORD.envLength),
          given: cursor.u16(EXEC_RECORD.givenLength),
          exe: cursor.u16(EXEC_RECORD.exeLength),
          cwd: cursor.u16(EXEC_RECORD.cwdLength),
          cgroup: cursor.u16(EXEC_RECORD.cgroupLength),
        }),
      };
    case "fork":
      return {
        childProcessId: cursor.u32(FORK_RECORD.childTgid),
        childThreadId: cursor.u32(FORK_RECORD.childTid),
        childParentId: cursor.u32(FORK_RECORD.childParentTgid),
      };
    case "exit":
      return {
        last: cursor.u32(EXIT_RECORD.last) === 1,
        reaperId: cursor.u32(EXIT_RECORD.reaperTgid),
      };
    case "identity":
      return {
        ...taskFacts(cursor, IDENTITY_RECORD.task),
        ...cursor.texts(IDENTITY_RECORD.data, {
          cgroup: cursor.u16(IDENTITY_RECORD.cgroupLength),
        }),
      };
    case "cwd":
      return {
        cwdRootLength: cursor.u16(CWD_RECORD.cwdRootLength),
        ...cursor.texts(CWD_RECORD.data, { cwd: cursor.u16(CWD_RECORD.cwdLength) }),
      };
    case "switch":
    case "fault":
      return {};
    case "signal":
      return { senderId: cursor.u32(SIGNAL_RECORD.senderTgid) };
    case "path":
      return cursor.texts(PATH_RECORD.data, {
        first: cursor.u16(PATH_RECORD.firstLength),
        firstBase: cursor.u16(PATH_RECORD.firstBaseLength),
        second: cursor.u16(PATH_RECORD.secondLength),
        secondBase: cursor.u16(PATH_RECORD.secondBaseLength),
      });
    case "file": {
      const facts = fileFacts(cursor, FILE_RECORD.file);
      const texts = cursor.texts(FILE_RECORD.data, {
        given: cursor.u16(FILE_RECORD.givenLength),
        base: cursor.u16(FILE_RECORD.baseLength),
        resolved: cursor.u16(FILE_RECORD.resolvedLength),
      });
      const same = (facts.fileFlags as string[]).includes("same");
      return {
        fd: cursor.u32(FILE_RECORD.fd) | 0,
        ...facts,
        ...texts,
        path: same ? texts.given : texts.resolved,
        rootLength: cursor.u16(FILE_RECORD.resolvedRootLength),
      };
    }
    case "socket":
      return {
        fd: cursor.u32(SOCKET_RECORD.fd) | 0,
        ...socketFacts(cursor, SOCKET_RECORD.socket),
        ...cursor.texts(SOCKET_RECORD.data, {
          localName: cursor.u16(SOCKET_RECORD.localNameLength),
          peerName: cursor.u16(SOCKET_RECORD.peerNameLength),
          resolved: cursor.u16(SOCKET_RECORD.resolvedLength),
        }),
        addressLength: cursor.u16(SOCKET_RECORD.addressLength),
      };
    case "call":
      return {};
  }
}

function decode(memory: RingMemory, at: number, kind: number): ProbeRecord {
  const cursor = new Cursor(memory, at);
  const name = KIND_NAMES.get(kind)!;
  const flags = cursor.u16(RECORD_HEADER.flags);
  const hasArgs = name === "call" || name === "path" || name === "file" || name === "socket";
  return {
    kind: name,
    syscall: cursor.u16(RECORD_HEADER.syscall),
    nativeSyscall: cursor.u32(RECORD_HEADER.nativeSyscall),
    processId: cursor.u32(RECORD_HEADER.tgid),
    threadId: cursor.u32(RECORD_HEADER.tid),
    result: Number(BigInt.asIntN(64, cursor.u64(RECORD_HEADER.result))),
    compat: (flags & HEADER_FLAGS.compat) !== 0,
    truncated: (flags & HEADER_FLAGS.truncated) !== 0,
    hasExtras: (flags & HEADER_FLAGS.extras) !== 0,
    sizeBytes: cursor.u32(RECORD_HEADER.size),
    args: hasArgs
      ? Array.from({ length: 6 }, (_, i) => cursor.u64(CALL_RECORD.args + 8 * i))
      : undefined,
    ...fieldsOf(name, cursor),
  };
}

/**
 * Records of one command: it starts when the probe is attached, with nothing in its environment but
 * `env` and a PATH, and everything it starts is in the scope.
 */
export async function recordsOf(
  object: string,
  command: readonly string[],
  options: {
    readonly syscalls: readonly number[];
    readonly env?: Record<string, string>;
    readonly detail?: Detail;
  },
): Promise<ProbeOutcome> {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'read go; exec "$@"', "sh", ...command],
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...options.env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.output();
  try {
    using capture = openCapture({
      objects: [Deno.readFileSync(object)],
      lifecycleBytes: 1 << 20,
      eventsBytes: 4 << 20,
      scopeProcessId: child.pid,
    });
    const compat = new Uint16Array(512).fill(0xffff);
    compat[5] = 2; // open
    capture.setCompatSyscalls(compat);
    for (const syscall of options.syscalls) capture.setInterest(syscall, "all", options.detail);
    capture.attach();
    await input.write(new TextEncoder().encode("go\n"));
    await input.close();
    const { stdout } = await output;
    const records: ProbeRecord[] = [];
    const handler = {
      record(memory: RingMemory, at: number, kind: number) {
        records.push(decode(memory, at, kind));
      },
    };
    // One look takes what was there when it began; the second finds nothing unless it took long.
    for (let look = 0; look < 100; look++) if (capture.drain(handler) === 0) break;
    return { records, stdout: new TextDecoder().decode(stdout), processId: child.pid };
  } finally {
    await input.close().catch(() => {});
    await output;
  }
}
