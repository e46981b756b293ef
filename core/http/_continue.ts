/**
 * "100 Continue" that nobody has asked for: a client has to pass over it (RFC 9110 15.2), and undici ends
 * the connection. So it is taken out of what is read.
 */
import type { Duplex } from "node:stream";
import { MOST_HEAD_BYTES } from "./_exchange.ts";

/** `HTTP/1.1 100 Continue`, or 1.0, whatever it calls it. */
const VERSION = "HTTP/1.", STATUS = " 100";
const HEAD_END = "\r\n\r\n";
const NOTHING: Buffer = Buffer.alloc(0);

/** Of the connections of one client, one after the other. */
export class UnaskedContinue {
  /** Present while an answer has not begun. */
  #found: (() => void) | undefined;
  /** What may become one. */
  #held = NOTHING;

  /** The next bytes are the beginning of an answer. `found` is told of each. */
  expect(found: () => void): void {
    this.#found = found;
    this.#held = NOTHING;
  }

  /** The same socket; whoever reads from it sees none. */
  leftOutOf<Socket extends Duplex>(socket: Socket): Socket {
    const read = socket.read.bind(socket);
    socket.read = (size) => {
      for (;;) {
        const piece: Buffer | null = read(size);
        const rest = piece === null || !this.#found ? piece : this.#without(piece, this.#found);
        if (rest === null || rest.length > 0) return rest;
      }
    };
    return socket;
  }

  #without(piece: Buffer, found: () => void): Buffer {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, piece]) : piece;
    this.#held = NOTHING;
    while (mayBeContinue(rest)) {
      const end = rest.indexOf(HEAD_END);
      if (end < 0 && rest.length < MOST_HEAD_BYTES) {
        this.#held = rest;
        return NOTHING;
      }
      if (end < 0) break;
      found();
      rest = rest.subarray(end + HEAD_END.length);
      if (rest.length === 0) return rest;
    }
    this.#found = undefined;
    return rest;
  }
}

/** Or begin one. */
function mayBeContinue(bytes: Buffer): boolean {
  const at = VERSION.length + 1;
  return VERSION.startsWith(bytes.toString("latin1", 0, VERSION.length)) &&
    STATUS.startsWith(bytes.toString("latin1", at, at + STATUS.length));
}
