import { eventType } from "../../../core/mod.ts";
import { layout } from "../../../ffi/mod.ts";
import { assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { RecordWriter } from "../../../tests/records.ts";
import { changesOf } from "./lifecycle.ts";
import { LiveEvent } from "./live_event.ts";

const { HEADER_FLAGS, RECORD_KIND } = layout;
const SYS_CONNECT = 42, SYS_ACCEPT = 43, SYS_LINKAT = 265, SYS_SYMLINK = 88, SYS_PTRACE = 101;
const SYS_SENDTO = 44, SYS_RECVFROM = 45;
const SYS_DUP = 32, SYS_BIND = 49, SYS_FCHOWNAT = 260;
const EPOCH_MINUS_BOOT = 1_700_000_000_000_000_000n;

function load(kind: number, write: (writer: RecordWriter) => number): LiveEvent {
  const writer = new RecordWriter(64 << 10);
  const at = write(writer);
  const event = new LiveEvent({ epochMinusBootNs: EPOCH_MINUS_BOOT });
  event.load(writer.memory, at, kind);
  return event;
}

function param(event: LiveEvent, name: string) {
  return event.param(eventType(event.type)!.params.findIndex((one) => one.name === name));
}

Deno.test("LiveEvent reads who, when and what from the header", () => {
  const event = load(
    RECORD_KIND.call,
    (writer) =>
      writer.call({
        syscall: SYS_PTRACE,
        tgid: 7,
        tid: 8,
        bootNs: 5_000_000_123,
        result: -1,
        cpu: 1,
      }),
  );
  assertObjectMatch(
    { ...event, name: eventType(event.type)?.name },
    { processId: 7, threadId: 8, clockNs: 5_000_000_123, result: -1, cpu: 1, name: "ptrace" },
  );
  assertEquals(event.timeNs, EPOCH_MINUS_BOOT + 5_000_000_123n);
});

Deno.test("LiveEvent gives an opened file under its given and its resolved name", () => {
  const event = load(
    RECORD_KIND.file,
    (writer) =>
      writer.open({ given: "../etc/./shadow", base: "/home", resolved: "/etc/shadow", result: 5 }),
  );
  assertObjectMatch(event.descriptor, {
    number: 5,
    typeChar: "f",
    path: { raw: "../etc/./shadow", given: "/etc/shadow", resolved: "/etc/shadow" },
  });
  assertEquals(event.hasResolvedView, false);
});

Deno.test("LiveEvent has a second view when the kernel found another file", () => {
  const event = load(
    RECORD_KIND.file,
    (writer) => writer.open({ given: "/tmp/link", resolved: "/etc/shadow" }),
  );
  assertEquals(event.hasResolvedView, true);
  assertEquals(event.descriptor?.path?.given, "/tmp/link");
  assertEquals(event.descriptor?.path?.resolved, "/etc/shadow");
});

Deno.test("LiveEvent takes the path once when given and resolved are the same bytes", () => {
  const event = load(
    RECORD_KIND.file,
    (writer) => writer.open({ given: "/etc/passwd", resolved: "/etc/passwd" }),
  );
  assertEquals(event.hasResolvedView, false);
  assertEquals(event.descriptor?.path?.resolved, "/etc/passwd");
});

Deno.test("LiveEvent gives a failed open its path, no file and no second view", () => {
  const event = load(RECORD_KIND.file, (writer) => writer.open({ given: "/etc/none", result: -2 }));
  assertObjectMatch(event.descriptor, { number: -1, typeChar: "f", inode: undefined });
  assertEquals(event.descriptor?.path?.given, "/etc/none");
  assertEquals(event.hasResolvedView, false);
});

Deno.test("LiveEvent encodes open flags as upstream's file_flags", () => {
  const O_WRONLY = 1, O_CREAT = 0o100, O_TRUNC = 0o1000;
  const event = load(
    RECORD_KIND.file,
    (writer) =>
      writer.open({ given: "/a", resolved: "/a", openFlags: O_WRONLY | O_CREAT | O_TRUNC }),
  );
  const PPM_O_WRONLY = 2, PPM_O_CREAT = 4, PPM_O_TRUNC = 256; // falcosecurity/libs ppm_events_public.h
  assertEquals(param(event, "flags"), PPM_O_WRONLY | PPM_O_CREAT | PPM_O_TRUNC);
});

Deno.test("LiveEvent joins both paths of a link with their directories", () => {
  const event = load(RECORD_KIND.path, (writer) =>
    writer.path({
      syscall: SYS_LINKAT,
      first: "shadow",
      firstBase: "/etc",
      second: "x",
      secondBase: "/tmp",
    }));
  assertObjectMatch(param(event, "oldpath"), { raw: "shadow", given: "/etc/shadow" });
  assertObjectMatch(param(event, "newpath"), { raw: "x", given: "/tmp/x" });
});

Deno.test("LiveEvent keeps a symlink's target as text and resolves it beside the link", () => {
  const event = load(
    RECORD_KIND.path,
    (writer) => writer.path({ syscall: SYS_SYMLINK, first: "../etc/shadow", second: "/tmp/x" }),
  );
  assertObjectMatch(param(event, "target"), {
    raw: "../etc/shadow",
    given: "../etc/shadow",
    resolved: "/etc/shadow",
  });
  assertEquals(event.hasResolvedView, true);
});

Deno.test("LiveEvent tells who connected from who accepted", () => {
  const sides = { local: [[10, 0, 0, 1], 4000], remote: [[10, 0, 0, 2], 80] } as const;
  const connect = load(
    RECORD_KIND.socket,
    (writer) => writer.socket({ syscall: SYS_CONNECT, ...sides }),
  );
  const accept = load(
    RECORD_KIND.socket,
    (writer) => writer.socket({ syscall: SYS_ACCEPT, ...sides }),
  );
  assertObjectMatch(connect.descriptor, { typeChar: "4", protocol: "tcp", role: "client" });
  assertObjectMatch(accept.descriptor, { role: "server" });
  assertEquals([...connect.descriptor!.socket!.remoteAddress!], [10, 0, 0, 2]);
  assertEquals(connect.descriptor!.socket!.remotePort, 80);
});

Deno.test("LiveEvent tells a copied socket's role by how its port came to be", () => {
  const sides = { local: [[10, 0, 0, 1], 80], remote: [[10, 0, 0, 2], 4000] } as const;
  const role = (foundByPort: number) =>
    load(RECORD_KIND.socket, (writer) => {
      const at = writer.socket({ syscall: SYS_DUP, ...sides });
      const facts = at + layout.SOCKET_RECORD.socket;
      writer.memory.u8[facts + layout.SOCKET_FACTS.foundByPort] = foundByPort;
      return at;
    }).descriptor?.role;
  assertEquals(role(0), "client");
  assertEquals(role(1), "server");
});

Deno.test("LiveEvent takes bind's socket for a server's, without another end", () => {
  const event = load(RECORD_KIND.socket, (writer) =>
    writer.socket({
      syscall: SYS_BIND,
      local: [[10, 0, 0, 1], 80],
      remote: [[0, 0, 0, 0], 0],
    }));
  assertObjectMatch(event.descriptor, { role: "server", typeChar: "4" });
  assertEquals(event.descriptor?.socket?.localPort, 80);
});

/** What a socket record says of the socket, in the place of TCP over IPv4. */
function socketOf(
  { syscall, family = 2, type = 3, protocol = 0, flagged = 0, peer = 0 }: {
    readonly syscall: number;
    readonly family?: number;
    readonly type?: number;
    readonly protocol?: number;
    readonly flagged?: number;
    readonly peer?: number;
  },
): LiveEvent {
  const none = [[0, 0, 0, 0], 0] as const;
  return load(RECORD_KIND.socket, (writer) => {
    const at = writer.socket({ syscall, local: none, remote: peer ? [[10, 0, 0, peer], 7] : none });
    const facts = (at + layout.SOCKET_RECORD.socket) >> 1;
    const { family: familyAt, type: typeAt, protocol: protocolAt } = layout.SOCKET_FACTS;
    writer.memory.u16[facts + (familyAt >> 1)] = family;
    writer.memory.u16[facts + (typeAt >> 1)] = type;
    writer.memory.u16[facts + (protocolAt >> 1)] = protocol;
    writer.memory.u8[at + layout.SOCKET_RECORD.socket + layout.SOCKET_FACTS.flagged] = flagged;
    return at;
  });
}

Deno.test("LiveEvent has no tuple of sockets that have no ends, as those of netlink", () => {
  for (const syscall of [SYS_SENDTO, SYS_RECVFROM]) {
    assertEquals(param(socketOf({ syscall, family: 16 }), "tuple"), undefined);
    assertObjectMatch(param(socketOf({ syscall }), "tuple"), { family: "ipv4" });
  }
});

Deno.test("LiveEvent takes a socket for a raw one where Falco does", () => {
  const protocolOf = (protocol: number, flagged: number, peer = 0) =>
    socketOf({ syscall: SYS_SENDTO, protocol, flagged, peer }).descriptor?.protocol;
  assertEquals([1, 6, 17, 255].map((number) => protocolOf(number, 0)), Array(4).fill("raw"));
  assertEquals([1, 6, 17, 255].map((number) => protocolOf(number, 1)), [
    "icmp",
    "tcp",
    "udp",
    "raw",
  ]);
  assertEquals([protocolOf(58, 0), protocolOf(89, 1), protocolOf(89, 0, 1)], [
    undefined,
    undefined,
    "udp",
  ]);
});

Deno.test("LiveEvent names raw sockets by their addresses alone, the tuple has ports", () => {
  const event = socketOf({ syscall: SYS_SENDTO, protocol: 1, peer: 1 });
  assertEquals(event.descriptor?.socket?.text, "0.0.0.0->10.0.0.1");
  const tuple = param(event, "tuple");
  assertObjectMatch(tuple, { remotePort: 7 });
  assertEquals("text" in (tuple as object), false);
});

Deno.test("LiveEvent knows nothing of a descriptor that is none", () => {
  const failed = load(
    RECORD_KIND.file,
    (writer) => writer.open({ syscall: SYS_DUP, given: "", result: -9 }),
  );
  assertObjectMatch(failed.descriptor!, { known: false, typeChar: "o" });
});

Deno.test("LiveEvent takes an empty path for the directory's descriptor itself", () => {
  const event = load(
    RECORD_KIND.path,
    (writer) => writer.path({ syscall: SYS_FCHOWNAT, first: "", firstBase: "/etc/shadow" }),
  );
  assertObjectMatch(param(event, "pathname"), { raw: "", given: "/etc/shadow" });
});

Deno.test("changesOf() copies an exec with its arguments, ids and places", () => {
  const writer = new RecordWriter(64 << 10);
  const at = writer.exec({
    tgid: 42,
    argv: ["cat", "a b", ""],
    exePath: "/usr/bin/cat",
    comm: "cat",
    parentId: 41,
    uid: 1000,
    cwd: "/home",
    cgroup: "/docker/x",
    tty: 34816,
  });
  const [change] = changesOf(writer.memory, at);
  writer.memory.u8.fill(0);
  assertObjectMatch(change, {
    kind: "exec",
    threadId: 42,
    parentId: 41,
    comm: "cat",
    cwd: "/home",
    credentials: { uid: 1000, euid: 1000 },
    membership: { tty: 34816, cgroup: "/docker/x" },
    image: { exe: "cat", args: ["a b", ""], exePath: "/usr/bin/cat", argsTruncated: false },
  });
});

Deno.test("changesOf() decodes fork and exit", () => {
  const writer = new RecordWriter(64 << 10);
  const fork = writer.fork({ tgid: 1, tid: 2, childTgid: 3 });
  const exit = writer.exit({ tgid: 3, result: 256, reaperId: 9 });
  assertObjectMatch(changesOf(writer.memory, fork)[0], {
    kind: "fork",
    threadId: 2,
    childProcessId: 3,
    childParentId: 1,
  });
  assertObjectMatch(changesOf(writer.memory, exit)[0], {
    kind: "exit",
    processId: 3,
    last: true,
    exitCode: 256,
    reaperId: 9,
  });
});

Deno.test("LiveEvent keeps the bytes of a path that are not UTF-8", () => {
  const writer = new RecordWriter(64 << 10);
  const at = writer.open({ given: "/tmp/xx", resolved: "/tmp/xx" });
  writer.memory.u8[at + layout.FILE_RECORD.data + 5] = 0xff;
  const event = new LiveEvent({ epochMinusBootNs: 0n });
  event.load(writer.memory, at, RECORD_KIND.file);
  assertEquals(event.descriptor?.path?.given, "/tmp/\udcffx");
});

Deno.test("LiveEvent tells an empty path from one that was nowhere", () => {
  const paths = (flags: number) => {
    const event = load(
      RECORD_KIND.path,
      (writer) => writer.path({ syscall: SYS_LINKAT, first: "", second: "", result: -14, flags }),
    );
    return [param(event, "oldpath"), param(event, "newpath")];
  };
  const empty = { raw: "", given: "", resolved: undefined };
  assertEquals(paths(0), [empty, empty]);
  assertEquals(paths(HEADER_FLAGS.unreadable), [undefined, empty]);
  assertEquals(paths(HEADER_FLAGS.secondUnreadable), [empty, undefined]);
});

Deno.test("LiveEvent joins a path with nothing where its directory is none", () => {
  const linked = load(
    RECORD_KIND.path,
    (writer) => writer.path({ syscall: SYS_LINKAT, first: "etc/shadow", second: "x", result: -9 }),
  );
  assertObjectMatch(param(linked, "oldpath"), { raw: "etc/shadow", given: "etc/shadow" });
  const opened = load(
    RECORD_KIND.file,
    (writer) => writer.open({ given: "etc/shadow", result: -9 }),
  );
  assertEquals(opened.descriptor?.path?.given, "<UNKNOWN>etc/shadow");
  assertObjectMatch(param(opened, "name"), { raw: "etc/shadow", given: "etc/shadow" });
});
