import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import type { BlockBuilder } from "./_block_builder.ts";
import type { ScapDescriptor, ScapInterface, ScapProcess } from "./entries.ts";
import { capture, readAll } from "./testing.ts";

/** Block types of process lists, version 1 first. */
const PROCESS_BLOCKS = [0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215];
const OLD_DESCRIPTORS = 0x203, DESCRIPTORS = 0x218;
const OLD_INTERFACES = 0x205, INTERFACES = 0x219;
const USERS = 0x206;

/** What an entry has behind `root` in version 9, in order. */
const TAIL: readonly (readonly [name: string, bytes: 1 | 4 | 8])[] = [
  ["pidNamespaceStartNs", 8],
  ["tty", 4],
  ["loginUid", 4],
  ["exeWritable", 1],
  ["capInheritable", 8],
  ["capPermitted", 8],
  ["capEffective", 8],
  ["exeOnOverlayUpper", 1],
  ["exeInode", 8],
  ["exeCtimeNs", 8],
  ["exeMtimeNs", 8],
  ["exeFromMemfd", 1],
  ["exeOnOverlayLower", 1],
  ["processGroupId", 8],
];

for (const [index, type] of PROCESS_BLOCKS.entries()) {
  const version = index + 1;
  Deno.test(`ScapReader reads process lists of version ${version}`, async () => {
    const { items, fault } = await readAll(capture((blocks) => {
      blocks.begin(type);
      for (const id of [7, 8]) processEntry(blocks, version, { id, tail: TAIL });
      blocks.end();
    }));
    assertEquals(fault, undefined);
    const found = items.slice(1) as ScapProcess[];
    assertEquals(found.map(({ threadId }) => threadId), [7, 8]);
    assertObjectMatch(found[1], {
      kind: "process",
      threadId: 8,
      processId: 9,
      parentId: 10,
      sessionId: version >= 6 ? 11 : -1,
      virtualProcessGroupId: version >= 8 ? 12 : -1,
      comm: "cat",
      exe: "/bin/cat",
      exePath: version >= 7 ? "/usr/bin/cat" : "",
      args: ["-n", "", "a b"],
      cwd: "/root/",
      fdLimit: 1024n,
      flags: 5,
      uid: 1000,
      gid: 1001,
      vmSizeKb: version >= 2 ? 100 : 0,
      minorFaults: version >= 2 ? 6n : 0n,
      env: version >= 3 ? ["A=1", "B=2"] : [],
      virtualThreadId: version >= 4 ? 1 : -1,
      cgroups: version >= 4 ? ["cpu=/x"] : [],
      root: version >= 5 ? "/" : "",
      loginUid: version >= 9 ? 3 : 4294967295,
      processGroupId: version >= 9 ? 14 : -1,
      exeOnOverlayLower: version >= 9,
    });
  });
}

Deno.test("ScapReader reads process entries of every length that versions of libs wrote", async () => {
  for (let fields = 0; fields <= TAIL.length; fields++) {
    const tail = TAIL.slice(0, fields);
    const bytes = tail.reduce((sum, [, bytes]) => sum + bytes, 0);
    const { items, fault } = await readAll(capture((blocks) => {
      blocks.begin(PROCESS_BLOCKS[8]!);
      processEntry(blocks, 9, { id: 1, tail });
      processEntry(blocks, 9, { id: 2, tail: TAIL, extraBytes: 70_000 });
      blocks.end();
    }));
    assertEquals(fault, undefined);
    const [process, later] = items.slice(1) as ScapProcess[];
    assertEquals(later?.processGroupId, 14, "what later versions append is passed over");
    // Up to 29 bytes mean a file from before the first two fields came between.
    if (bytes > 29) {
      for (const [at, [name]] of tail.entries()) {
        assertEquals(Number(process![name as keyof ScapProcess]), tailValue(at), name);
      }
    }
  }
});

