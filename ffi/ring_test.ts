import { assertEquals } from "../tests/assert.ts";
import { RingWriter } from "./ring_writer.ts";
import { RECORD_HEADER } from "./layout.ts";
import { BUSY, EMPTY, RingReader } from "./ring.ts";

/** Thread ids of all records up to where the reader stops. */
function threadsIn(reader: RingReader): number[] {
  const threads: number[] = [];
  for (reader.refresh(); reader.offset >= 0; reader.advance()) {
    threads.push(reader.memory.u32[(reader.offset + RECORD_HEADER.tid) >> 2]!);
  }
  return threads;
}

Deno.test("RingReader says which part of the ring has come since it looked before", () => {
  const writer = new RingWriter(4096);
  const reader = new RingReader(writer.pages);
  reader.refresh();
  assertEquals(reader.backlog, 0);
  for (let i = 0; i < 10; i++) writer.append({ kind: 1, bootNs: i, threadId: i });
  threadsIn(reader);
  assertEquals(reader.backlog, Number(writer.pages.producer[0]) / 4096);
  reader.refresh();
  assertEquals(reader.backlog, 0);
});

Deno.test("RingReader reads records in order and gives their room back", () => {
  const writer = new RingWriter(4096);
  const reader = new RingReader(writer.pages);
  for (const threadId of [1, 2, 3]) writer.append({ kind: 1, bootNs: 10 * threadId, threadId });
  assertEquals(threadsIn(reader), [1, 2, 3]);
  assertEquals(reader.hasMore, false);
  assertEquals(Number(writer.pages.consumer[0]), 0);
  reader.publish();
  assertEquals(writer.free, 4096);
});

Deno.test("RingReader stops at a busy record and goes on when it is complete", () => {
  const writer = new RingWriter(4096);
  const reader = new RingReader(writer.pages);
  writer.append({ kind: 1, bootNs: 1, threadId: 1 });
  const frame = writer.append({ kind: 1, bootNs: 2, threadId: 2, state: "busy" })!;
  writer.append({ kind: 1, bootNs: 3, threadId: 3 });
  assertEquals(threadsIn(reader), [1]);
  assertEquals([reader.offset, reader.hasMore, reader.corrupt], [BUSY, true, 0]);
  writer.complete(frame);
  assertEquals(threadsIn(reader), [2, 3]);
  assertEquals(reader.offset, EMPTY);
});

Deno.test("RingReader passes over discarded records", () => {
  const writer = new RingWriter(4096);
  const reader = new RingReader(writer.pages);
  writer.append({ kind: 1, bootNs: 1, threadId: 1, state: "discarded" });
  writer.append({ kind: 1, bootNs: 2, threadId: 2 });
  writer.append({ kind: 1, bootNs: 3, threadId: 3, state: "discarded" });
  assertEquals(threadsIn(reader), [2]);
  assertEquals([reader.hasMore, reader.corrupt], [false, 0]);
});

Deno.test("RingReader reads across the end of the ring and above position 2^32", () => {
  const start = 2 ** 32 - 64;
  const writer = new RingWriter(4096, start);
  const reader = new RingReader(writer.pages);
  const seen: number[] = [];
  for (let threadId = 1; threadId <= 200; threadId++) {
    writer.append({ kind: 1, bootNs: threadId, threadId, sizeBytes: 40 + (threadId % 7) * 8 });
    if (threadId % 10 !== 0) continue;
    seen.push(...threadsIn(reader));
    reader.publish();
  }
  assertEquals(seen, Array.from({ length: 200 }, (_, i) => i + 1));
  assertEquals(Number(writer.pages.consumer[0]) > 2 ** 32, true);
});

Deno.test("RingReader gives up what lies before the kernel's position when a length lies", () => {
  const writer = new RingWriter(4096);
  const reader = new RingReader(writer.pages);
  writer.append({ kind: 1, bootNs: 1, threadId: 1 });
  const frame = writer.append({ kind: 1, bootNs: 2, threadId: 2 })!;
  writer.setWord(frame, 4000);
  assertEquals(threadsIn(reader), [1]);
  assertEquals([reader.offset, reader.corrupt, reader.hasMore], [EMPTY, 1, false]);
  writer.append({ kind: 1, bootNs: 3, threadId: 3 });
  assertEquals(threadsIn(reader), [3]);
});

Deno.test("RingReader skips a record whose own size does not fit its frame", () => {
  const writer = new RingWriter(4096);
  const reader = new RingReader(writer.pages);
  const frame = writer.append({ kind: 1, bootNs: 1, threadId: 1 })!;
  writer.setWord(frame + 8 + RECORD_HEADER.size, 48);
  writer.append({ kind: 1, bootNs: 2, threadId: 2 });
  assertEquals(threadsIn(reader), [2]);
  assertEquals(reader.corrupt, 1);
});

Deno.test("RingReader takes the kernel's position when it is behind or too far ahead", () => {
  const writer = new RingWriter(4096, 8192);
  const reader = new RingReader(writer.pages);
  for (const position of [0, 1 << 20]) {
    writer.position = position;
    assertEquals(threadsIn(reader), []);
    assertEquals(reader.hasMore, false);
  }
  assertEquals(reader.corrupt, 2);
});

Deno.test("RingReader reads records that fit behind the end, and no others", () => {
  const writer = new RingWriter(4096, 4096 - 64);
  const reader = new RingReader({ ...writer.pages, overlapBytes: 64 });
  writer.append({ kind: 1, bootNs: 1, threadId: 1, sizeBytes: 64 });
  assertEquals([threadsIn(reader), reader.corrupt], [[1], 0]);
  const other = new RingWriter(4096, 4096 - 64);
  const refusing = new RingReader({ ...other.pages, overlapBytes: 64 });
  other.append({ kind: 1, bootNs: 1, threadId: 1, sizeBytes: 128 });
  other.append({ kind: 1, bootNs: 2, threadId: 2 });
  assertEquals([threadsIn(refusing), refusing.corrupt], [[2], 1]);
});
