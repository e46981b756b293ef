/**
 * One alert in a segment, little endian:
 *
 *     ┌──────────────┬───────────────┬──────────────────┬───────────────┐
 *     │ length   u32 │ CRC32     u32 │ accepted ms  f64 │ text, UTF-8   │
 *     └──────────────┴───────────────┴──────────────────┴───────────────┘
 *                                    └── length bytes, of which the CRC is ──┘
 */
import { crc32 } from "node:zlib";

export const FRAME_BYTES = 8;
const TIME_BYTES = 8;
/** Bytes beside the text. */
export const ENTRY_OVERHEAD = FRAME_BYTES + TIME_BYTES;
/** Longer ones nobody has written: some of an alert's text takes six bytes a character as JSON. */
export const LARGEST_ENTRY = 256 << 20;

export interface Entry {
  /** Milliseconds since the epoch when the delivery took the alert. */
  readonly acceptedMs: number;
  readonly text: string;
}

/** What stands at a place; `end` is where the next entry begins. */
export type Found =
  | { readonly kind: "entry"; readonly entry: Entry; readonly end: number }
  /** Its bytes are not those that were written. */
  | { readonly kind: "spoilt"; readonly end: number }
  /** The bytes end inside it; so many are needed to read it. */
  | { readonly kind: "short"; readonly needs: number }
  /** No entry: where the next one begins cannot be told. */
  | { readonly kind: "lost" };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Throws where it is longer than any that could be read back. */
export function encodeEntry({ acceptedMs, text }: Entry): Uint8Array {
  const body = encoder.encode(text);
  if (TIME_BYTES + body.length > LARGEST_ENTRY) {
    throw new Error(`an alert has more than ${LARGEST_ENTRY >> 20} MiB`);
  }
  const bytes = new Uint8Array(FRAME_BYTES + TIME_BYTES + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, TIME_BYTES + body.length, true);
  view.setFloat64(FRAME_BYTES, acceptedMs, true);
  bytes.set(body, FRAME_BYTES + TIME_BYTES);
  view.setUint32(4, crc32(bytes.subarray(FRAME_BYTES)), true);
  return bytes;
}

export function entryAt(bytes: Uint8Array, at: number): Found {
  const there = bytes.length - at;
  if (there < FRAME_BYTES) return { kind: "short", needs: FRAME_BYTES };
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, there);
  const length = view.getUint32(0, true);
  if (length < TIME_BYTES || length > LARGEST_ENTRY) return { kind: "lost" };
  const size = FRAME_BYTES + length;
  if (there < size) return { kind: "short", needs: size };
  const end = at + size;
  const body = bytes.subarray(at + FRAME_BYTES, end);
  if (crc32(body) !== view.getUint32(4, true)) return { kind: "spoilt", end };
  const acceptedMs = view.getFloat64(FRAME_BYTES, true);
  const text = decoder.decode(body.subarray(TIME_BYTES));
  return { kind: "entry", entry: { acceptedMs, text }, end };
}

/** Of a double that is a time in milliseconds, the last byte: from 1 to 8.64e15, the last `Date` there is. */
const TIME_BYTE_FROM = 0x3f, TIME_BYTE_TO = 0x43;
const LATEST_MS = 8.64e15;

/**
 * The first place where an entry may begin, by its length and time; its CRC may say otherwise. No text
 * of an alert looks like one: JSON has no bytes below 32, and such a length does.
 */
export function likelyPlaceIn(
  bytes: Uint8Array,
): { readonly at: number; readonly size: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at <= bytes.length - ENTRY_OVERHEAD; at++) {
    const last = bytes[at + ENTRY_OVERHEAD - 1]!;
    if (last < TIME_BYTE_FROM || last > TIME_BYTE_TO) continue;
    const length = view.getUint32(at, true);
    if (length < TIME_BYTES || length > LARGEST_ENTRY) continue;
    const ms = view.getFloat64(at + FRAME_BYTES, true);
    if (Number.isInteger(ms) && ms <= LATEST_MS) return { at, size: FRAME_BYTES + length };
  }
  return undefined;
}