Deno.test("ScapReader reads process entries from before libs 0.10", async () => {
  const { items } = await readAll(capture((blocks) => {
    blocks.begin(PROCESS_BLOCKS[8]!);
    processEntry(blocks, 9, { id: 1, tail: TAIL.slice(2, 7) });
    blocks.end();
  }));
  assertObjectMatch(items[1], {
    pidNamespaceStartNs: 0n,
    tty: 0,
    loginUid: 1,
    exeWritable: true,
    capInheritable: 3n,
    capPermitted: 4n,
    capEffective: 5n,
    exeInode: 0n,
  });
});

Deno.test("ScapReader ends the last argument where the file forgot to", async () => {
  const { items } = await readAll(capture((blocks) => {
    blocks.begin(PROCESS_BLOCKS[0]!);
    processEntry(blocks, 1, { id: 1, args: "a\0b" });
    blocks.end();
  }));
  assertObjectMatch(items[1], { args: ["a", "b"] });
});

Deno.test("ScapReader reads the descriptors of a thread, old and new", async () => {
  for (const type of [OLD_DESCRIPTORS, DESCRIPTORS]) {
    const withLength = type === DESCRIPTORS;
    const { items, fault } = await readAll(capture((blocks) => {
      blocks.begin(type);
      blocks.i64(42);
      descriptor(blocks, withLength, 7, () => blocks.text("pipe:[1]", 100));
      descriptor(blocks, withLength, 16, () => {
        blocks.u32(3);
        blocks.text("/etc/passwd", 100);
        if (withLength) blocks.u32(0x800001);
      });
      descriptor(blocks, withLength, 3, () => {
        blocks.bytes(Uint8Array.of(10, 0, 0, 1, 10, 0, 0, 2));
        blocks.u16(1234);
        blocks.u16(80);
        blocks.u8(2);
      });
      blocks.end();
    }));
    assertEquals(fault, undefined);
    const common = { kind: "descriptor", threadId: 42, number: 5, inode: 6n } as const;
    assertEquals(items.slice(1) as ScapDescriptor[], [
      { ...common, type: "fifo", name: "pipe:[1]" },
      {
        ...common,
        type: "file",
        openFlags: 3,
        path: "/etc/passwd",
        device: withLength ? 0x800001 : 0,
      },
      {
        ...common,
        type: "ipv4",
        source: Uint8Array.of(10, 0, 0, 1),
        destination: Uint8Array.of(10, 0, 0, 2),
        sourcePort: 1234,
        destinationPort: 80,
        protocol: 2,
      },
    ]);
  }
});

Deno.test("ScapReader names descriptors of unknown types by their number", async () => {
  const { items } = await readAll(capture((blocks) => {
    blocks.begin(DESCRIPTORS);
    blocks.i64(42);
    descriptor(blocks, true, 99, () => blocks.bytes(new Uint8Array(77)));
    descriptor(blocks, true, 7, () => blocks.text("pipe:[1]", 100));
    blocks.end();
  }));
  assertObjectMatch(items[1], { type: "unsupported", name: "unknown-type:[99]" });
  assertObjectMatch(items[2], { type: "fifo" });
});

Deno.test("ScapReader reads interfaces, with and without a speed", async () => {
  for (const type of [OLD_INTERFACES, INTERFACES]) {
    const { items, fault } = await readAll(capture((blocks) => {
      blocks.begin(type);
      for (const [kind, bytes] of [[1, 4], [2, 16], [3, 4], [4, 16]] as const) {
        const start = type === INTERFACES ? blocks.beginEntry() : undefined;
        blocks.u16(kind);
        blocks.u16(4);
        blocks.bytes(new Uint8Array(bytes).fill(1));
        blocks.bytes(new Uint8Array(bytes).fill(2));
        blocks.bytes(new Uint8Array(bytes).fill(3));
        if (kind <= 2) blocks.u64(1000n);
        blocks.bytes(new TextEncoder().encode("eth0"));
        if (start !== undefined) blocks.endEntry(start, 4);
      }
      blocks.end();
    }));
    assertEquals(fault, undefined);
    const found = items.slice(1) as ScapInterface[];
    assertEquals(found.map(({ address }) => address.length), [4, 16, 4, 16]);
    assertEquals(found.map(({ linkSpeed }) => linkSpeed), [1000n, 1000n, 0n, 0n]);
    assertEquals(found[3], {
      kind: "interface",
      name: "eth0",
      address: new Uint8Array(16).fill(1),
      netmask: new Uint8Array(16).fill(2),
      broadcast: new Uint8Array(16).fill(3),
      linkSpeed: 0n,
    });
  }
});

