import { assert, assertEquals, assertObjectMatch, assertRejects } from "../../tests/assert.ts";
import type { ScapDescriptor, ScapProcess } from "./entries.ts";
import { MemoryOutput, OutputError, type ScapOutput } from "./output.ts";
import { memoryInput } from "./input.ts";
import { ScapReader } from "./reader.ts";
import { readAll, written } from "./testing.ts";
import { ScapWriter } from "./writer.ts";

const CLOSE = 5, CONTAINER = 324;
const header = { type: CLOSE, timeNs: 1_700_000_000_000_000_001n, threadId: 77, cpu: 1 };

const process: ScapProcess = {
  kind: "process",
  threadId: 77,
  processId: 76,
  parentId: 1,
  sessionId: 70,
  processGroupId: 71,
  virtualThreadId: 2,
  virtualProcessId: 3,
  virtualProcessGroupId: 4,
  comm: "späher",
  exe: "/bin/späher",
  exePath: "/usr/bin/späher",
  args: ["-x", "", "a b"],
  env: ["HOME=/root", "\udcff\udcfe="],
  cwd: "/root/",
  root: "/",
  cgroups: ["cpu=/docker/abc", "memory=/docker/abc"],
  fdLimit: 0xffff_ffff_ffff_ffffn,
  flags: 0x80000000,
  uid: 4294967295,
  gid: 5,
  loginUid: 1000,
  vmSizeKb: 1,
  vmResidentKb: 2,
  vmSwapKb: 3,
  majorFaults: 4n,
  minorFaults: 5n,
  pidNamespaceStartNs: 1_600_000_000_000_000_000n,
  tty: 34816,
  capInheritable: 1n,
  capPermitted: 0x1ff_ffff_ffffn,
  capEffective: 2n,
  exeWritable: true,
  exeOnOverlayUpper: false,
  exeOnOverlayLower: true,
  exeFromMemfd: true,
  exeInode: 123456789012n,
  exeCtimeNs: 1n,
  exeMtimeNs: 2n,
};

const open = { kind: "descriptor", threadId: 77, inode: 9n } as const;
const four = Uint8Array.of(1, 2, 3, 4), sixteen = new Uint8Array(16).fill(6);
const descriptors: ScapDescriptor[] = [
  { ...open, number: 0, type: "file", openFlags: 3, path: "/dev/null", device: 5 },
  {
    ...open,
    number: 1,
    type: "ipv4",
    source: four,
    destination: four,
    sourcePort: 65535,
    destinationPort: 22,
    protocol: 2,
  },
  {
    ...open,
    number: 2,
    type: "ipv6",
    source: sixteen,
    destination: sixteen,
    sourcePort: 1,
    destinationPort: 2,
    protocol: 3,
  },
  { ...open, number: 3, type: "ipv4Server", address: four, port: 80, protocol: 2 },
  { ...open, number: 4, type: "ipv6Server", address: sixteen, port: 443, protocol: 2 },
  { ...open, number: 5, type: "unix", source: 1n, destination: 2n ** 64n - 1n, path: "/run/x" },
  { ...open, number: 6, type: "directory", name: "/etc" },
  { ...open, number: 7, type: "io_uring", name: "" },
  { ...open, number: 8, type: "fifo", name: "a name that is \udcff no UTF-8" },
];

Deno.test("ScapWriter writes lists that read the same", async () => {
  const machine = {
    kind: "machine",
    cpuCount: 4,
    memoryBytes: 1n << 40n,
    maxPid: 4194304n,
    hostname: "knoten-1",
    bootTimeNs: 1_600_000_000_000_000_000n,
    flags: 3n,
  } as const;
  const interfaces = [four, sixteen].map((address) => ({
    kind: "interface" as const,
    name: `eth${address.length}`,
    address,
    netmask: address,
    broadcast: address,
    linkSpeed: 10n,
  }));
  const accounts = [
    { kind: "user", uid: 0, gid: 0, name: "root", home: "/root", shell: "/bin/sh" },
    { kind: "group", gid: 0, name: "root" },
  ] as const;
  const starts = [77, 78].map((
    threadId,
  ) => ({ kind: "start", threadId, timeNs: 1n << 60n } as const));
  const { items, fault } = await readAll(
    await written((writer) => {
      writer.machine(machine);
      writer.interfaces(interfaces);
      writer.accounts(accounts);
      writer.processes([process]);
      writer.descriptors(77, descriptors);
      writer.starts(starts);
    }),
  );
  assertEquals(fault, undefined);
  const lists = [machine, ...interfaces, ...accounts, process, ...descriptors, ...starts];
  assertEquals(items.slice(1), lists);
});

Deno.test("ScapWriter spreads a long process list over blocks", async () => {
  const many = Array.from({ length: 3000 }, (_, threadId) => ({ ...process, threadId }));
  const { items, fault } = await readAll(await written((writer) => writer.processes(many)));
  assertEquals(fault, undefined);
  assertEquals(items.slice(1), many);
});

Deno.test("ScapWriter cuts texts at upstream's limits, between two characters", async () => {
  const long = "ü".repeat(5000);
  const { items, fault } = await readAll(
    await written((writer) => {
      writer.accounts([{ kind: "group", gid: 1, name: long }]);
      writer.processes([{ ...process, comm: long, args: [long, long], env: ["a", long] }]);
      writer.descriptors(1, [{ ...open, threadId: 1, number: 1, type: "fifo", name: long }]);
    }),
  );
  assertEquals(fault, undefined);
  assertObjectMatch(items[1], { name: "ü".repeat(127) });
  assertObjectMatch(items[2], {
    comm: "ü".repeat(512),
    args: ["ü".repeat(2048)],
    env: ["a", "ü".repeat(2047)],
  });
  assertObjectMatch(items[3], { name: "ü".repeat(511) });
});

