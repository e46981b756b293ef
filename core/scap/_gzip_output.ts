/** Compresses what goes into a file. */
import { joinBytes } from "../base/mod.ts";
import type { CaptureOutput } from "./output.ts";
import { FLUSH, handleOf, type ZlibHandle } from "./_zlib_handle.ts";

/** Half the time of zlib's usual 6, and captures are hardly larger. */
const LEVEL = 3;
const PIECE_BYTES = 64 << 10;
const NOTHING = new Uint8Array(0);

/**
 * Each `write` is in the file as a whole when it is done, in one step: the streams of the platform give
 * small parts, each of which would wait for the next turn of an event loop that is busy with events;
 * and of a recording that was killed nothing remains in them.
 */
export class GzipOutput implements CaptureOutput {
  readonly #file: CaptureOutput;
  #handle: ZlibHandle | undefined;
  #piece = new Uint8Array(PIECE_BYTES);

  constructor(file: CaptureOutput) {
    this.#file = file;
  }

  get writtenBytes(): number {
    return this.#file.writtenBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#file.write(this.#pack(this.#handle ??= await open(), bytes, FLUSH.sync));
  }

  place(): void {
    this.#file.place();
  }

  async close(): Promise<void> {
    try {
      await this.#file.write(this.#pack(this.#handle ??= await open(), NOTHING, FLUSH.finish));
    } catch (error) {
      this.discard();
      throw error;
    }
    this.#handle.close();
    await this.#file.close();
  }

  discard(): void {
    this.#handle?.close();
    this.#file.discard();
  }

  #pack({ native, left }: ZlibHandle, bytes: Uint8Array, flush: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let at = 0, room = 0; room === 0;) {
      const piece = this.#piece;
      native.writeSync(flush, bytes, at, bytes.length - at, piece, 0, piece.length);
      const [unfilled = 0, untaken = 0] = left;
      room = unfilled;
      at = bytes.length - untaken;
      parts.push(piece.slice(0, piece.length - room));
    }
    return joinBytes(parts);
  }
}

async function open(): Promise<ZlibHandle> {
  const { createGzip } = await import("node:zlib");
  return handleOf(createGzip({ level: LEVEL }), (problem) => {
    throw new Error(`compression failed: ${problem}`);
  });
}