Deno.test("ScapReader reads users and groups of the first version", async () => {
  const { items } = await readAll(capture((blocks) => {
    blocks.begin(USERS);
    blocks.u8(0);
    blocks.u32(1000);
    blocks.u32(1001);
    for (const text of ["ann", "/home/ann", "/bin/sh"]) blocks.text(text, 100);
    blocks.u8(1);
    blocks.u32(1001);
    blocks.text("staff", 100);
    blocks.end();
  }));
  assertEquals(items.slice(1), [
    { kind: "user", uid: 1000, gid: 1001, name: "ann", home: "/home/ann", shell: "/bin/sh" },
    { kind: "group", gid: 1001, name: "staff" },
  ]);
});

const broken: Record<string, readonly [build: (blocks: BlockBuilder) => void, message: string]> = {
  "a text that is too long": [(blocks) => {
    blocks.begin(PROCESS_BLOCKS[0]!);
    for (let i = 0; i < 3; i++) blocks.u64(1n);
    blocks.text("x".repeat(1025), 2000);
    blocks.end();
  }, "the process list is broken: a command name has 1025 bytes, at most 1024 are allowed"],
  "an entry that ends too early": [(blocks) => {
    blocks.begin(PROCESS_BLOCKS[0]!);
    for (let i = 0; i < 3; i++) blocks.u64(1n);
    blocks.end();
  }, "the process list is broken: an entry is too short for what it has to hold"],
  "an entry longer than its list": [(blocks) => {
    blocks.begin(PROCESS_BLOCKS[8]!);
    blocks.u32(4_000_000_000);
    blocks.end();
  }, "the process list is broken: an entry of 4000000000 bytes where 4 are left"],
  "an entry of no length": [(blocks) => {
    blocks.begin(DESCRIPTORS);
    blocks.u64(1n);
    blocks.u32(0);
    blocks.end();
  }, "a list of descriptors is broken: an entry is too short for what it has to hold"],
  "a list without its thread": [(blocks) => {
    blocks.begin(DESCRIPTORS);
    blocks.u32(1);
    blocks.end();
  }, "a list of descriptors is broken: it ends before its thread"],
  "an old descriptor of an unknown type": [(blocks) => {
    blocks.begin(OLD_DESCRIPTORS);
    blocks.u64(1n);
    descriptor(blocks, false, 99, () => {});
    blocks.end();
  }, "a list of descriptors is broken: a descriptor is of the unknown type 99"],
  "an old interface of an unknown type": [(blocks) => {
    blocks.begin(OLD_INTERFACES);
    blocks.u16(9);
    blocks.u16(0);
    blocks.end();
  }, "the interface list is broken: an interface of an unknown type"],
  "half a machine": [(blocks) => {
    blocks.begin(0x201);
    blocks.bytes(new Uint8Array(90));
    blocks.end();
  }, "the machine's description is broken: an entry is too short for what it has to hold"],
};

for (const [what, [build, message]] of Object.entries(broken)) {
  Deno.test(`ScapReader reports ${what}`, async () => {
    const { fault } = await readAll(capture(build));
    assertObjectMatch(fault, { reason: "corrupt", message, block: 2, offset: 28 });
  });
}

