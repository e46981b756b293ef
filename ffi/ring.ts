/**
 * Reads a BPF ring buffer in place, from memory the kernel shares.
 *
 * The kernel appends, the reader follows; both positions only grow and are taken modulo the size.
 * Each record stands behind a header of its own, and the next one starts at a multiple of 8:
 *
 *   0        4        8              8 + length
 *   | length | page   | record …     | pad |
 *     bit 31: still being written (the reader stops here)
 *     bit 30: given up by the writer (the reader skips it)
 *
 * Behind the data area its beginning is mapped once more, so a record that wraps around is contiguous all
 * the same.
 * See linux kernel/bpf/ringbuf.c.
 *
 * Nothing here throws on what stands in that memory: what cannot be a record is counted and skipped.
 */
import { RECORD_HEADER } from "./layout.ts";

/** A ring's memory: from a map of the kernel's, or plain buffers in tests. */
export interface RingPages {
  /** Where the reader is; written by the reader only. One element. */
  readonly consumer: BigUint64Array<ArrayBuffer>;
  /** Where the kernel is; one element. */
  readonly producer: BigUint64Array<ArrayBuffer>;
  /** Holds the data area at `dataOffset`, and behind it `overlapBytes` of its beginning again. */
  readonly buffer: ArrayBuffer;
  readonly dataOffset: number;
  /** A power of two, at most 2^30. */
  readonly sizeBytes: number;
  /** At least as long as the longest record, and at most `sizeBytes`; a multiple of 8. */
  readonly overlapBytes: number;
}

/**
 * Typed views of one ring; an offset in bytes divided by the element size is the index.
 *
 * Records start at multiples of 8. What is read here is only valid while the handler has the record.
 */
export interface RingMemory {
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly u16: Uint16Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly u64: BigUint64Array<ArrayBuffer>;
  readonly i64: BigInt64Array<ArrayBuffer>;
}

/** Instead of an offset: nothing there. */
export const EMPTY = -1;
/** Instead of an offset: the next record is still being written. */
export const BUSY = -2;

const FRAME_BYTES = 8;
const DISCARDED = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;
/** Freed space is reported to the kernel in steps of this many bytes: each report costs a BigInt and a shared cache line. */
const PUBLISH_BYTES = 256 << 10;

/**
 * A cursor over one ring, standing on at most one record.
 *
 * `refresh` looks how far the kernel has got, `advance` steps to the next record before that point,
 * `publish` gives everything before the cursor back to the kernel.
 */
export class RingReader {
  readonly memory: RingMemory;
  /** Where the current record starts in `memory`, or `EMPTY` or `BUSY`. */
  offset = EMPTY;
  /**
   * When the current record was made: CLOCK_BOOTTIME, ns.
   * Empty is later than everything; busy is earlier than everything, because it may turn out to be.
   */
  timeNs = Infinity;
  /** How often something else than a record stood where one should be. */
  corrupt = 0;

  readonly #consumer: BigUint64Array<ArrayBuffer>;
  readonly #producer: BigUint64Array<ArrayBuffer>;
  readonly #sizeBytes: number;
  readonly #mask: number;
  readonly #publishBytes: number;
  /** Positions count bytes since the ring was made and pass 2^32; as doubles they are exact to 2^53. */
  #position: number;
  #next: number;
  #end: number;
  #published: number;
  #backlog = 0;

  constructor(pages: RingPages) {
    const { buffer, dataOffset, sizeBytes, overlapBytes } = pages;
    const bytes = sizeBytes + overlapBytes;
    this.memory = {
      u8: new Uint8Array(buffer, dataOffset, bytes),
      u16: new Uint16Array(buffer, dataOffset, bytes / 2),
      u32: new Uint32Array(buffer, dataOffset, bytes / 4),
      i32: new Int32Array(buffer, dataOffset, bytes / 4),
      u64: new BigUint64Array(buffer, dataOffset, bytes / 8),
      i64: new BigInt64Array(buffer, dataOffset, bytes / 8),
    };
    this.#consumer = pages.consumer;
    this.#producer = pages.producer;
    this.#sizeBytes = sizeBytes;
    this.#mask = sizeBytes - 1;
    this.#publishBytes = Math.min(PUBLISH_BYTES, sizeBytes / 4);
    this.#position =
      this.#next =
      this.#end =
      this.#published =
        aligned(pages.consumer);
  }

