/** What a record costs the reader: 100 000 records on a prefilled ring, ns per record = time / 100 000. */
import { RingWriter } from "./ring_writer.ts";
import { RECORD_HEADER } from "./layout.ts";
import { RecordMerger } from "./merge.ts";
import { type RingMemory, RingReader } from "./ring.ts";

const RECORDS = 100_000;
const EVENT_BYTES = 104;

/** Reads what every decoder reads. */
class HeaderReader {
  sum = 0;
  record(memory: RingMemory, offset: number, kind: number): void {
    const { u16, u32, i32 } = memory;
    this.sum += kind + u16[(offset + RECORD_HEADER.syscall) >> 1]! +
      u32[(offset + RECORD_HEADER.tgid) >> 2]! + u32[(offset + RECORD_HEADER.tid) >> 2]! +
      i32[(offset + RECORD_HEADER.result) >> 2]!;
  }
}

function prefilled(bytes: number, records: number, everyNs: number): RingWriter {
  const writer = new RingWriter(bytes);
  for (let i = 0; i < records; i++) {
    writer.append({ kind: 8, bootNs: i * everyNs, threadId: i, sizeBytes: EVENT_BYTES });
  }
  return writer;
}

const handler = new HeaderReader();
// One lifecycle record for a hundred events.
const lifecycle = prefilled(1 << 20, RECORDS / 100, 1000);
const events = prefilled(16 << 20, RECORDS - RECORDS / 100, 10);

Deno.bench("RingReader: 100 000 records, one ring", (bench) => {
  const reader = new RingReader(events.pages);
  bench.start();
  reader.refresh();
  for (; reader.offset >= 0; reader.advance()) handler.record(reader.memory, reader.offset, 8);
  bench.end();
});

Deno.bench("RecordMerger: 100 000 records, two rings by time", (bench) => {
  for (const ring of [lifecycle, events]) ring.pages.consumer[0] = 0n;
  const readers = [new RingReader(lifecycle.pages), new RingReader(events.pages)] as const;
  const merger = new RecordMerger(readers[0], readers[1], () => 1e12);
  bench.start();
  const found = merger.drain(handler, Infinity);
  bench.end();
  if (found !== RECORDS) throw new Error(`${found} records`);
});
