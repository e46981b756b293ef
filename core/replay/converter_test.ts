import { assert, assertEquals } from "../../tests/assert.ts";
import { Buffer } from "node:buffer";
import { type CaptureBytes, memoryInput, ScapEvent, ScapReader, ScapWriter } from "../scap/mod.ts";
import { written } from "../scap/testing.ts";
import { Converter } from "./converter.ts";

/** PPME codes. */
const OPEN_ENTER = 2, OPEN_EXIT = 3, CLOSE_ENTER = 4, CLOSE_EXIT = 5, READ_EXIT = 7;
const EXECVE_OF_2016 = 231, EXECVE_EXIT = 293;

const u64 = (value: number) => new Uint8Array(new BigInt64Array([BigInt(value)]).buffer);
const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
const text = (value: string) => new TextEncoder().encode(`${value}\0`);

/** Types and parameters of what comes out, copied. */
async function converted(
  events: readonly {
    readonly type: number;
    readonly threadId?: number;
    readonly params: readonly Uint8Array[];
  }[],
): Promise<{ readonly found: (readonly [number, Uint8Array[]])[]; readonly failed: number }> {
  const bytes = await written((writer: ScapWriter) => {
    for (const { type, threadId = 7, params } of events) {
      writer.event({ type, threadId, timeNs: 1n, cpu: 0 }, params);
    }
  });
  const converter = new Converter();
  const found: (readonly [number, Uint8Array[]])[] = [];
  using reader = new ScapReader(memoryInput(bytes));
  for (;;) {
    const item = reader.next();
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "end" || item.kind === "fault") break;
    else if (item.kind === "event") {
      const event = converter.convert(item);
      if (event) found.push([event.type, paramsOf(event)]);
    }
  }
  return { found, failed: converter.failed };
}

function paramsOf(event: ScapEvent): Uint8Array[] {
  return Array.from({ length: event.paramCount }, (_, index) => event.paramBytes(index).slice());
}

Deno.test("what the enter event knew is added to its exit, and the enter event is consumed", async () => {
  const { found } = await converted([
    { type: CLOSE_ENTER, params: [u64(3)] },
    { type: CLOSE_EXIT, params: [u64(0)] },
  ]);
  assertEquals(found, [[CLOSE_EXIT, [u64(0), u64(3)]]]);
});

Deno.test("each thread has its own enter event, and one of another call is none", async () => {
  const { found } = await converted([
    { type: CLOSE_ENTER, threadId: 1, params: [u64(3)] },
    { type: CLOSE_ENTER, threadId: 2, params: [u64(4)] },
    { type: CLOSE_EXIT, threadId: 2, params: [u64(0)] },
    { type: CLOSE_EXIT, threadId: 1, params: [u64(-9)] },
    { type: OPEN_ENTER, threadId: 1, params: [text("/a"), u32(0), u32(0)] },
    { type: CLOSE_EXIT, threadId: 1, params: [u64(0)] },
  ]);
  const closed = found.filter(([type]) => type === CLOSE_EXIT).map(([, [, fd]]) => fd);
  assertEquals(closed, [u64(4), u64(3), u64(0)]);
});

Deno.test("events of today pass as they are", async () => {
  const params = [u64(4), text("data"), u64(3), u32(4096)];
  const { found } = await converted([{ type: READ_EXIT, params }]);
  assertEquals(found, [[READ_EXIT, params]]);
});

Deno.test("of an event of a later version what is known of it passes", async () => {
  const params = [u64(4), text("data"), u64(3), u32(4096)];
  const { found, failed } = await converted([
    { type: READ_EXIT, params: [...params, text("what nobody knows yet")] },
    { type: READ_EXIT, params },
  ]);
  assertEquals(found, [[READ_EXIT, params], [READ_EXIT, params]]);
  assertEquals(failed, 0);
});

Deno.test("an exec of 2016 becomes one of today", async () => {
  const params = Array.from({ length: 16 }, (_, index) => index === 1 ? text("cat") : u64(index));
  const { found, failed } = await converted([{ type: EXECVE_OF_2016, params }]);
  assertEquals([found.length, failed], [1, 0]);
  const [type, now] = found[0]!;
  assertEquals([type, now.length], [EXECVE_EXIT, 31]);
  assertEquals(now[1], text("cat"));
});

Deno.test("a number of parameters that no version had is counted and left out", async () => {
  const { found, failed } = await converted([{ type: OPEN_EXIT, params: [] }]);
  assertEquals([found.length, failed], [0, 1]);
});

Deno.test("enter events that never end do not pile up", () => {
  const converter = new Converter();
  const event = new ScapEvent();
  const bytes = new Uint8Array(34);
  event.bytes = Buffer.from(bytes.buffer) as CaptureBytes;
  event.view = new DataView(bytes.buffer);
  event.type = CLOSE_ENTER;
  event.paramCount = 1;
  event.paramOffsets.set([26, 34]);
  event.end = 34;
  for (let id = 1; id <= 70_000; id++) {
    event.view.setUint32(8, id, true);
    converter.convert(event);
  }
  assert(converter.stored(70_000) !== undefined);
  assertEquals(converter.stored(1), undefined);
});
