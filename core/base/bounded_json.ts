/** JSON of strangers: what it becomes may need many times the memory of its text. */

/** How much of it there may be. */
export interface JsonBounds {
  /** Brackets within brackets. */
  readonly depth: number;
  /** Values and keys, those of all objects and lists together. */
  readonly values: number;
}

/** It may be JSON, and is more of it than whoever asked wants. */
export class TooMuchJson extends Error {
  override readonly name = "TooMuchJson";
}

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, COLON = 0x3a;
const OPEN_BRACE = 0x7b, OPEN_BRACKET = 0x5b, CLOSE_BRACE = 0x7d, CLOSE_BRACKET = 0x5d;

/**
 * As `JSON.parse`, of UTF-8. `{}` takes three bytes with its comma, and thirty times as many when it has
 * been read: so they are counted first. Throws `TooMuchJson`; `SyntaxError` and `TypeError` where it is
 * no JSON or no UTF-8.
 */
export function parseBoundedJson(bytes: Uint8Array, bounds: JsonBounds): unknown {
  checkBounds(bytes, bounds);
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

function checkBounds(bytes: Uint8Array, bounds: JsonBounds): void {
  let depth = 0, values = 1;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > bounds.depth) {
          throw new TooMuchJson(`more than ${bounds.depth} brackets within each other`);
        }
        values++;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      case COMMA:
      case COLON:
        values++;
        break;
    }
    if (values > bounds.values) throw new TooMuchJson(`more than ${bounds.values} values`);
  }
}

/** Offset of the quote that ends it, or of the end of everything. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) return at;
    if (bytes[at] === BACKSLASH) at++;
  }
  return bytes.length;
}
