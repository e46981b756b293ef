import { assert, assertEquals } from "../../../tests/assert.ts";
import { lz4Frame } from "./lz4.ts";
import { snappyFrames } from "./snappy.ts";

/** What the decoders of others make of a block: bytes, and copies of bytes before them. */
class Unpacked {
  readonly bytes: number[] = [];

  literals(from: Uint8Array): void {
    for (const byte of from) this.bytes.push(byte);
  }

  copy(length: number, back: number): void {
    assert(back > 0 && back <= this.bytes.length, "a copy of what is not there");
    for (let n = 0; n < length; n++) this.bytes.push(this.bytes.at(-back)!);
  }
}

function unlz4(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const all: number[] = [];
  let at = 7;
  for (let size = view.getUint32(at, true); size !== 0; size = view.getUint32(at, true)) {
    const isPlain = size >= 0x8000_0000;
    const block = frame.subarray(at + 4, at += 4 + size % 0x8000_0000);
    for (const byte of isPlain ? block : unlz4Block(block)) all.push(byte);
  }
  assertEquals(at + 4, frame.length);
  return Uint8Array.from(all);
}

function unlz4Block(block: Uint8Array): readonly number[] {
  const unpacked = new Unpacked();
  let at = 0;
  const counted = (first: number) => {
    let count = first;
    if (first === 15) {
      for (let more = 255; more === 255;) count += more = block[at++]!;
    }
    return count;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const count = counted(token >> 4);
    unpacked.literals(block.subarray(at, at += count));
    if (at === block.length) break;
    const back = block[at]! | block[at + 1]! << 8;
    at += 2;
    unpacked.copy(counted(token & 15) + 4, back);
  }
  return unpacked.bytes;
}

function unsnappy(frames: Uint8Array): Uint8Array {
  const view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength);
  const all: number[] = [];
  for (let at = 16; at < frames.length;) {
    const size = view.getInt32(at);
    for (const byte of unsnappyBlock(frames.subarray(at + 4, at += 4 + size))) all.push(byte);
  }
  return Uint8Array.from(all);
}

function unsnappyBlock(block: Uint8Array): readonly number[] {
  const unpacked = new Unpacked();
  let at = 0, length = 0;
  for (let shift = 0;; shift += 7) {
    const byte = block[at++]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  while (at < block.length) {
    const tag = block[at++]!;
    const six = tag >> 2;
    if ((tag & 3) === 2) {
      unpacked.copy(six + 1, block[at]! | block[at + 1]! << 8);
      at += 2;
      continue;
    }
    assertEquals(tag & 3, 0);
    const wide = Math.max(0, six - 59);
    let count = six;
    if (wide > 0) count = block[at]! | (wide > 1 ? block[at + 1]! << 8 : 0);
    at += wide;
    unpacked.literals(block.subarray(at, at += count + 1));
  }
  assertEquals(unpacked.bytes.length, length);
  return unpacked.bytes;
}

/** Always the same: lengths around every limit, with few, many and no repetitions. */
function* samples(): Generator<Uint8Array> {
  let state = 1;
  const next = () => state = Math.imul(state, 48_271) >>> 0;
  const lengths = [0, 1, 4, 5, 11, 12, 13, 16, 59, 60, 61, 256, 257, 300, 4096, 65_536, 65_537];
  for (const length of [...lengths, 140_000]) {
    for (const kinds of [1, 2, 5, 256]) {
      yield Uint8Array.from({ length }, () => (next() >>> 16) % kinds);
    }
  }
}

Deno.test("lz4Frame() and snappyFrames() hold what they were given, whatever that is", () => {
  for (const sample of samples()) {
    const told = `${sample.length} bytes`;
    assertEquals(unlz4(lz4Frame(sample)), sample, told);
    assertEquals(unsnappy(snappyFrames(sample)), sample, told);
  }
});

Deno.test("lz4Frame() and snappyFrames() make texts shorter, and others hardly longer", () => {
  const text = new TextEncoder().encode("An open was seen (command=cat /dev/null) ".repeat(1000));
  const random = crypto.getRandomValues(new Uint8Array(60_000));
  for (const pack of [lz4Frame, snappyFrames]) {
    assert(pack(text).length < text.length / 10);
    assert(pack(random).length < random.length + 64);
  }
});
