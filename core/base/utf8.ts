/**
 * Text that loses nothing: names of files and arguments are bytes, whatever Linux programs make of
 * them, and rules may ask for those that are not UTF-8 (`fd.name contains "\xff"`).
 *
 * A byte that is part of no valid sequence becomes the lone surrogate U+DC00 + byte, U+DC80 to U+DCFF,
 * which no valid UTF-8 decodes to (Python calls this "surrogateescape"). Such text compares, joins and
 * splits as any other; where it leaves the program, `replaceInvalid` makes U+FFFD of it.
 */

import { Buffer, isUtf8 } from "node:buffer";
import { CodeUnits } from "./code_units.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

const ESCAPE = 0xdc00;
const REPLACEMENT = "\ufffd", REPLACEMENT_UNIT = 0xfffd;

/** From here on it pays to ask whether bytes are UTF-8 first: decoders take long for those that are not. */
const LONG = 256;

/** The text of bytes; `encodeUtf8` gives the same bytes back. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length >= LONG && !isUtf8(bytes)) return decodeBroken(bytes);
  const text = decoder.decode(bytes);
  return text.includes(REPLACEMENT) ? decodeBroken(bytes) : text;
}

/** Node's buffers have had this since the beginning, and their types leave it out. */
export interface Utf8Bytes extends Uint8Array {
  utf8Slice(start: number, end: number): string;
}

/** `decodeUtf8` of a part, and the quickest decoder there is here for short texts. */
export function utf8At(bytes: Utf8Bytes, start: number, end: number): string {
  if (end - start >= LONG) {
    const part = bytes.subarray(start, end);
    if (!isUtf8(part)) return decodeBroken(part);
  }
  const text = bytes.utf8Slice(start, end);
  return text.includes(REPLACEMENT) ? decodeBroken(bytes.subarray(start, end)) : text;
}

/**
 * One after the other; native decoders do not say which bytes they replaced, and take long for them.
 * `replaces`: with U+FFFD for every broken sequence.
 */
function decodeBroken(bytes: Uint8Array, replaces = false): string {
  const text = new CodeUnits(bytes.length);
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    if (first < 0x80) {
      text.push(first);
      at++;
      continue;
    }
    // Nothing begins with a continuation.
    const length = first < 0xc2 ? -1 : sequenceLength(bytes, at);
    if (length <= 0) text.push(replaces ? REPLACEMENT_UNIT : ESCAPE + first);
    else if (length === 2) text.push((first & 0x1f) << 6 | bytes[at + 1]! & 0x3f);
    else {
      const middle = (bytes[at + 1]! & 0x3f) << 6 | bytes[at + 2]! & 0x3f;
      if (length === 3) text.push((first & 0xf) << 12 | middle);
      else {
        const above = ((first & 7) << 18 | middle << 6 | bytes[at + 3]! & 0x3f) - 0x10000;
        text.push(0xd800 | above >> 10);
        text.push(0xdc00 | above & 0x3ff);
      }
    }
    at += length > 0 ? length : replaces ? -length : 1;
  }
  return text.toString();
}

/** The bytes of a text, those that are no UTF-8 among them. Other lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes = new Uint8Array(text.length * 3);
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    let unit = text.charCodeAt(at);
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(at + 1))) {
      const point = 0x10000 + ((unit & 0x3ff) << 10 | text.charCodeAt(++at) & 0x3ff);
      bytes[size++] = 0xf0 | point >> 18;
      bytes[size++] = 0x80 | point >> 12 & 0x3f;
      bytes[size++] = 0x80 | point >> 6 & 0x3f;
      bytes[size++] = 0x80 | point & 0x3f;
      continue;
    }
    if (unit >= ESCAPE + 0x80 && unit <= ESCAPE + 0xff) {
      bytes[size++] = unit - ESCAPE;
      continue;
    }
    if (unit >= 0xd800 && unit <= 0xdfff) unit = REPLACEMENT_UNIT;
    if (unit < 0x80) bytes[size++] = unit;
    else {
      if (unit < 0x800) bytes[size++] = 0xc0 | unit >> 6;
      else {
        bytes[size++] = 0xe0 | unit >> 12;
        bytes[size++] = 0x80 | unit >> 6 & 0x3f;
      }
      bytes[size++] = 0x80 | unit & 0x3f;
    }
  }
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
  return text.isWellFormed() ? text : decodeBroken(encodeUtf8(text), true);
}

/**
 * Bytes of the sequence that begins at `at`; of a broken one, with a minus, those that could have begun
 * one (Unicode 15, 3.9: the maximal subpart), or a single one. Table 3-7: overlong forms, surrogates and
 * what is above U+10FFFF show in the second byte.
 */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return -1;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : -1;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return -1;
  if (!isContinuation(bytes[at + 2] ?? 0)) return -2;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3] ?? 0) ? 4 : -3;
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
