/** Bytes of any kind as text and as lines. The seed is printed; FALCOD_SEED repeats a run. */
import { Buffer } from "node:buffer";
import { type Line, readLines } from "../../core/app/lines.ts";
import {
  decodeUtf8,
  encodeUtf8,
  replaceInvalid,
  utf8At,
  type Utf8Bytes,
} from "../../core/base/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);
console.log(`tests/property/text_test.ts: FALCOD_SEED=${SEED}`);

/** Leads and continuations that belong together now and then, and those that never do. */
const BYTES = [
  ...[0x00, 0x0a, 0x22, 0x2f, 0x61, 0x7f],
  ...[0x80, 0x82, 0x8f, 0x90, 0x9f, 0xa0, 0xa9, 0xac, 0xbf],
  ...[0xc0, 0xc3, 0xdf, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff],
];

function bytesOf(random: Random, longest: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: random.below(longest) }, () => random.pick(BYTES));
}

Deno.test("decodeUtf8() and encodeUtf8() lose nothing, and agree with the native decoder", () => {
  const random = new Random(SEED);
  const native = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let round = 0; round < 20_000; round++) {
    const bytes = bytesOf(random, 12);
    const text = decodeUtf8(bytes);
    assertEquals(encodeUtf8(text), bytes);
    assertEquals(replaceInvalid(text), native.decode(bytes));
    const buffer = Buffer.from([0x61, ...bytes, 0x62]) as Uint8Array as Utf8Bytes;
    assertEquals(utf8At(buffer, 1, bytes.length + 1), text);
  }
});

Deno.test("encodeUtf8() and replaceInvalid() take any string", () => {
  const random = new Random(SEED);
  const units = [0x61, 0xd83d, 0xd800, 0xdc00, 0xdc7f, 0xdc80, 0xdcff, 0xde00, 0xe000, 0xfffd];
  for (let round = 0; round < 20_000; round++) {
    const text = String.fromCharCode(...Array.from({ length: 6 }, () => random.pick(units)));
    assert(replaceInvalid(text).isWellFormed());
    assert(encodeUtf8(text).length <= text.length * 3);
  }
});

Deno.test("readLines() finds the same lines, however the input comes in pieces", async () => {
  const random = new Random(SEED);
  for (let round = 0; round < 500; round++) {
    const bytes = bytesOf(random, 60);
    const maxBytes = 1 + random.below(12);
    assertEquals(await linesOf(bytes, { maxBytes, random }), expectedLines(bytes, maxBytes));
  }
});

function linesOf(
  bytes: Uint8Array,
  { maxBytes, random }: { readonly maxBytes: number; readonly random: Random },
): Promise<Line[]> {
  let at = 0;
  return Array.fromAsync(readLines({
    read(buffer) {
      if (at === bytes.length) return Promise.resolve(null);
      const piece = bytes.subarray(at, at + 1 + random.below(9));
      buffer.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length);
    },
  }, maxBytes));
}

function expectedLines(bytes: Uint8Array, maxBytes: number): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const text = decodeUtf8(bytes.subarray(start, end));
    if (end - start > maxBytes) lines.push({ kind: "unusable", reason: "too long" });
    else if (!text.isWellFormed()) lines.push({ kind: "unusable", reason: "not UTF-8" });
    else lines.push({ kind: "text", text });
    start = end + 1;
  }
  return lines;
}
