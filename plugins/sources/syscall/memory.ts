/** Reading text and wide numbers out of a ring's memory. */
import { Buffer } from "node:buffer";
import { utf8At, type Utf8Bytes } from "../../../core/mod.ts";
import { layout, type RingMemory } from "../../../ffi/mod.ts";
import { ByteCache } from "./byte_cache.ts";

const { HEADER_FLAGS, RECORD_HEADER } = layout;

const buffers = new WeakMap<Uint8Array, Utf8Bytes>();
let texts: ByteCache<string> | undefined;

/** In bytes; longer texts are decoded every time. */
const LONGEST_KEPT = 128;

/** Decodes UTF-8 so that other bytes are kept, see core/base/utf8.ts; never fails. Short texts that repeat come from a cache. */
export function textAt(memory: RingMemory, at: number, bytes: number): string {
  if (bytes === 0) return "";
  if ((at & 3) !== 0 || bytes > LONGEST_KEPT) return decode(memory, at, bytes);
  texts ??= new ByteCache({ slots: 2048, longest: LONGEST_KEPT });
  const known = texts.find(memory, at, bytes, 0);
  if (known !== undefined) return known;
  const again = texts.missedTwice;
  const text = decode(memory, at, bytes);
  if (again) texts.keep(memory, at, text);
  return text;
}

/** In front of what is left of a path. It begins as absolute ones do, so that nobody joins it to another. */
export const CUT = "/…";

/** Of a path whose beginning did not fit: its names alone, or that they are so many. See path_walk.h. */
const SHORTEST_CUT = 400, LONG_CUT = 4096 - 256, MANY_NAMES = 200;

/**
 * A path put together of the kernel's names, from the last one to the first. Where it is too deep for
 * that, what is left begins with any name, and `CUT` stands in front: without it, it would be another
 * file's. `record`: where the record begins.
 */
export function walkedPathAt(
  memory: RingMemory,
  at: number,
  { bytes, record }: { readonly bytes: number; readonly record: number },
): string {
  const path = textAt(memory, at, bytes);
  if (bytes < SHORTEST_CUT || !tellsOfCut(memory, record)) return path;
  return bytes >= LONG_CUT || path.split("/").length > MANY_NAMES ? CUT + path : path;
}

/** The record says of all its texts together whether one was cut. */
function tellsOfCut(memory: RingMemory, record: number): boolean {
  const flags = memory.u16[(record + RECORD_HEADER.flags) >> 1]!;
  return (flags & HEADER_FLAGS.truncated) !== 0;
}

/** The same as `textAt` for text that is not worth looking for. */
export function freshTextAt(memory: RingMemory, at: number, bytes: number): string {
  return bytes === 0 ? "" : decode(memory, at, bytes);
}

/**
 * `Buffer.utf8Slice` on mapped memory is the quickest decoder there is here: 60 ns for 100 bytes
 * against 95-175 ns for TextDecoder.
 */
function decode(memory: RingMemory, at: number, bytes: number): string {
  let buffer = buffers.get(memory.u8);
  if (!buffer) {
    const { buffer: bytes, byteOffset, byteLength } = memory.u8;
    buffer = Buffer.from(bytes, byteOffset, byteLength) as Uint8Array as Utf8Bytes;
    buffers.set(memory.u8, buffer);
  }
  return utf8At(buffer, at, at + bytes);
}

/** A u64 as a number: exact below 2^53, which boot time in nanoseconds passes after 104 days, then within 2 ns. */
export function wideAt(memory: RingMemory, at: number): number {
  return memory.u32[(at >> 2) + 1]! * 4294967296 + memory.u32[at >> 2]!;
}

/** An s64 as a number. */
export function signedWideAt(memory: RingMemory, at: number): number {
  return memory.i32[(at >> 2) + 1]! * 4294967296 + memory.u32[at >> 2]!;
}
