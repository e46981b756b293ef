/** LZ4 frames, as Kafka has them: independent blocks without checksums. github.com/lz4/lz4/tree/dev/doc */
import { ByteWriter } from "./bytes.ts";
import { blocksOf, sequencesOf } from "./repeats.ts";

/** Magic number, version 1 with independent blocks, blocks of 64 KiB, checksum of these two bytes. */
const HEAD = new Uint8Array([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const IS_PLAIN = 0x8000_0000;
const SHORTEST = 4;

export function lz4Frame(bytes: Uint8Array): Uint8Array {
  const frame = new ByteWriter().raw(HEAD);
  for (const block of blocksOf(bytes)) {
    const packed = lz4Block(block);
    const isSmaller = packed.length < block.length;
    const content = isSmaller ? packed : block;
    frame.raw(littleEndian(isSmaller ? content.length : content.length + IS_PLAIN)).raw(content);
  }
  return frame.raw(littleEndian(0)).finish();
}

function lz4Block(block: Uint8Array): Uint8Array {
  const to = new ByteWriter();
  for (const { literals, length, back } of sequencesOf(block)) {
    const more = length - SHORTEST;
    to.int8(Math.min(literals.length, 15) << 4 | Math.max(0, Math.min(more, 15)));
    writeRest(to, literals.length - 15);
    to.raw(literals);
    if (length === 0) continue;
    to.int8(back).int8(back >> 8);
    writeRest(to, more - 15);
  }
  return to.finish();
}

/** What has no room in four bits: as many 255 as there are, and what is left. */
function writeRest(to: ByteWriter, rest: number): void {
  if (rest < 0) return;
  for (; rest >= 255; rest -= 255) to.int8(255);
  to.int8(rest);
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
