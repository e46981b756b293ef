/**
 * Which answers of a connection of HTTP/2 came to their end. Deno tells of one whose stream is reset with
 * NO_ERROR, and of one whose connection ends, as of one that was whole; the frames say it (RFC 9113 4.1, 8.1).
 */
import type { Duplex } from "node:stream";

const HEAD_BYTES = 9;
const DATA = 0, HEADERS = 1, SETTINGS = 4;
const END_STREAM = 1;

export class Http2Ends {
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headBytes = 0;
  /** Of a frame, behind its head. */
  #restBytes = 0;
  /** What was seen is no HTTP/2, or not its beginning. */
  #isLost = false;
  #isBegun = false;
  /** Those that are asked for. */
  readonly #hasEnded = new Map<number, boolean>();

  /** Looks at what comes by this socket, from its first byte on; nobody reads from it yet. */
  static of(socket: Duplex): Http2Ends {
    const ends = new Http2Ends();
    const early: Uint8Array | null = socket.readableLength > 0 ? socket.read() : null;
    if (early) {
      ends.see(early);
      socket.unshift(early);
    }
    const push = socket.push.bind(socket);
    socket.push = (piece: unknown, encoding) => {
      if (piece instanceof Uint8Array) ends.see(piece);
      return push(piece, encoding);
    };
    return ends;
  }

  expect(stream: number): void {
    this.#hasEnded.set(stream, false);
  }

  forget(stream: number): void {
    this.#hasEnded.delete(stream);
  }

  /** Also where that cannot be known. */
  isWhole(stream: number): boolean {
    return this.#isLost || !this.#isBegun || this.#hasEnded.get(stream) !== false;
  }

  see(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#isLost;) {
      if (this.#restBytes > 0) {
        const passed = Math.min(this.#restBytes, bytes.length - at);
        this.#restBytes -= passed;
        at += passed;
        continue;
      }
      this.#head[this.#headBytes++] = bytes[at++]!;
      if (this.#headBytes === HEAD_BYTES) this.#take(new DataView(this.#head.buffer));
    }
  }

  #take(head: DataView): void {
    this.#headBytes = 0;
    this.#restBytes = head.getUint32(0) >>> 8;
    const type = head.getUint8(3);
    const stream = head.getUint32(5) & 0x7fff_ffff;
    // Each side begins with its settings.
    this.#isLost = !this.#isBegun && (type !== SETTINGS || stream !== 0);
    this.#isBegun = true;
    if (type !== DATA && type !== HEADERS) return;
    const isEnd = (head.getUint8(4) & END_STREAM) !== 0;
    if (isEnd && this.#hasEnded.has(stream)) this.#hasEnded.set(stream, true);
  }
}
