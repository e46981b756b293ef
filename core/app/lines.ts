/** Input that comes in lines: from an editor, a pipe, a file. Every byte of it is somebody else's. */
import { joinBytes } from "../base/mod.ts";

export interface ByteReader {
  /** Fills the beginning of `buffer`: how much of it, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
}

export type Line =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "unusable"; readonly reason: "too long" | "not UTF-8" };

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 64 << 10;

/**
 * Every line to the end of the input, empty ones too, without its line feed; a last line needs none.
 * What is too long is passed over and not kept.
 */
export async function* readLines(
  reader: ByteReader,
  maxBytes: number,
): AsyncGenerator<Line, void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const chunk = new Uint8Array(CHUNK_BYTES);
  let begun: Uint8Array[] = [];
  let begunBytes = 0;

  const finish = (rest: Uint8Array): Line => {
    const bytes = begunBytes + rest.length;
    const parts = [...begun, rest];
    begun = [];
    begunBytes = 0;
    if (bytes > maxBytes) return { kind: "unusable", reason: "too long" };
    try {
      return { kind: "text", text: decoder.decode(parts.length === 1 ? rest : joinBytes(parts)) };
    } catch {
      return { kind: "unusable", reason: "not UTF-8" };
    }
  };

  for (;;) {
    const read = await reader.read(chunk);
    if (read === null) break;
    let start = 0;
    for (;;) {
      const end = chunk.subarray(0, read).indexOf(LINE_FEED, start);
      if (end < 0) break;
      yield finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === read) continue;
    begunBytes += read - start;
    if (begunBytes > maxBytes) begun = [];
    else begun.push(chunk.slice(start, read));
  }
  if (begunBytes > 0) yield finish(new Uint8Array());
}
