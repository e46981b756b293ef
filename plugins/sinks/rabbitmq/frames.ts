/** Frames of AMQP 0-9-1, section 2.3.5: kind, channel, size, payload and a mark at the end. */
import { joinBytes } from "../../../core/mod.ts";

export const METHOD = 1;
export const HEADER = 2;
export const BODY = 3;
export const HEARTBEAT = 8;
const KINDS: ReadonlySet<number> = new Set([METHOD, HEADER, BODY, HEARTBEAT]);

/** What a server with TLS begins with that is spoken to without. */
const TLS_ALERT = 21;

const HEAD_BYTES = 7;
const END_MARK = 0xce;
/** What a frame has beside its payload. */
export const FRAME_BYTES = HEAD_BYTES + 1;

/** Of one that the server sends: more than it needs for anything that a publisher hears. */
export const MOST_FRAME_BYTES = 128 << 10;

export interface Frame {
  readonly kind: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

export function frame({ kind, channel, payload }: Frame): Uint8Array {
  const bytes = new Uint8Array(payload.length + FRAME_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint16(1, channel);
  view.setUint32(3, payload.length);
  bytes.set(payload, HEAD_BYTES);
  bytes[bytes.length - 1] = END_MARK;
  return bytes;
}

/** The body of a message in frames that the server takes. */
export function bodyFrames(
  channel: number,
  { body, frameMax }: { readonly body: Uint8Array; readonly frameMax: number },
): Uint8Array {
  const room = frameMax - FRAME_BYTES;
  const frames: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += room) {
    frames.push(frame({ kind: BODY, channel, payload: body.subarray(at, at + room) }));
  }
  return joinBytes(frames);
}

/** Hands out the frames that a server sends; holds one at most. */
export class FrameReader {
  /** Of the frame that is being read: its head, then the whole. */
  #bytes: Uint8Array = new Uint8Array(HEAD_BYTES);
  #filled = 0;
  #isGreeted = false;

  /** Throws on what is no frame, behind those in front of it. */
  *take(bytes: Uint8Array): Generator<Frame> {
    let at = 0;
    while (at < bytes.length) {
      const piece = bytes.subarray(at, at + this.#bytes.length - this.#filled);
      this.#bytes.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      this.#checkKind();
      if (this.#filled < this.#bytes.length) return;
      if (this.#filled === HEAD_BYTES) {
        this.#makeRoom();
        continue;
      }
      const whole = this.#bytes;
      this.#bytes = new Uint8Array(HEAD_BYTES);
      this.#filled = 0;
      if (whole.at(-1) !== END_MARK) throw new Error("a frame of the server has no end mark");
      this.#isGreeted = true;
      const channel = new DataView(whole.buffer).getUint16(1);
      yield { kind: whole[0]!, channel, payload: whole.subarray(HEAD_BYTES, -1) };
    }
  }

  /** Whoever speaks something else is known by the first byte, and may not send more than a few. */
  #checkKind(): void {
    const kind = this.#bytes[0]!;
    if (KINDS.has(kind)) return;
    if (this.#isGreeted) {
      throw new Error(`the server sent a frame of kind ${kind}, which there is none of`);
    }
    throw new Error(
      kind === TLS_ALERT
        ? "the server closed the connection during the handshake: it speaks TLS"
        : "what the server says is not what is documented of AMQP 0-9-1",
    );
  }

  #makeRoom(): void {
    const size = new DataView(this.#bytes.buffer).getUint32(3);
    if (size > MOST_FRAME_BYTES) {
      throw new Error(`Frame size ${size} exceeds the ${MOST_FRAME_BYTES} bytes that are taken`);
    }
    const whole = new Uint8Array(size + FRAME_BYTES);
    whole.set(this.#bytes);
    this.#bytes = whole;
  }
}