  /** Whether the kernel has appended anything the cursor has not passed. */
  get hasMore(): boolean {
    return aligned(this.#producer) !== this.#position;
  }

  /** Bytes that the kernel cannot write to now; of `sizeBytes`. */
  get usedBytes(): number {
    return Math.max(0, aligned(this.#producer) - this.#published);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Which part of it had come when `refresh` looked last; from 0 to 1. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Looks how far the kernel has got, and steps onto the first record. */
  refresh(): void {
    this.#end = aligned(this.#producer);
    const ahead = this.#end - this.#position;
    this.#backlog = ahead / this.#sizeBytes;
    if (ahead < 0 || ahead > this.#sizeBytes) this.#resynchronize();
    this.#next = this.#position;
    this.advance();
  }

  /** Leaves the current record behind and steps onto the next one. */
  advance(): void {
    const { i32 } = this.memory;
    let position = this.#next;
    while (position < this.#end) {
      const frame = position & this.#mask;
      const word = Atomics.load(i32, frame >> 2);
      if (word < 0) {
        this.#stand(position, BUSY, -Infinity);
        return;
      }
      const length = word & LENGTH_MASK;
      const next = position + (((length + 7) & ~7) + FRAME_BYTES);
      if (next > this.#end) {
        this.#resynchronize();
        return;
      }
      if ((word & DISCARDED) === 0) {
        const offset = frame + FRAME_BYTES;
        if (this.#isRecord(offset, length)) {
          this.#next = next;
          this.#stand(position, offset, this.#timeAt(offset));
          return;
        }
        this.corrupt++;
      }
      position = next;
    }
    this.#next = position;
    this.#stand(position, EMPTY, Infinity);
  }

  /** Leaves a record behind that turned out not to be one. */
  skipCorrupt(): void {
    this.corrupt++;
    this.advance();
  }

  /** Gives what was left behind back to the kernel; cheap unless a good amount has come together. */
  publishSome(): void {
    if (this.#position - this.#published >= this.#publishBytes) this.publish();
  }

  /** Gives all that was left behind back to the kernel: it may be overwritten from now on. */
  publish(): void {
    if (this.#position === this.#published) return;
    this.#published = this.#position;
    Atomics.store(this.#consumer, 0, BigInt(this.#position));
  }

  #stand(position: number, offset: number, timeNs: number): void {
    this.#position = position;
    this.offset = offset;
    this.timeNs = timeNs;
  }

  /** The record's own header must fit into what the ring says, so that a decoder can trust its size. */
  #isRecord(offset: number, length: number): boolean {
    if (length < RECORD_HEADER.byteLength || offset + length > this.memory.u8.length) return false;
    const size = this.memory.u32[(offset + RECORD_HEADER.size) >> 2]!;
    return size >= RECORD_HEADER.byteLength && size <= length;
  }

  #timeAt(offset: number): number {
    const word = (offset + RECORD_HEADER.bootNs) >> 2;
    const { u32 } = this.memory;
    return u32[word + 1]! * 0x1_0000_0000 + u32[word]!;
  }

  /** A lying length leaves no way to find the next record: all up to the kernel's position is given up. */
  #resynchronize(): void {
    this.corrupt++;
    this.#next = this.#end;
    this.#stand(this.#end, EMPTY, Infinity);
  }
}

/** A shared position; always a multiple of 8. */
function aligned(position: BigUint64Array<ArrayBuffer>): number {
  return Number(Atomics.load(position, 0) & ~7n);
}
