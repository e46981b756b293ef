/** Reading what a client sends, with bounds on size and time. */

export interface BodyOptions {
  /** Of the body as it is sent, and of what it unpacks to. */
  readonly maxBytes: number;
  /** From now to the last byte. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Asked for every piece before it is kept; `false` ends the reading. */
  readonly mayKeep?: (bytes: number) => boolean;
  /**
   * What has come is as much as may be kept, and more comes: takes some of it, and gives what is to stay.
   * Absent, or nothing given: the body is too large.
   */
  readonly makeRoom?: (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Of a body for which room is made, in all: time ends it before. */
const MOST_BYTES = 2 ** 40;

export type Body =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  | { readonly kind: "too-large" }
  /** The client is too slow. */
  | { readonly kind: "timeout" }
  /** `Content-Encoding` is neither gzip nor identity. */
  | { readonly kind: "unknown-encoding"; readonly encoding: string }
  /** Said to be gzip, and is not. */
  | { readonly kind: "bad-gzip" }
  /** `mayKeep` said no. */
  | { readonly kind: "no-room" }
  /** The client went away, or `signal` aborted. */
  | { readonly kind: "broken" };

/**
 * A thousand times as much may come out of a piece of gzip at once, before anybody can ask whether it
 * is too large: so it is given out in pieces that make 4 MB at most.
 */
const PACKED_PIECE_BYTES = 4096;

/**
 * The whole body; its pieces are used up. Never rejects. What is too large by its `Content-Length` is refused without reading;
 * gzip is unpacked as it comes.
 */
export async function readBody(request: Request, options: BodyOptions): Promise<Body> {
  const encoding = (request.headers.get("content-encoding") ?? "").trim().toLowerCase();
  const isPacked = encoding === "gzip" || encoding === "x-gzip";
  if (!isPacked && encoding !== "" && encoding !== "identity") {
    return { kind: "unknown-encoding", encoding };
  }
  const { timeoutMs, signal } = options;
  const maxBytes = options.makeRoom ? MOST_BYTES : options.maxBytes;
  const expected = Number(request.headers.get("content-length") ?? 0);
  if (expected > maxBytes) return { kind: "too-large" };
  const given = request.body;
  if (!given) return isPacked ? { kind: "bad-gzip" } : { kind: "read", bytes: new Uint8Array() };
  const reading = isPacked
    ? new Reading(unpacked(given, maxBytes), 0, options)
    : new Reading(given, expected || 0, options);
  const abort = () => reading.end({ kind: "broken" });
  const timer = setTimeout(() => reading.end({ kind: "timeout" }), timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await reading.outcome(isPacked);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Room for so much is made at once where the client says that so much comes; it need not be true. */
const FIRST_ROOM_BYTES = 1 << 20;

class Reading {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #options: BodyOptions;
  /** Pieces are copied as they come: kept until the end, they would be memory twice over. */
  #bytes: Uint8Array<ArrayBuffer>;
  #size = 0;
  #ended: Body | undefined;

  constructor(stream: ReadableStream<Uint8Array>, expected: number, options: BodyOptions) {
    this.#reader = stream.getReader();
    this.#options = options;
    this.#bytes = new Uint8Array(Math.min(expected, FIRST_ROOM_BYTES));
  }

  /** What stands first, counts. */
  end(outcome: Body): void {
    if (this.#ended) return;
    this.#ended = outcome;
    // A stream that has failed already fails again here.
    this.#reader.cancel().catch(() => {});
  }

  async outcome(isPacked: boolean): Promise<Body> {
    try {
      while (!this.#ended) {
        const { done, value } = await this.#reader.read();
        if (this.#ended) break;
        if (done) {
          return this.#ended = { kind: "read", bytes: this.#bytes.subarray(0, this.#size) };
        }
        await this.#take(value);
      }
    } catch (error) {
      if (error instanceof TooLarge) this.end({ kind: "too-large" });
      else this.end({ kind: isPacked && error instanceof TypeError ? "bad-gzip" : "broken" });
    }
    // As `giveBack`; `makeRoom` may have done so.
    if (!this.#bytes.buffer.detached) this.#bytes.buffer.transfer(0);
    return this.#ended!;
  }

  /** As much at a time as there is room for. */
  async #take(piece: Uint8Array): Promise<void> {
    const { maxBytes, mayKeep, makeRoom } = this.#options;
    for (let at = 0, end; at < piece.length; at = end) {
      if (this.#size === maxBytes) await this.#makeRoom();
      end = Math.min(piece.length, at + maxBytes - this.#size);
      if (end < piece.length && !makeRoom) this.end({ kind: "too-large" });
      if (this.#ended) return;
      if (mayKeep?.(end - at) === false) return this.end({ kind: "no-room" });
      this.#keep(piece.subarray(at, end));
    }
    giveBack(piece);
  }

  /** Ends the reading where there is none to be had. */
  async #makeRoom(): Promise<void> {
    const { makeRoom, maxBytes } = this.#options;
    const kept = await makeRoom?.(this.#bytes.subarray(0, this.#size));
    if (!kept || kept.length >= maxBytes) return this.end({ kind: "too-large" });
    this.#bytes = kept;
    this.#size = kept.length;
  }

  #keep(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#bytes.length) this.#grow(size);
    this.#bytes.set(piece, this.#size);
    this.#size = size;
  }

  /** The old memory is gone at once, as in `giveBack`. */
  #grow(size: number): void {
    const { maxBytes } = this.#options;
    const length = Math.min(maxBytes, Math.max(size, 2 * this.#bytes.length));
    const { buffer } = this.#bytes.byteOffset === 0 ? this.#bytes : this.#bytes.slice();
    this.#bytes = new Uint8Array(buffer.transfer(length));
  }
}

/**
 * Frees a piece that fills its buffer, and so has it to itself. The collector sees little of such
 * memory, and would let some 70 MB of it lie about.
 */
export function giveBack(piece: Uint8Array): void {
  const { buffer, length } = piece;
  if (length === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

class TooLarge extends Error {}

function unpacked(packed: ReadableStream<Uint8Array>, maxBytes: number) {
  let size = 0;
  const pieces = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
    transform: (piece, controller) => {
      size += piece.length;
      // Gzip can go on and on and say nothing.
      if (size > maxBytes) throw new TooLarge();
      for (let at = 0; at < piece.length; at += PACKED_PIECE_BYTES) {
        controller.enqueue(
          piece.subarray(at, at + PACKED_PIECE_BYTES) as Uint8Array<ArrayBuffer>,
        );
      }
    },
  });
  return packed.pipeThrough(pieces).pipeThrough(new DecompressionStream("gzip"));
}
