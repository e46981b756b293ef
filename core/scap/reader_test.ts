import { assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { EVENT_BLOCKS } from "./format.ts";
import { memoryInput } from "./input.ts";
import { ANY_COUNT, NOT_PASSED, ScapReader } from "./reader.ts";
import { block, built, capture, event, head, readAll, section, written } from "./testing.ts";

const CLOSE = 5, NOTIFICATION = 280, PLUGIN_EVENT = 322;
/** Section block without options. */
const SECTION_BYTES = 28;

Deno.test("ScapReader says what comes first and that nothing follows", async () => {
  const { items, fault } = await readAll(capture(() => {}));
  assertEquals(items, [{ kind: "section", majorVersion: 1, minorVersion: 2 }]);
  assertEquals(fault, undefined);
});

Deno.test("ScapReader steps over the options of a section", async () => {
  const { items, events } = await readAll(
    capture((blocks) => event(blocks, CLOSE), { optionBytes: 100_000 * 4 }),
  );
  assertEquals([items.length, events.length], [2, 1]);
});

Deno.test("ScapReader reads events with and without flags, with and without their count", async () => {
  const { events, fault } = await readAll(capture((blocks) => {
    event(blocks, CLOSE, { block: EVENT_BLOCKS.plain, params: [[1], []] });
    event(blocks, CLOSE, { block: EVENT_BLOCKS.flagged, params: [[1, 2], [3]] });
    event(blocks, CLOSE, { block: EVENT_BLOCKS.oldPlain, params: [[1, 2, 3, 4]] });
    event(blocks, CLOSE, { block: EVENT_BLOCKS.oldFlagged, params: [] });
    event(blocks, CLOSE, { block: EVENT_BLOCKS.oldPlainAlias, params: [[], [7]] });
  }));
  assertEquals(fault, undefined);
  const common = {
    kind: "event",
    type: CLOSE,
    timeNs: 1_500_000_000_123_456_789n,
    cpu: 3,
  } as const;
  const rest = { ...common, threadId: 4_294_967_301 };
  const bytes = (...params: number[][]) => params.map((param) => Uint8Array.from(param));
  assertEquals(events, [
    { ...rest, number: 1, flags: 0, params: bytes([1], []) },
    { ...rest, number: 2, flags: 1, params: bytes([1, 2], [3]) },
    { ...rest, number: 3, flags: 0, params: bytes([1, 2, 3, 4]) },
    { ...rest, number: 4, flags: 1, params: [] },
    { ...rest, number: 5, flags: 0, params: bytes([], [7]) },
  ]);
});

Deno.test("ScapReader corrects the length that old notifications have", async () => {
  const { events } = await readAll(capture((blocks) =>
    event(blocks, NOTIFICATION, {
      block: EVENT_BLOCKS.oldPlain,
      params: [[65, 0], [66, 0]],
      excessBytes: 3,
    })
  ));
  assertEquals(events[0]?.params.map((param) => [...param]), [[65, 0], [66, 0]]);
});

Deno.test("ScapReader reads a large event that is larger than its window", async () => {
  const data = new Uint8Array(3_000_000).map((_, index) => index * 7);
  const bytes = await written((writer) => {
    writer.event(header(CLOSE), [Uint8Array.of(1)]);
    writer.event(header(PLUGIN_EVENT), [Uint8Array.of(1, 0, 0, 0), data]);
    writer.event(header(CLOSE), [Uint8Array.of(2)]);
  });
  const { events, fault } = await readAll(bytes);
  assertEquals(fault, undefined);
  assertEquals(events.map(({ type }) => type), [CLOSE, PLUGIN_EVENT, CLOSE]);
  assertEquals(events[1]?.params[1], data);
});

Deno.test("ScapReader takes no memory for a large event that only says that it is there", async () => {
  const bytes = capture((blocks) => event(blocks, CLOSE));
  const start = SECTION_BYTES, view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(start, EVENT_BLOCKS.large, true);
  view.setUint32(start + 4, 30 << 20, true);
  using reader = new ScapReader(memoryInput(bytes));
  while (["section", "more"].includes(reader.next().kind)) await reader.fill();
  assertEquals(reader.next().kind, "fault");
  assertEquals(reader.event.bytes.length < 1 << 20, true);
});

Deno.test("ScapReader passes over blocks and events nobody knows, and counts them", async () => {
  const { events, unknownBlocks, unknownEvents, fault } = await readAll(capture((blocks) => {
    block(blocks, 0x300, 2_000_001);
    event(blocks, 9999);
    event(blocks, CLOSE);
    block(blocks, 0x301, 0);
    event(blocks, CLOSE);
  }));
  assertEquals([events.length, unknownBlocks, unknownEvents, fault], [2, 2, 1, undefined]);
});

Deno.test("ScapReader starts again where captures were joined", async () => {
  const one = capture((blocks) => event(blocks, CLOSE));
  const { items, fault } = await readAll(Uint8Array.from([...one, ...one]));
  assertEquals(items.map(({ kind }) => kind), ["section", "event", "section", "event"]);
  assertEquals(fault, undefined);
});

Deno.test("ScapReader needs no more than one byte at a time", async () => {
  const bytes = capture((blocks) => {
    block(blocks, 0x300, 50);
    event(blocks, CLOSE, { params: [[1], [2, 3]] });
    event(blocks, CLOSE, { block: EVENT_BLOCKS.oldPlain, params: [[1]] });
  });
  const { read, close } = memoryInput(bytes);
  const slow = { read: (into: Uint8Array) => read(into.subarray(0, 1)), close };
  assertEquals(await readAll(slow), await readAll(bytes));
});

Deno.test("ScapReader reads events of more than 64 KB, which old versions wrote", async () => {
  const env = new Array<number>(65535).fill(65);
  const bytes = capture((blocks) => {
    for (const form of [EVENT_BLOCKS.plain, EVENT_BLOCKS.flagged, EVENT_BLOCKS.oldPlain]) {
      event(blocks, CLOSE, { block: form, params: [[1], env] });
    }
    event(blocks, CLOSE, { params: [[2]] });
  });
  const { events, fault } = await readAll(bytes);
  assertEquals(fault, undefined);
  assertEquals(events.map(({ params }) => params.map(({ length }) => length)), [
    [1, 65535],
    [1, 65535],
    [1, 65535],
    [1],
  ]);
});

Deno.test("ScapReader gives all before the place where a file was cut, and names that place", async () => {
  const bytes = capture((blocks) => {
    for (let i = 0; i < 3; i++) event(blocks, CLOSE, { params: [[1, 2, 3]] });
  });
  const eventBytes = (bytes.length - SECTION_BYTES) / 3;
  for (let length = SECTION_BYTES; length < bytes.length; length++) {
    const { events, fault } = await readAll(bytes.subarray(0, length));
    const whole = Math.floor((length - SECTION_BYTES) / eventBytes);
    assertEquals(events.length, whole);
    const offset = SECTION_BYTES + whole * eventBytes;
    if (length === offset) assertEquals(fault, undefined);
    else assertObjectMatch(fault!, { reason: "truncated", block: whole + 2, offset });
  }
});

const faults: Record<string, {
  readonly bytes: Uint8Array;
  readonly fault: Readonly<Record<string, unknown>>;
}> = {
  "an empty file": {
    bytes: new Uint8Array(),
    fault: { reason: "not-a-capture", message: "the file is empty", block: 1, offset: 0 },
  },
  "a text": {
    bytes: new TextEncoder().encode("- rule: something else altogether\n"),
    fault: { reason: "not-a-capture", block: 1, offset: 0 },
  },
  "a short text": {
    bytes: new TextEncoder().encode("hi"),
    fault: { reason: "not-a-capture", block: 1, offset: 0 },
  },
  "an event before any section": {
    bytes: built((blocks) => event(blocks, CLOSE)),
    fault: { reason: "not-a-capture" },
  },
  "a network capture": {
    bytes: section({ magic: 0x11111111 }),
    fault: { reason: "not-a-capture" },
  },
  "the other byte order": {
    bytes: section({ magic: 0x4d3c2b1a }),
    fault: {
      reason: "unsupported",
      message: "the capture is from a machine of the other byte order",
    },
  },
  "a later version": {
    bytes: section({ majorVersion: 2 }),
    fault: {
      reason: "unsupported",
      message: "the capture is of version 2.2, up to 1.* can be read",
    },
  },
  "an event block of 4 GB": {
    bytes: capture((blocks) => head(blocks, EVENT_BLOCKS.plain, 0xffffffff)),
    fault: {
      reason: "corrupt",
      message: "a block of 4294967295 bytes, from 40 to 2097152 are possible",
      block: 2,
      offset: SECTION_BYTES,
    },
  },
  "a large event block of 4 GB": {
    bytes: capture((blocks) => head(blocks, EVENT_BLOCKS.large, 0xfffffffc)),
    fault: { reason: "corrupt", block: 2 },
  },
  "a list of 4 GB": {
    bytes: capture((blocks) => head(blocks, 0x215, 0xfffffffc)),
    fault: { reason: "corrupt", block: 2 },
  },
  "a block shorter than its own head": {
    bytes: capture((blocks) => head(blocks, 0x300, 8)),
    fault: { reason: "corrupt", block: 2 },
  },
  "two lengths that differ": {
    bytes: capture((blocks) => event(blocks, CLOSE), { lastByte: 1 }),
    fault: {
      reason: "corrupt",
      message: "a block whose length is 40 at its start and 16777256 at its end",
    },
  },
  "an event longer than its block": {
    bytes: capture((blocks) => event(blocks, CLOSE, { excessBytes: 500 })),
    fault: {
      reason: "corrupt",
      message: "an event of 526 bytes in a block with room for 26",
    },
  },
  "parameters longer than their event": {
    bytes: capture((blocks) => event(blocks, CLOSE, { params: [[1], [2]], lengths: [1, 60000] })),
    fault: {
      reason: "corrupt",
      message: "an event of 32 bytes whose parameters need 60031",
    },
  },
  "more lengths than an event holds": {
    bytes: capture((blocks) => event(blocks, CLOSE, { count: 500 })),
    fault: { reason: "corrupt", message: "an event of 26 bytes with 500 parameters" },
  },
  "more parameters than there can be": {
    bytes: capture((blocks) => event(blocks, CLOSE, { count: 0xffffffff })),
    fault: { reason: "corrupt" },
  },
  "large parameters longer than their event": {
    bytes: capture((blocks) =>
      event(blocks, PLUGIN_EVENT, { block: EVENT_BLOCKS.large, wide: true, lengths: [2 ** 31] })
    ),
    fault: { reason: "corrupt" },
  },
  "old parameters that add up to less than their event": {
    bytes: capture((blocks) =>
      event(blocks, CLOSE, {
        block: EVENT_BLOCKS.oldPlain,
        params: [[1, 2, 3, 4, 5, 6, 7, 8]],
        lengths: [1],
      })
    ),
    fault: { reason: "corrupt" },
  },
};

for (const [what, { bytes, fault }] of Object.entries(faults)) {
  Deno.test(`ScapReader reports ${what}, again and again`, async () => {
    using reader = new ScapReader(memoryInput(bytes));
    for (;;) {
      const item = reader.next();
      if (item.kind === "more") await reader.fill();
      if (item.kind !== "fault") continue;
      assertObjectMatch(item, fault);
      assertEquals(reader.next(), item);
      return;
    }
  });
}

Deno.test("ScapEvent reads numbers and texts as long as they are, and nothing where there is none", async () => {
  const bytes = await written((writer) =>
    writer.event(header(CLOSE), [
      Uint8Array.of(0xfe),
      Uint8Array.of(0xfe, 0xff),
      Uint8Array.of(0xfe, 0xff, 0xff, 0xff),
      Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      new TextEncoder().encode("/étc\0"),
      Uint8Array.of(0x61, 0xff),
      undefined,
    ])
  );
  using reader = new ScapReader(memoryInput(bytes));
  for (let item = reader.next(); item.kind !== "event"; item = reader.next()) await reader.fill();
  const { event } = reader;
  const indexes = [0, 1, 2, 3, 4, 6, 7];
  assertEquals(indexes.map((index) => event.paramSigned(index)), [
    -2,
    -2,
    -2,
    -2,
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(indexes.map((index) => event.paramUnsigned(index)), [
    254,
    65534,
    4294967294,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(event.paramWide(3), 0xffff_ffff_ffff_fffen);
  assertEquals([4, 5, 6, 7].map((index) => event.paramText(index)), [
    "/étc",
    "a\udcff",
    undefined,
    undefined,
  ]);
});

function header(type: number) {
  return { type, timeNs: 1n, threadId: 2, cpu: 0 };
}

Deno.test("ScapReader passes over what its reader does without, of one thread, and counts it", async () => {
  const READ = 7, FSTAT = 71;
  const one = Uint8Array.of(1);
  const bytes = await written((writer) => {
    const of = (type: number, threadId: number, count: number) =>
      writer.event(
        { type, timeNs: 1n, threadId, cpu: 0 },
        Array.from({ length: count }, () => one),
      );
    of(FSTAT, 77, 2);
    of(FSTAT, 78, 2);
    of(FSTAT, 77, 3);
    of(READ, 77, 1);
    of(READ, 2 ** 32 + 77, 1);
    of(CLOSE, 77, 2);
  });
  const paramCounts = new Int32Array(500).fill(NOT_PASSED);
  paramCounts[FSTAT] = 2;
  paramCounts[READ] = ANY_COUNT;
  const passedOver = { paramCounts, threadId: 77, count: 0 };
  using reader = new ScapReader(memoryInput(bytes));
  reader.passedOver = passedOver;
  const seen: (readonly [type: number, threadId: number, number: number])[] = [];
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    if (item.kind === "more") await reader.fill();
    if (item.kind === "event") seen.push([item.type, item.threadId, item.number]);
  }
  assertEquals(seen, [[FSTAT, 78, 2], [FSTAT, 77, 3], [READ, 2 ** 32 + 77, 5], [CLOSE, 77, 6]]);
  assertEquals(passedOver.count, 2);
});
