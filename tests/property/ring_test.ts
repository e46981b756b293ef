/** Random rings, seeded: what was written comes back, and garbage is neither an exception nor a loop. */
import { assert, assertEquals } from "../assert.ts";
import { RingWriter, type WrittenRecord } from "../../ffi/ring_writer.ts";
import { RECORD_HEADER } from "../../ffi/layout.ts";
import { RecordMerger } from "../../ffi/merge.ts";
import { type RingMemory, RingReader } from "../../ffi/ring.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 1_000_000);
const SIZE = 1 << 12;

/** mulberry32: small, seeded, good enough to draw cases. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

interface Seen {
  readonly ring: "lifecycle" | "events";
  readonly kind: number;
  readonly threadId: number;
}

class Collector {
  readonly seen: Seen[] = [];
  constructor(readonly lifecycle: RingMemory) {}
  record(memory: RingMemory, offset: number, kind: number): void {
    const size = memory.u32[(offset + RECORD_HEADER.size) >> 2]!;
    assert(offset % 8 === 0 && offset + size <= memory.u8.length, "a record lies in its memory");
    const threadId = memory.u32[(offset + RECORD_HEADER.tid) >> 2]!;
    this.seen.push({ ring: memory === this.lifecycle ? "lifecycle" : "events", kind, threadId });
  }
}

Deno.test(`RecordMerger returns every record of valid rings, by time (seed ${SEED})`, () => {
  const random = generator(SEED);
  for (let round = 0; round < 200; round++) {
    const start = random(2) ? 0 : 2 ** 32 - random(64) * 8;
    const writers = { lifecycle: new RingWriter(SIZE, start), events: new RingWriter(SIZE, start) };
    const readers = {
      lifecycle: new RingReader(writers.lifecycle.pages),
      events: new RingReader(writers.events.pages),
    };
    let now = 2 ** 40;
    const merger = new RecordMerger(readers.lifecycle, readers.events, () => now);
    const collector = new Collector(readers.lifecycle.memory);
    const written: Seen[] = [];
    const busy: { writer: RingWriter; frame: number }[] = [];
    for (let step = 0; step < 300; step++) {
      now += 1 + random(1000);
      const ring = random(3) ? "events" : "lifecycle";
      const state = (["complete", "busy", "discarded", "complete"] as const)[random(4)]!;
      const record: WrittenRecord = {
        kind: 1 + random(9),
        bootNs: now,
        threadId: step,
        sizeBytes: RECORD_HEADER.byteLength + random(300),
        state,
      };
      const frame = writers[ring].append(record);
      if (frame === undefined) continue;
      if (state !== "discarded") written.push({ ring, kind: record.kind, threadId: step });
      if (state === "busy") busy.push({ writer: writers[ring], frame });
      if (random(4) === 0) {
        for (const { writer, frame } of busy.splice(0)) writer.complete(frame);
      }
      if (random(5) === 0) merger.drain(collector, 1 + random(20));
    }
    for (const { writer, frame } of busy) writer.complete(frame);
    merger.drain(collector, Infinity);
    assertEquals(collector.seen, written);
    assertEquals([merger.corrupt, merger.hasMore], [0, false]);
  }
});

Deno.test(`RecordMerger takes any memory without throwing or hanging (seed ${SEED})`, () => {
  const random = generator(SEED);
  const words = [0, 1, 7, 40, 4096, 8192, 0x3fff_ffff, 0x4000_0000, 0x8000_0000, 0xffff_ffff];
  for (let round = 0; round < 500; round++) {
    const lifecycle = new RingWriter(SIZE, random(2) ? 0 : random(2 ** 20) * 8);
    const events = new RingWriter(SIZE);
    const readers = [new RingReader(lifecycle.pages), new RingReader(events.pages)] as const;
    let now = 0;
    const merger = new RecordMerger(readers[0], readers[1], () => now += 1e6);
    const collector = new Collector(readers[0].memory);
    for (let step = 0; step < 60; step++) {
      const writer = random(2) ? lifecycle : events;
      switch (random(5)) {
        case 0:
          writer.append({ kind: 1, bootNs: random(2 ** 30), sizeBytes: 40 + random(500) });
          break;
        case 1:
          writer.position += random(SIZE);
          break;
        case 2:
          if (random(20) === 0) writer.position = random(2) ? random(2 ** 31) : 2 ** 53;
          break;
        default: {
          const word = random(2) ? words[random(words.length)]! : random(2 ** 32);
          writer.setWord(random(SIZE / 4) * 4, word);
        }
      }
      const found = merger.drain(collector, Infinity);
      assert(found <= 2 * SIZE / 8, "no more records than fit");
    }
  }
});

Deno.test(`RingReader reads a sound ring again after garbage (seed ${SEED})`, () => {
  const random = generator(SEED);
  for (let round = 0; round < 200; round++) {
    const writer = new RingWriter(SIZE);
    const reader = new RingReader(writer.pages);
    for (let step = 0; step < 100; step++) writer.setWord(step * 4, random(2 ** 31));
    writer.position = 400;
    for (reader.refresh(); reader.offset >= 0;) reader.advance();
    reader.publish();
    writer.append({ kind: 3, bootNs: 5, threadId: 77 });
    reader.refresh();
    assertEquals(reader.memory.u32[(reader.offset + RECORD_HEADER.tid) >> 2], 77);
    assertEquals(reader.timeNs, 5);
  }
});
