/** Writes a ring in plain memory as the kernel does, for tests and benchmarks. */
import { RECORD_HEADER } from "./layout.ts";
import type { RingPages } from "./ring.ts";

export interface WrittenRecord {
  readonly kind: number;
  /** Below 2^53. */
  readonly bootNs: number;
  readonly threadId?: number;
  /** Bytes of the whole record, at least a header; rounded up to a multiple of 8. */
  readonly sizeBytes?: number;
  readonly state?: "complete" | "busy" | "discarded";
}

const BUSY = 0x8000_0000;
const DISCARDED = 0x4000_0000;

export class RingWriter {
  readonly pages: RingPages;
  readonly #data: DataView;

  /** `start` is where both positions stand at first: a multiple of 8. */
  constructor(sizeBytes: number, start = 0) {
    const buffer = new ArrayBuffer(2 * sizeBytes);
    this.#data = new DataView(buffer);
    this.pages = {
      consumer: BigUint64Array.of(BigInt(start)),
      producer: BigUint64Array.of(BigInt(start)),
      buffer,
      dataOffset: 0,
      sizeBytes,
      overlapBytes: sizeBytes,
    };
  }

  get position(): number {
    return Number(this.pages.producer[0]);
  }
  set position(position: number) {
    this.pages.producer[0] = BigInt(position);
  }

  get free(): number {
    return this.pages.sizeBytes - (this.position - Number(this.pages.consumer[0]));
  }

  /** Appends a record and says where its frame is; undefined when the ring is full. */
  append(record: WrittenRecord): number | undefined {
    const size = ((record.sizeBytes ?? RECORD_HEADER.byteLength) + 7) & ~7;
    const frame = Math.ceil(this.position / 8) * 8;
    if (size + 8 > this.free) return undefined;
    const body = frame + 8;
    for (let at = 0; at < size; at += 4) this.setWord(body + at, (body + at) >>> 0);
    this.setWord(body + RECORD_HEADER.size, size);
    this.setWord(body + RECORD_HEADER.kind, record.kind);
    this.setWord(body + RECORD_HEADER.bootNs, record.bootNs >>> 0);
    this.setWord(body + RECORD_HEADER.bootNs + 4, Math.floor(record.bootNs / 2 ** 32));
    this.setWord(body + RECORD_HEADER.tid, record.threadId ?? 0);
    const state = record.state ?? "complete";
    const bits = state === "busy" ? BUSY : state === "discarded" ? DISCARDED : 0;
    this.setWord(frame, size | bits);
    this.position = body + size;
    return frame;
  }

  /** What the writer of a busy record does when it is done. */
  complete(frame: number): void {
    this.setWord(frame, this.#data.getUint32(frame % this.pages.sizeBytes, true) & ~BUSY);
  }

  /** Stores 32 bits at a position, a multiple of 4, in both views of the data area. */
  setWord(position: number, word: number): void {
    const { sizeBytes } = this.pages;
    const at = position % sizeBytes;
    this.#data.setUint32(at, word, true);
    this.#data.setUint32(at + sizeBytes, word, true);
  }
}
