/** Compression that others have their turn beside: what the runtime has keeps the event loop until all is done. */
import { setImmediate } from "node:timers/promises";
import { Pieces } from "./pieces.ts";

/** Some milliseconds of work. */
const AT_ONCE_BYTES = 64 << 10;

export async function gzipped(pieces: Pieces): Promise<Pieces> {
  const { readable, writable } = new CompressionStream("gzip");
  const reading = gathered(readable);
  const writer = writable.getWriter();
  for (const part of pieces.parts) {
    for (let at = 0; at < part.length; at += AT_ONCE_BYTES) {
      await writer.write(part.subarray(at, at + AT_ONCE_BYTES));
      await setImmediate();
    }
  }
  await writer.close();
  return await reading;
}

async function gathered(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Pieces> {
  const all = new Pieces();
  for await (const piece of stream) all.bytes(piece);
  return all;
}
