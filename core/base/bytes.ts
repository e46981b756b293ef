/** Bytes that come in pieces. */

/** The pieces as one. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.length;
  }
  return whole;
}

const CHUNK_BYTES = 64 << 10;

/** Everything to the end; absent when it is more than `maxBytes`. For files that do not tell their size. */
export function readAtMost(
  file: { readSync(buffer: Uint8Array): number | null },
  maxBytes: number,
): Uint8Array<ArrayBuffer> | undefined {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = file.readSync(chunk);
    if (count === null || count === 0) return joinBytes(chunks);
    size += count;
    if (size > maxBytes) return undefined;
    chunks.push(chunk.subarray(0, count));
  }
}
