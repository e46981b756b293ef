/**
 * Snappy, in the frames of snappy-java, which Kafka's clients read and write.
 * github.com/google/snappy/blob/main/format_description.txt
 */
import { ByteWriter } from "./bytes.ts";
import { blocksOf, sequencesOf } from "./repeats.ts";

/** A magic text; version 1, for readers of version 1 and newer. */
const HEAD = new Uint8Array([
  0x82,
  ...new TextEncoder().encode("SNAPPY"),
  0,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  1,
]);
const MOST_COPIED = 64;

export function snappyFrames(bytes: Uint8Array): Uint8Array {
  const frames = new ByteWriter().raw(HEAD);
  for (const block of blocksOf(bytes)) frames.bytes(snappyBlock(block));
  return frames.finish();
}

function snappyBlock(block: Uint8Array): Uint8Array {
  const to = new ByteWriter();
  let rest = block.length;
  for (; rest >= 0x80; rest >>>= 7) to.int8((rest & 0x7f) | 0x80);
  to.int8(rest);
  for (const { literals, length, back } of sequencesOf(block)) {
    writeLiterals(to, literals);
    for (let left = length; left > 0; left -= MOST_COPIED) {
      const copied = Math.min(left, MOST_COPIED);
      to.int8((copied - 1) << 2 | 2).int8(back).int8(back >> 8);
    }
  }
  return to.finish();
}

function writeLiterals(to: ByteWriter, literals: Uint8Array): void {
  if (literals.length === 0) return;
  const last = literals.length - 1;
  if (last < 60) to.int8(last << 2);
  else if (last < 0x100) to.int8(60 << 2).int8(last);
  else to.int8(61 << 2).int8(last).int8(last >> 8);
  to.raw(literals);
}
