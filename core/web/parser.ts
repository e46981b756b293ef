/**
 * Node's parsers of HTTP/1.1, told to stop in the middle of what has come: they take apart all of it at
 * once, and only then does anything else have its turn.
 */
import * as common from "node:_http_common";
import type { Socket } from "node:net";

/** The part of a parser that is looked at. */
interface Parser {
  /** Told of each request; set for each connection. */
  onIncoming?: ((message: unknown, keepsAlive: boolean) => number) | null;
  execute(...bytes: unknown[]): unknown;
  /** What it calls, by numbers. */
  [event: number]: ((...given: Uint8Array[]) => unknown) | undefined;
}

const { HTTPParser: { kOnBody: ON_BODY, kOnExecute: ON_EXECUTE }, parsers }: {
  readonly HTTPParser: { readonly kOnBody: number; readonly kOnExecute: number };
  /** Those that were given back. */
  readonly parsers: { max: number };
} = common;

/** RFC 9110, 7.8: what follows is not HTTP/1.1. */
const UPGRADED = 2;

/** Nobody sends a body in so many pieces that are that small; each takes as much work as a large one. */
const MOST_CRUMBS = 512;
const CRUMB_BYTES = 32;
/** What comes beside a body, as lengths of its pieces and words about them, may be so much more. */
const MOST_BESIDE_BYTES = 256 << 10;

/**
 * From now on, each connection has a parser of its own. In Deno 2.9.6, one that is given back at an
 * error may still be fed by the connection it was for: then the next client's request is "bad".
 */
export function shareNoParsers(): void {
  parsers.max = 0;
}

/**
 * Of what has come on a connection that is ended meanwhile, requests by the thousand, the parser would
 * make all; so it is told that they are something else. A body in crumbs is an error.
 */
export function readWhile(socket: Socket, isOpen: (socket: Socket) => boolean): void {
  const { parser } = socket as { readonly parser?: Parser };
  const take = parser?.onIncoming;
  if (!parser || !take) return;
  const pieces = boundPieces(parser, socket);
  parser.onIncoming = (message, keepsAlive) => {
    pieces.reset();
    return isOpen(socket) ? take(message, keepsAlive) : UPGRADED;
  };
}

class Crumbs extends Error {
  /** As node's own, of which the server is told. */
  readonly code = "HPE_USER";
}

/** Counts pieces until `reset`. What its events throw ends the parser's run, and comes out of `execute`. */
function boundPieces(parser: Parser, socket: Socket): { reset(): void } {
  let count = 0, bytes = 0, bytesBefore = 0;
  const { [ON_BODY]: take, [ON_EXECUTE]: executed } = parser;
  parser[ON_EXECUTE] = function (...given) {
    const besideBytes = socket.bytesRead - bytesBefore - bytes;
    if (besideBytes <= MOST_BESIDE_BYTES + bytes) return executed?.apply(this, given);
    socket.destroy();
    return undefined;
  };
  parser[ON_BODY] = function (piece: Uint8Array) {
    count++;
    bytes += piece.length;
    if (count > MOST_CRUMBS && bytes < count * CRUMB_BYTES) throw new Crumbs("a body in crumbs");
    return take?.call(this, piece);
  };
  const { execute } = parser;
  parser.execute = function (...given) {
    try {
      return execute.apply(this, given);
    } catch (error) {
      if (error instanceof Crumbs) return error;
      throw error;
    }
  };
  return {
    reset: () => {
      count = bytes = 0;
      bytesBefore = socket.bytesRead;
    },
  };
}
