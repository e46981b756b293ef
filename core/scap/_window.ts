/** The part of a file that is in memory. */
import { Buffer } from "node:buffer";
import type { CaptureBytes } from "./event.ts";
import { InputError, type ScapInput } from "./input.ts";

/** Fits the processor's own cache, with room for what is known of paths and threads. */
const WINDOW_BYTES = 128 << 10;

/**
 *     file    ──────┬──────────┬──────────┬─────────────
 *     window   base └ 0     at ┘    limit ┘
 */
export class Window {
  bytes: CaptureBytes = Buffer.alloc(WINDOW_BYTES) as CaptureBytes;
  view: DataView = viewOf(this.bytes);
  /** Offset in the file of the window's first byte. */
  base = 0;
  /** What is read next. */
  at = 0;
  /** Behind what is there. */
  limit = 0;
  /** Bytes that have to be passed over before `at` means anything. */
  debt = 0;
  /** There is no more to come. */
  ended = false;
  /** Why there is no more to come, when it is not the end of the file. */
  failure: string | undefined;
  readonly #input: ScapInput;
  #closed = false;

  constructor(input: ScapInput) {
    this.#input = input;
  }

  /** Offset in the file of what is read next. */
  get position(): number {
    return this.base + this.at + this.debt;
  }

  get available(): number {
    return this.limit - this.at;
  }

  /** Passes over bytes, though they may not be there yet. */
  skip(bytes: number): void {
    const here = Math.min(bytes, this.available);
    this.at += here;
    this.debt += bytes - here;
  }

  /** Reads on until `wanted` bytes are available or the file has ended; at once if they are at hand. */
  fill(wanted: number): Promise<void> | undefined {
    this.#makeRoom(wanted);
    while (!this.ended && (this.debt > 0 || this.available < wanted)) {
      if (this.limit === this.bytes.length) this.#makeRoom(wanted);
      const got = this.#read();
      if (typeof got !== "number") return this.#fillLater(got, wanted);
      this.#take(got, wanted);
    }
    return undefined;
  }

  async #fillLater(coming: Promise<number>, wanted: number): Promise<void> {
    this.#take(await coming.catch((error) => this.#failed(error)), wanted);
    await this.fill(wanted);
  }

  #take(got: number, wanted: number): void {
    if (got === 0) this.ended = true;
    this.limit += got;
    if (this.debt === 0) return;
    const paid = Math.min(this.debt, got);
    this.debt -= paid;
    this.at += paid;
    this.#makeRoom(wanted);
  }

  /** May be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.close();
  }

  /** Grows with what has come, not with what the file says will come: that may be a lie. */
  #makeRoom(wanted: number): void {
    const kept = this.bytes.subarray(this.at, this.limit);
    if (wanted > this.bytes.length && kept.length === this.bytes.length) {
      const larger = Buffer.alloc(2 * kept.length) as CaptureBytes;
      larger.set(kept);
      this.bytes = larger;
      this.view = viewOf(larger);
    } else if (this.at > 0) this.bytes.copyWithin(0, this.at, this.limit);
    this.base += this.at;
    this.limit = kept.length;
    this.at = 0;
  }

  #read(): number | Promise<number> {
    try {
      return this.#input.read(this.bytes.subarray(this.limit));
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): 0 {
    if (!(error instanceof InputError)) throw error;
    this.failure = error.message;
    return 0;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
