/**
 * Decompresses as the reader asks. node's zlib takes half the time of a DecompressionStream (180
 * against 380 ms for 160 MB), and, fed piece by piece, hands out all that stands before a fault.
 */
import type { Gunzip } from "node:zlib";
import { InputError, type ScapInput } from "./input.ts";

/** What a piece can grow to at most is 1000 times as much, and lies in memory: a hostile file's 16 MB. */
const PIECE_BYTES = 16 << 10;
const CHUNK_BYTES = 64 << 10;

export class GunzipInput implements ScapInput {
  readonly #packed: ScapInput;
  readonly #piece = new Uint8Array(PIECE_BYTES);
  #gunzip: Gunzip | undefined;
  readonly #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that were taken. */
  #taken = 0;
  #ended = false;
  #failure: Error | undefined;
  /** Wakes who waits for the piece to be decompressed. */
  #wake: (() => void) | undefined;

  constructor(packed: ScapInput) {
    this.#packed = packed;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#chunks.length === 0) {
      if (this.#failure) {
        const { message } = this.#failure;
        throw new InputError("bad-gzip", `the file cannot be decompressed: ${message}`, {
          cause: this.#failure,
        });
      }
      if (this.#ended) return 0;
      await this.#feed();
    }
    let filled = 0;
    while (filled < into.length && this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(this.#taken, this.#taken + into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.#taken += part.length;
      if (this.#taken === chunk.length) {
        this.#chunks.shift();
        this.#taken = 0;
      }
    }
    return filled;
  }

  close(): void {
    this.#gunzip?.destroy();
    this.#packed.close();
  }

  /** One piece, or the end; it is taken in whole before this returns. */
  async #feed(): Promise<void> {
    const gunzip = this.#gunzip ??= await this.#start();
    const got = await this.#packed.read(this.#piece);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // The end is told apart from the last piece, whose output would be lost with the error.
      if (got === 0) gunzip.end();
      else gunzip.write(this.#piece.subarray(0, got), () => resolve());
    });
  }

  async #start(): Promise<Gunzip> {
    const { createGunzip } = await import("node:zlib");
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    gunzip.on("data", (chunk: Uint8Array) => this.#chunks.push(chunk));
    gunzip.on("end", () => {
      this.#ended = true;
      this.#wake?.();
    });
    gunzip.on("error", (error: Error) => {
      this.#failure = error;
      this.#wake?.();
    });
    return gunzip;
  }
}