Deno.test("ScapWriter writes ordinary and large events that read the same", async () => {
  const shapes = [
    { ...header, params: [[1, 2], [], [3]] },
    { ...header, flags: 1, params: [[9]] },
    { ...header, type: CONTAINER, params: [new Array<number>(100_000).fill(7)] },
    { ...header, threadId: -1, timeNs: 2n ** 64n - 1n, cpu: 65535, params: [] },
  ];
  const { events, fault } = await readAll(
    await written((writer) => {
      for (const { params, ...head } of shapes) {
        const bytes = params.map((param) =>
          param.length === 0 ? undefined : Uint8Array.from(param)
        );
        assertEquals(writer.event(head, bytes), "written");
      }
    }),
  );
  assertEquals(fault, undefined);
  assertEquals(
    events,
    shapes.map(({ params, ...head }, index) => ({
      kind: "event" as const,
      number: index + 1,
      flags: 0,
      ...head,
      params: params.map((param) => Uint8Array.from(param)),
    })),
  );
});

Deno.test("ScapWriter.copy writes the bytes of an event as they were", async () => {
  const original = await written((writer) => {
    writer.event(header, [Uint8Array.of(1, 2, 3)]);
    writer.event({ ...header, flags: 1 }, [undefined, Uint8Array.of(4)]);
    writer.event({ ...header, type: CONTAINER }, [Uint8Array.of(5)]);
  });
  using reader = new ScapReader(memoryInput(original));
  const copy = await writtenWhile(async (writer) => {
    for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
      if (item.kind === "more") await reader.fill();
      else if (item.kind === "event") writer.copy(item);
    }
  });
  assertEquals(copy, original);
});

Deno.test("ScapWriter refuses an event that has no place in a capture, and counts it", async () => {
  const { events } = await readAll(
    await written((writer) => {
      assertEquals(writer.event(header, [new Uint8Array(70_000)]), "lost");
      assertEquals(writer.event(header, [new Uint8Array(65_500)]), "lost");
      assertEquals(writer.event(header, [new Uint8Array(65_000)]), "written");
      assertEquals([writer.eventCount, writer.lostEvents, writer.full], [1, 2, false]);
    }),
  );
  assertEquals(events.length, 1);
});

Deno.test("ScapWriter stays below its size and is full then", async () => {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output, { sizeLimitBytes: 1000 });
  let count = 0;
  while (writer.event(header, [new Uint8Array(20)]) === "written") {
    if (++count % 3 === 0) await writer.flush();
  }
  assert(writer.full);
  assertEquals(writer.event(header, []), "full");
  await writer.close();
  assert(output.writtenBytes <= 1000 && output.writtenBytes > 900);
  assertEquals((await readAll(output.bytes)).events.length, count);
});

Deno.test("ScapWriter loses events rather than memory when the output is slow", async () => {
  let go = () => {};
  const slow: ScapOutput = {
    writtenBytes: 0,
    write: () => new Promise((resolve) => go = resolve),
    close: () => Promise.resolve(),
  };
  const writer = new ScapWriter(slow, { pendingLimitBytes: 10_000 });
  for (let i = 0; i < 9; i++) assertEquals(writer.event(header, [new Uint8Array(1000)]), "written");
  const flushed = writer.flush();
  assertEquals(writer.event(header, [new Uint8Array(1000)]), "lost");
  assertEquals(writer.event(header, [new Uint8Array(10)]), "written");
  await new Promise((resolve) => setTimeout(resolve));
  go();
  await flushed;
  assertEquals(writer.event(header, [new Uint8Array(1000)]), "written");
});

Deno.test("ScapWriter counts what waits as it will be when the output has it", async () => {
  const output = {
    writtenBytes: 0,
    write(bytes: Uint8Array) {
      this.writtenBytes += bytes.length / 4;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const writer = new ScapWriter(output);
  const add = () => writer.event(header, [new Uint8Array(400)]);
  add();
  const first = writer.sizeBytes;
  assertEquals(first, writer.pendingBytes);
  await writer.flush();
  assertEquals(writer.sizeBytes, first / 4);
  add();
  assertEquals(writer.sizeBytes, (first + writer.pendingBytes) / 4);
});

Deno.test("ScapWriter knows which events the output has when it fails", async () => {
  let room = 1;
  const soonFull: ScapOutput = {
    writtenBytes: 0,
    write: () =>
      room-- > 0 ? Promise.resolve() : Promise.reject(new OutputError("write-failed", "full")),
    close: () => Promise.resolve(),
  };
  const writer = new ScapWriter(soonFull);
  for (let i = 0; i < 3; i++) writer.event(header, [new Uint8Array(10)]);
  await writer.flush();
  for (let i = 0; i < 2; i++) writer.event(header, [new Uint8Array(10)]);
  await assertRejects(writer.flush(), OutputError);
  assertEquals([writer.eventCount, writer.writtenEvents], [5, 3]);
});

Deno.test("ScapWriter.flush and close reject when the output does, and the output is closed", async () => {
  let closed = 0;
  const failing: ScapOutput = {
    writtenBytes: 0,
    write: () => Promise.reject(new OutputError("write-failed", "no space left")),
    close: () => Promise.resolve(void closed++),
  };
  const writer = new ScapWriter(failing);
  await assertRejects(writer.flush(), OutputError);
  await assertRejects(writer.close(), OutputError);
  assertEquals(closed, 1);
});

async function writtenWhile(write: (writer: ScapWriter) => Promise<void>): Promise<Uint8Array> {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  await write(writer);
  await writer.close();
  return output.bytes;
}
