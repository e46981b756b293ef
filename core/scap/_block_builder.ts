/** Blocks as bytes, one behind the other. */
import { Buffer } from "node:buffer";
import { encodeUtf8 } from "../base/mod.ts";
import { BLOCK_TRAILER_BYTES } from "./format.ts";

const FIRST_BYTES = 64 << 10;
const MOST_KEPT_BYTES = 2 << 20;
const HIGH_WORD = 4294967296;

/**
 * Numbers are cut to the size of their field and never throw. `take` hands out what was built as one
 * piece.
 */
export class BlockBuilder {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #view = viewOf(this.#bytes);
  #at = 0;
  #blockStart = 0;

  /** Bytes that nobody took yet. */
  get length(): number {
    return this.#at;
  }

  /** Starts a block; the length comes with `end`. */
  begin(type: number): void {
    this.#blockStart = this.#at;
    this.u32(type);
    this.u32(0);
  }

  /** Padding, length and the length again. */
  end(): void {
    while ((this.#at - this.#blockStart) % 4 !== 0) this.u8(0);
    const length = this.#at - this.#blockStart + BLOCK_TRAILER_BYTES;
    this.#view.setUint32(this.#blockStart + 4, length, true);
    this.u32(length);
  }

  /** Bytes since `begin`. */
  get blockLength(): number {
    return this.#at - this.#blockStart;
  }

  /** A place for an entry's length, which `endEntry` fills. */
  beginEntry(): number {
    const start = this.#at;
    this.u32(0);
    return start;
  }

  /** `uncounted`: bytes at its beginning that the length leaves out. */
  endEntry(start: number, uncounted = 0): void {
    this.#view.setUint32(start, this.#at - start - uncounted, true);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  u64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.#at, value, true);
    this.#at += 8;
  }

  /** An s64; exact below 2^53. */
  i64(value: number): void {
    this.u32(value);
    this.u32(Math.floor(value / HIGH_WORD));
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Cut, or filled with zeros, to `count`. */
  fixedBytes(bytes: Uint8Array, count: number): void {
    this.bytes(bytes.subarray(0, count));
    for (let missing = count - bytes.length; missing > 0; missing--) this.u8(0);
  }

  fixedText(text: string, count: number): void {
    this.#reserve(count);
    this.#bytes.fill(0, this.#at, this.#at + count);
    this.#put(text, count - 1);
    this.#at += count;
  }

  /** A u16 of length, then the text without a NUL, cut to the limit between two characters. */
  text(text: string, limitBytes: number): void {
    this.u16(0);
    this.#reserve(limitBytes);
    const length = this.#put(text, limitBytes);
    this.#view.setUint16(this.#at - 2, length, true);
    this.#at += length;
  }

  /** A NUL behind each. */
  texts(texts: readonly string[], limitBytes: number): void {
    this.text(texts.length === 0 ? "" : `${texts.join("\0")}\0`, limitBytes);
  }

  /** All there is; the builder starts anew in other memory. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#at);
    // As much again will come before the next time.
    this.#bytes = Buffer.allocUnsafe(Math.min(Math.max(FIRST_BYTES, this.#at), MOST_KEPT_BYTES));
    this.#view = viewOf(this.#bytes);
    this.#at = this.#blockStart = 0;
    return taken;
  }

  /** At most `limitBytes` of a text, for which there is room, and how many they are. */
  #put(text: string, limitBytes: number): number {
    if (text.isWellFormed()) return this.#bytes.write(text, this.#at, limitBytes, "utf8");
    const part = encodeUtf8(text).subarray(0, limitBytes);
    this.#bytes.set(part, this.#at);
    return part.length;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
