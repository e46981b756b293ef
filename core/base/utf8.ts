/**
 * Text that loses nothing: names of files and arguments are bytes, whatever Linux programs make of
 * them, and rules may ask for those that are not UTF-8 (`fd.name contains "\xff"`).
 *
 * A byte that is part of no valid sequence becomes the lone surrogate U+DC00 + byte, U+DC80 to U+DCFF,
 * which no valid UTF-8 decodes to (Python calls this "surrogateescape"). Such text compares, joins and
 * splits as any other; where it leaves the program, `replaceInvalid` makes U+FFFD of it.
 */

import { Buffer } from "node:buffer";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

const ESCAPE = 0xdc00;
const REPLACEMENT = "\ufffd";

/** The text of bytes; `encodeUtf8` gives the same bytes back. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes(REPLACEMENT) ? restoreInvalid(text, bytes) : text;
}

/** Node's buffers have had this since the beginning, and their types leave it out. */
export interface Utf8Bytes extends Uint8Array {
  utf8Slice(start: number, end: number): string;
}

/** `decodeUtf8` of a part, and the quickest decoder there is here for short texts. */
export function utf8At(bytes: Utf8Bytes, start: number, end: number): string {
  const text = bytes.utf8Slice(start, end);
  return text.includes(REPLACEMENT) ? restoreInvalid(text, bytes.subarray(start, end)) : text;
}

/**
 * What a native decoder made of `bytes`, with the bytes it replaced put back. Where `text` has a
 * U+FFFD it may also stand in the bytes themselves.
 */
function restoreInvalid(text: string, bytes: Uint8Array): string {
  let restored = "";
  let valid = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > valid) restored += decoder.decode(bytes.subarray(valid, at));
    restored += String.fromCharCode(ESCAPE + bytes[at]!);
    valid = ++at;
  }
  if (valid === 0) return text;
  return restored + decoder.decode(bytes.subarray(valid));
}

/** The bytes of a text, those that are no UTF-8 among them. Other lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes = new Uint8Array(text.length * 3);
  let size = 0;
  let begun = 0;
  const flush = (end: number) => {
    size += encoder.encodeInto(text.slice(begun, end), bytes.subarray(size)).written;
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(at + 1))) at++;
    else if (unit >= ESCAPE + 0x80 && unit <= ESCAPE + 0xff) {
      flush(at);
      bytes[size++] = unit - ESCAPE;
      begun = at + 1;
    }
  }
  flush(text.length);
  return bytes.slice(0, size);
}

/** How many bytes `encodeUtf8` makes of a text. */
export function utf8Length(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text, "utf8") : encodeUtf8(text).length;
}

/**
 * Text for others to read: U+FFFD for every broken sequence, as many as Unicode recommends (3.9,
 * maximal subparts).
 */
export function replaceInvalid(text: string): string {
  return text.isWellFormed() ? text : decoder.decode(encodeUtf8(text));
}

/**
 * Bytes of the sequence that begins at `at`, 0 when it is not valid. Unicode 15, table 3-7: overlong
 * forms, surrogates and what is above U+10FFFF show in the second byte.
 */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high || !isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3] ?? 0) ? 4 : 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