Deno.test("ScapReader gives the entries before the place where a list was cut", async () => {
  const bytes = capture((blocks) => {
    blocks.begin(PROCESS_BLOCKS[8]!);
    for (let id = 1; id <= 3; id++) processEntry(blocks, 9, { id, tail: TAIL });
    blocks.end();
  });
  const seen = new Set<number>();
  for (let length = 29; length < bytes.length; length++) {
    const { items, fault } = await readAll(bytes.subarray(0, length));
    assertEquals(fault?.reason, "truncated");
    seen.add(items.length - 1);
  }
  assert([0, 1, 2, 3].every((count) => seen.has(count)));
});

/** Their entries do not say how long they are, so what is missing is only noticed while they are read. */
for (const [index, type] of PROCESS_BLOCKS.entries()) {
  const version = index + 1;
  Deno.test(`ScapReader tells a process list of version ${version} that was cut from a broken one`, async () => {
    const bytes = capture((blocks) => {
      blocks.begin(type);
      for (const id of [1, 2]) processEntry(blocks, version, { id, tail: TAIL });
      blocks.end();
    });
    for (let length = 29; length < bytes.length; length++) {
      const { fault } = await readAll(bytes.subarray(0, length));
      assertEquals(fault?.reason, "truncated", `${fault?.message}, cut at ${length}`);
    }
  });
}

Deno.test("ScapReader tells an old list of descriptors that was cut from a broken one", async () => {
  const bytes = capture((blocks) => {
    blocks.begin(OLD_DESCRIPTORS);
    blocks.u64(1n);
    for (let i = 0; i < 2; i++) descriptor(blocks, false, 7, () => blocks.text("/a/path", 100));
    blocks.end();
  });
  for (let length = 29; length < bytes.length; length++) {
    const { fault } = await readAll(bytes.subarray(0, length));
    assertEquals(fault?.reason, "truncated", `${fault?.message}, cut at ${length}`);
  }
});

function processEntry(
  blocks: BlockBuilder,
  version: number,
  { id, tail = [], extraBytes = 0, args = "-n\0\0a b\0" }: {
    readonly id: number;
    readonly tail?: typeof TAIL;
    readonly extraBytes?: number;
    readonly args?: string;
  },
): void {
  const start = version >= 9 ? blocks.beginEntry() : undefined;
  for (let i = 0; i < 3; i++) blocks.i64(id + i);
  if (version >= 6) blocks.i64(id + 3);
  if (version >= 8) blocks.i64(id + 4);
  blocks.text("cat", 100);
  blocks.text("/bin/cat", 100);
  if (version >= 7) blocks.text("/usr/bin/cat", 100);
  blocks.text(args, 100);
  blocks.text("/root/", 100);
  blocks.u64(1024n);
  for (const number of [5, 1000, 1001]) blocks.u32(number);
  if (version >= 2) {
    for (const number of [100, 50, 10]) blocks.u32(number);
    blocks.u64(5n);
    blocks.u64(6n);
  }
  if (version >= 3) blocks.text("A=1\0B=2\0", 100);
  if (version >= 4) {
    blocks.i64(1);
    blocks.i64(1);
    blocks.text("cpu=/x\0", 100);
  }
  if (version >= 5) blocks.text("/", 100);
  if (start === undefined) return;
  for (const [index, [, bytes]] of tail.entries()) {
    if (bytes === 1) blocks.u8(1);
    else if (bytes === 4) blocks.u32(index + 1);
    else blocks.u64(BigInt(index + 1));
  }
  blocks.bytes(new Uint8Array(extraBytes));
  blocks.endEntry(start);
}

function tailValue(index: number): number {
  return TAIL[index]![1] === 1 ? 1 : index + 1;
}

function descriptor(
  blocks: BlockBuilder,
  withLength: boolean,
  type: number,
  data: () => void,
): void {
  const start = withLength ? blocks.beginEntry() : undefined;
  blocks.i64(5);
  blocks.u64(6n);
  blocks.u8(type);
  data();
  if (start !== undefined) blocks.endEntry(start);
}
