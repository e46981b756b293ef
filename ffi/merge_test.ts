import { assertEquals, assertThrows } from "../tests/assert.ts";
import { RingWriter } from "./ring_writer.ts";
import { RECORD_HEADER } from "./layout.ts";
import { RecordMerger } from "./merge.ts";
import { type RingMemory, RingReader } from "./ring.ts";

class Collector {
  readonly threads: number[] = [];
  record(memory: RingMemory, offset: number, _kind: number): void {
    this.threads.push(memory.u32[(offset + RECORD_HEADER.tid) >> 2]!);
  }
}

function twoRings(clock = () => 1000) {
  const lifecycle = new RingWriter(4096);
  const events = new RingWriter(4096);
  const merger = new RecordMerger(
    new RingReader(lifecycle.pages),
    new RingReader(events.pages),
    clock,
  );
  return { lifecycle, events, merger };
}

function drained(merger: RecordMerger, budget = Infinity): number[] {
  const collector = new Collector();
  assertEquals(merger.drain(collector, budget), collector.threads.length);
  return collector.threads;
}

Deno.test("RecordMerger hands out both rings by time", () => {
  const { lifecycle, events, merger } = twoRings();
  for (const time of [10, 40, 50]) lifecycle.append({ kind: 1, bootNs: time, threadId: time });
  for (const time of [20, 30, 60]) events.append({ kind: 8, bootNs: time, threadId: time });
  assertEquals(drained(merger), [10, 20, 30, 40, 50, 60]);
  assertEquals(merger.hasMore, false);
  assertEquals([lifecycle.free, events.free], [4096, 4096]);
});

Deno.test("RecordMerger leaves what is younger than the limit for the next time", () => {
  let now = 35;
  const { lifecycle, events, merger } = twoRings(() => now);
  for (const time of [10, 40]) lifecycle.append({ kind: 1, bootNs: time, threadId: time });
  for (const time of [20, 30, 50]) events.append({ kind: 8, bootNs: time, threadId: time });
  assertEquals(drained(merger), [10, 20, 30]);
  assertEquals(merger.hasMore, true);
  now = 100;
  assertEquals(drained(merger), [40, 50]);
});

Deno.test("RecordMerger lets nothing overtake a record that is still being written", () => {
  const { lifecycle, events, merger } = twoRings();
  lifecycle.append({ kind: 1, bootNs: 10, threadId: 10 });
  const frame = lifecycle.append({ kind: 2, bootNs: 20, threadId: 20, state: "busy" })!;
  events.append({ kind: 8, bootNs: 30, threadId: 30 });
  assertEquals(drained(merger), [10]);
  lifecycle.complete(frame);
  assertEquals(drained(merger), [20, 30]);
});

Deno.test("RecordMerger keeps to its budget and goes on where it stopped", () => {
  const { lifecycle, events, merger } = twoRings();
  for (const time of [10, 30]) lifecycle.append({ kind: 1, bootNs: time, threadId: time });
  for (const time of [20, 40]) events.append({ kind: 8, bootNs: time, threadId: time });
  assertEquals(drained(merger, 3), [10, 20, 30]);
  assertEquals(drained(merger, 3), [40]);
});

Deno.test("RecordMerger drops a record from the future instead of waiting for it", () => {
  const { lifecycle, events, merger } = twoRings();
  lifecycle.append({ kind: 1, bootNs: 1e15, threadId: 1 });
  lifecycle.append({ kind: 1, bootNs: 20, threadId: 20 });
  events.append({ kind: 8, bootNs: 30, threadId: 30 });
  assertEquals(drained(merger), [30, 20]);
  assertEquals(merger.corrupt, 1);
});

Deno.test("RecordMerger keeps a record that the clock has caught up with after a suspend", () => {
  let now = 10;
  const { lifecycle, merger } = twoRings(() => {
    const before = now;
    now = 5e9;
    return before;
  });
  lifecycle.append({ kind: 1, bootNs: 4e9, threadId: 4 });
  assertEquals(drained(merger), []);
  assertEquals(drained(merger), [4]);
  assertEquals(merger.corrupt, 0);
});

Deno.test("RecordMerger does not hand out a record again whose handler threw", () => {
  const { lifecycle, events, merger } = twoRings();
  lifecycle.append({ kind: 1, bootNs: 10, threadId: 10 });
  events.append({ kind: 8, bootNs: 20, threadId: 20 });
  const failing = {
    record() {
      throw new Error("handler");
    },
  };
  assertThrows(() => merger.drain(failing, 10), /handler/);
  assertEquals(drained(merger), [20]);
});
