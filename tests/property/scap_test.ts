/** Captures with anything in them, seeded: read or refused, never an exception, never much memory. */
import { assert, assertEquals } from "../assert.ts";
import { eventTypes } from "../../core/event/mod.ts";
import {
  type ByteSource,
  captureInput,
  memoryInput,
  MemoryOutput,
  type ScapInput,
  type ScapItem,
  type ScapProcess,
  ScapReader,
  ScapWriter,
  UNKNOWN_PROCESS,
} from "../../core/scap/mod.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
/** More than any of these captures can need: the window and the largest event in it. */
const MOST_WINDOW_BYTES = 4 << 20;

Deno.test(`ScapReader takes mutated captures without throwing or hanging (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 300; round++) {
    const capture = await randomCapture(random);
    mutate(capture, random);
    const { items } = await drain(memoryInput(capture));
    assert(items <= capture.length / 4 + 2, "no more items than the bytes are worth");
  }
});

Deno.test(`ScapReader gives a prefix of the items of a cut capture (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 60; round++) {
    const capture = await randomCapture(random);
    const whole = await drain(memoryInput(capture));
    assertEquals(whole.last.kind, "end");
    const length = random.below(capture.length);
    const cut = await drain(memoryInput(capture.subarray(0, length)));
    assertEquals(cut.seen, whole.seen.slice(0, cut.seen.length));
    assert(cut.last.kind !== "fault" || cut.last.offset <= length, "the fault is in the file");
  }
});

Deno.test(`what ScapWriter wrote of random events comes back (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  const { length } = eventTypes();
  for (let round = 0; round < 30; round++) {
    const output = new MemoryOutput();
    const writer = new ScapWriter(output);
    const wanted: string[] = [];
    for (let i = 0; i < 100; i++) {
      const header = {
        type: random.below(length),
        timeNs: BigInt(random.below(2 ** 53)) * 1000n,
        threadId: random.below(2 ** 40) - 1,
        cpu: random.below(65536),
        flags: random.below(3) === 0 ? random.below(2 ** 32) : 0,
      };
      const params = Array.from({ length: random.below(33) }, () => randomBytes(random, 60));
      if (writer.event(header, params) !== "written") continue;
      wanted.push(eventText({ ...header, params }));
    }
    await writer.close();
    const { seen, last } = await drain(memoryInput(output.bytes));
    assertEquals([seen.slice(1), last.kind], [wanted, "end"]);
  }
});

Deno.test(`captureInput() takes anything compressed without throwing otherwise than its own error (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 150; round++) {
    const packed = await gzip(await randomCapture(random));
    for (let change = random.below(4); change > 0; change--) {
      packed[2 + random.below(packed.length - 2)] = random.below(256);
    }
    const cut = packed.subarray(0, 2 + random.below(packed.length - 1));
    await drain(await captureInput(sourceOf(cut, random)));
  }
});

Deno.test("a compressed bomb needs no more memory than the window", async () => {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  await writer.close();
  // A block nobody knows, of a gigabyte of zeros, is passed over as it comes out.
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, 0x300, true);
  new DataView(head.buffer).setUint32(4, 1 << 30, true);
  const zeros = new Uint8Array(64 << 20);
  const packed = await gzip(Uint8Array.from([...output.bytes, ...head]), zeros);
  assert(packed.length < 100_000);
  const { largestWindow, last } = await drain(await captureInput(sourceOf(packed)));
  assertEquals(last.kind, "fault");
  assert(largestWindow <= 1 << 20);
});

interface Drained {
  readonly items: number;
  /** As text, which outlives the cursor. */
  readonly seen: readonly string[];
  readonly last: ScapItem;
  readonly largestWindow: number;
}

