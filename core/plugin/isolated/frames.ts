/**
 * What goes back and forth between falcod and the process of a plugin.
 *
 * ```
 * | u32 bytes that follow | u8 type | u32 id | payload, mostly JSON |      little endian
 * ```
 *
 * Whatever comes from a plugin's process may be anything: the plugin can write to the same pipe.
 */

/** From falcod. */
export const TO_GUEST = {
  /** JSON, `GuestStart`. */
  start: 1,
  /** The plugin's module, which ends the start. */
  entry: 2,
  /** JSON, alerts; answered by `done` or `failed` with the same id. */
  write: 3,
  /** The write with this id takes too long. */
  abort: 4,
  /** JSON, alerts; answered by `lines` or `failed`. */
  format: 5,
  /** A source begins; answered by `done` or `failed` when it has ended. */
  run: 6,
  /** So many (id) frames of events have been judged. */
  taken: 7,
  /** Answered by `pong` with the same id. */
  ping: 8,
  /** Answered by `done`; nothing comes after. */
  close: 9,
} as const;

/** From the plugin's process. */
export const FROM_GUEST = {
  /** JSON, `Walls`: before anything of the plugin is there. */
  confined: 64,
  /** The plugin is ready to be used. */
  opened: 65,
  done: 66,
  /** JSON, `GuestFailure`. */
  failed: 67,
  /** JSON, a text for each alert. */
  lines: 68,
  /** JSON, `[[time in ms, value], …]`. */
  events: 69,
  /** A source: events can come from now on. */
  ready: 70,
  pong: 71,
  /** JSON, `{level, text}`. */
  log: 72,
  /** JSON, `{message}`: the plugin cannot be used. */
  broken: 73,
} as const;

export interface Frame {
  readonly type: number;
  readonly id: number;
  /** Borrowed: valid until the reader gets more bytes. */
  readonly payload: Uint8Array;
}

/** Of type, id and payload. */
export const MAX_FRAME_BYTES = 1 << 20;
const HEADER_BYTES = 9;
/** What the length counts of the header. */
const COUNTED_BYTES = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function frameOf(
  type: number,
  id: number,
  payload: string | Uint8Array = "",
): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  const frame = new Uint8Array(HEADER_BYTES + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, COUNTED_BYTES + bytes.length, true);
  frame[4] = type;
  view.setUint32(5, id, true);
  frame.set(bytes, HEADER_BYTES);
  return frame;
}

/** The payload as JSON; absent when it is none. */
export function jsonOf({ payload }: Frame): unknown {
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
}

/** What came is no sequence of frames, or one is larger than any may be. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Cuts a stream of bytes into frames. Keeps at most one frame. */
export class FrameReader {
  readonly #maxBytes: number;
  /** The beginning of a frame of which more has to come. */
  #rest: Uint8Array = new Uint8Array(0);
  #restLength = 0;

  constructor(maxBytes = MAX_FRAME_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The frames that are whole now; throws `FrameError`, and then nothing more can be read. */
  *push(chunk: Uint8Array): Generator<Frame> {
    let at = 0;
    while (this.#restLength > 0 && at < chunk.length) {
      const wanted = this.#wanted();
      const part = chunk.subarray(at, at + wanted - this.#restLength);
      this.#keep(part);
      at += part.length;
      if (this.#restLength < wanted || this.#restLength < HEADER_BYTES) continue;
      if (this.#wanted() > this.#restLength) continue;
      const frame = frameIn(this.#rest, 0, this.#restLength);
      this.#restLength = 0;
      yield frame;
    }
    while (chunk.length - at >= HEADER_BYTES) {
      const length = this.#lengthAt(chunk, at);
      if (chunk.length - at < length) break;
      yield frameIn(chunk, at, length);
      at += length;
    }
    if (at < chunk.length) this.#keep(chunk.subarray(at));
  }

  /** Bytes of the frame in `#rest`, or of its header. */
  #wanted(): number {
    return this.#restLength < HEADER_BYTES ? HEADER_BYTES : this.#lengthAt(this.#rest, 0);
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const counted = bytes[at]! + bytes[at + 1]! * 2 ** 8 + bytes[at + 2]! * 2 ** 16 +
      bytes[at + 3]! * 2 ** 24;
    if (counted < COUNTED_BYTES || counted > this.#maxBytes) {
      throw new FrameError(`a frame of ${counted} bytes`);
    }
    return counted + HEADER_BYTES - COUNTED_BYTES;
  }

  #keep(part: Uint8Array): void {
    const length = this.#restLength + part.length;
    if (length > this.#rest.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#rest.length));
      larger.set(this.#rest.subarray(0, this.#restLength));
      this.#rest = larger;
    }
    this.#rest.set(part, this.#restLength);
    this.#restLength = length;
  }
}

function frameIn(bytes: Uint8Array, at: number, length: number): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES);
  return {
    type: view.getUint8(4),
    id: view.getUint32(5, true),
    payload: bytes.subarray(at + HEADER_BYTES, at + length),
  };
}
