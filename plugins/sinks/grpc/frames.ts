/**
 * What falcod and its gRPC server, a process of its own, say to each other: frames on pipes.
 *
 *     ┌─────────────┬─────────┬────────┬────────────┬────────────────────┐
 *     │ length  u32 │ kind u8 │ id u32 │ number u32 │ payload            │  little endian
 *     └─────────────┴─────────┴────────┴────────────┴────────────────────┘
 *                   └────────────── length bytes ────────────────────────┘
 */

/** `toServer`: what falcod says; `toFalcod`: what the server says. */
export const KIND = {
  toServer: {
    /** Payload: the configuration as JSON. First of all, once. */
    serve: 0,
    /** `id`: what was asked for; payload: messages, each behind its length (u32). None: there are none. */
    messages: 1,
  },
  toFalcod: {
    /** `number`: the port, 0 on a unix socket. */
    listening: 0,
    /** Payload: why it cannot listen; it tries again. */
    failed: 1,
    /** A client takes messages. `number`: 1 when it waits for them, else 0. */
    want: 2,
    /** The client of that `id` does not wait any more. */
    enough: 3,
    /** `number`: how many messages of that `id` the client got. */
    done: 4,
    /** Payload: what somebody should know of clients. */
    warning: 5,
  },
} as const;

export interface Frame {
  readonly kind: number;
  readonly id: number;
  readonly number: number;
  readonly payload: Uint8Array;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = 9;
const NONE = new Uint8Array();

export function encodeFrame(
  kind: number,
  { id = 0, number = 0, payload = NONE }: Partial<Omit<Frame, "kind">> = {},
): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES + HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, HEAD_BYTES + payload.length, true);
  view.setUint8(4, kind);
  view.setUint32(5, id, true);
  view.setUint32(9, number, true);
  bytes.set(payload, LENGTH_BYTES + HEAD_BYTES);
  return bytes;
}

/** Ends with the bytes, and rejects at a frame that has no head or more than `mostBytes`. */
export async function* readFrames(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Frame> {
  let bytes = new Uint8Array();
  /** Of it, what is there. */
  let filled = 0;
  for await (const piece of pieces) {
    if (filled + piece.length > bytes.length) {
      const larger = new Uint8Array(2 * (filled + piece.length));
      larger.set(bytes.subarray(0, filled));
      bytes = larger;
    }
    bytes.set(piece, filled);
    filled += piece.length;
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (filled - at >= LENGTH_BYTES) {
      const length = view.getUint32(at, true);
      if (length < HEAD_BYTES || length > HEAD_BYTES + mostBytes) {
        throw new RangeError(`a frame of ${length} bytes`);
      }
      const end = at + LENGTH_BYTES + length;
      if (end > filled) break;
      yield {
        kind: view.getUint8(at + 4),
        id: view.getUint32(at + 5, true),
        number: view.getUint32(at + 9, true),
        payload: bytes.slice(at + LENGTH_BYTES + HEAD_BYTES, end),
      };
      at = end;
    }
    bytes.copyWithin(0, at, filled);
    filled -= at;
  }
}

export function packMessages(messages: readonly Uint8Array[]): Uint8Array {
  const size = messages.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const message of messages) {
    view.setUint32(at, message.length, true);
    bytes.set(message, at + LENGTH_BYTES);
    at += LENGTH_BYTES + message.length;
  }
  return bytes;
}

/** Throws at what `packMessages` has not made. */
export function unpackMessages(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + LENGTH_BYTES + view.getUint32(at, true);
    if (end > bytes.length) throw new RangeError("a message that is not all there");
    messages.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return messages;
}
