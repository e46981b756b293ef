/** What of a block has been there before it: the common part of LZ4 and Snappy. */

export interface Sequence {
  /** Bytes that are new. */
  readonly literals: Uint8Array;
  /** Bytes after them that are the same as those so far back; of the last sequence, none. */
  readonly length: number;
  readonly back: number;
}

/** So that distances have two bytes. */
export const MOST_BLOCK_BYTES = 65_536;

const SHORTEST = 4;
/** LZ4 wants the last bytes of a block to be new, and no repetition to begin shortly before them. */
const NEW_AT_END = 5;
const NO_BEGIN_AT_END = 12;
const HASH_BITS = 13;

/** `block`: at most `MOST_BLOCK_BYTES`. Takes the first repetition that it finds, as fast encoders do. */
export function* sequencesOf(block: Uint8Array): Generator<Sequence> {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const seen = new Int32Array(1 << HASH_BITS).fill(-1);
  const lastBegin = block.length - NO_BEGIN_AT_END, end = block.length - NEW_AT_END;
  let from = 0;
  for (let at = 0; at <= lastBegin;) {
    const four = view.getUint32(at, true);
    const hash = Math.imul(four, 0x9e3779b1) >>> (32 - HASH_BITS);
    const before = seen[hash]!;
    seen[hash] = at;
    if (before < 0 || view.getUint32(before, true) !== four) {
      at++;
      continue;
    }
    let length = SHORTEST;
    while (at + length < end && block[before + length] === block[at + length]) length++;
    yield { literals: block.subarray(from, at), length, back: at - before };
    from = at += length;
  }
  yield { literals: block.subarray(from), length: 0, back: 0 };
}

export function* blocksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MOST_BLOCK_BYTES) {
    yield bytes.subarray(at, at + MOST_BLOCK_BYTES);
  }
}