async function drain(input: ScapInput): Promise<Drained> {
  using reader = new ScapReader(input);
  const seen: string[] = [];
  let largestWindow = 0;
  for (;;) {
    const item = reader.next();
    largestWindow = Math.max(largestWindow, reader.event.bytes.length);
    switch (item.kind) {
      case "more":
        await reader.fill();
        break;
      case "end":
      case "fault":
        assert(largestWindow <= MOST_WINDOW_BYTES, "the window stays small");
        return { items: seen.length, seen, last: item, largestWindow };
      case "event": {
        const { type, timeNs, threadId, cpu, flags, paramCount } = item;
        const params = Array.from({ length: paramCount }, (_, index) => {
          const start = item.paramStart(index), end = start + item.paramLength(index);
          assert(item.start <= start && start <= end && end <= item.end, "inside of the event");
          assert(item.end <= item.bytes.length, "inside of the memory");
          item.paramText(index);
          return item.paramBytes(index);
        });
        seen.push(eventText({ type, timeNs, threadId, cpu, flags, params }));
        break;
      }
      default:
        seen.push(
          JSON.stringify(item, (_, value) => typeof value === "bigint" ? `${value}` : value),
        );
    }
  }
}

function eventText(event: {
  readonly type: number;
  readonly timeNs: bigint;
  readonly threadId: number;
  readonly cpu: number;
  readonly flags: number;
  readonly params: readonly Uint8Array[];
}): string {
  const { type, timeNs, threadId, cpu, flags, params } = event;
  return `${type} ${timeNs} ${threadId} ${cpu} ${flags} ${
    params.map((param) => `[${param}]`).join(" ")
  }`;
}

async function randomCapture(random: Random): Promise<Uint8Array> {
  const output = new MemoryOutput();
  const writer = new ScapWriter(output);
  writer.accounts([
    { kind: "user", uid: 1, gid: 2, name: "ann", home: "/home/ann", shell: "/bin/sh" },
    { kind: "group", gid: 2, name: "staff" },
  ]);
  writer.starts([{ kind: "start", threadId: random.below(99), timeNs: BigInt(random.below(1e9)) }]);
  writer.interfaces([{
    kind: "interface",
    name: "lo",
    address: Uint8Array.of(127, 0, 0, 1),
    netmask: Uint8Array.of(255, 0, 0, 0),
    broadcast: Uint8Array.of(0, 0, 0, 0),
    linkSpeed: 0n,
  }]);
  const threads = 1 + random.below(4);
  writer.processes(Array.from({ length: threads }, (_, id) => processOf(id, random)));
  for (let id = 0; id < threads; id++) {
    writer.descriptors(id, [
      {
        kind: "descriptor",
        threadId: id,
        number: 1,
        inode: 1n,
        type: "file",
        openFlags: 1,
        path: "/x".repeat(random.below(20)),
        device: 1,
      },
      { kind: "descriptor", threadId: id, number: 2, inode: 1n, type: "fifo", name: "pipe" },
    ]);
  }
  for (let i = random.below(40); i > 0; i--) {
    const header = {
      type: random.below(454),
      timeNs: BigInt(i),
      threadId: i,
      cpu: 0,
      flags: random.below(2),
    };
    writer.event(header, Array.from({ length: random.below(6) }, () => randomBytes(random, 40)));
  }
  await writer.close();
  return output.bytes;
}

function processOf(id: number, random: Random): ScapProcess {
  const args = Array.from({ length: random.below(5) }, () => "-x");
  return { ...UNKNOWN_PROCESS, threadId: id, processId: id, comm: "sh", args, env: ["A=b"] };
}

/** Bytes, words of suspicious size, and block types in wrong places. */
function mutate(bytes: Uint8Array, random: Random): void {
  const view = new DataView(bytes.buffer);
  const words = [0, 1, 3, 7, 0x7fffffff, 0x80000000, 0xffffffff, 65535, 0x215, 0x216, 0x204, 0x221];
  for (let change = 1 + random.below(4); change > 0; change--) {
    if (random.below(2) === 0) bytes[random.below(bytes.length)] = random.below(256);
    else view.setUint32(random.below((bytes.length - 4) / 4) * 4, random.pick(words), true);
  }
}

function randomBytes(random: Random, most: number): Uint8Array {
  return Uint8Array.from({ length: random.below(most) }, () => random.below(256));
}

/** Hands out as little as it likes. */
function sourceOf(bytes: Uint8Array, random?: Random): ByteSource {
  let at = 0;
  return {
    read(into) {
      const most = random ? 1 + random.below(300) : into.length;
      const part = bytes.subarray(at, at + Math.min(into.length, most));
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
    close() {},
  };
}

async function gzip(...parts: Uint8Array[]): Promise<Uint8Array> {
  const packed = new Blob(parts as Uint8Array<ArrayBuffer>[]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
