/** Bytes that come in pieces, as lines; none is kept that is longer than allowed. */
import { joinBytes } from "../../../core/mod.ts";

const LINE_FEED = 0x0a;

export interface LineCut {
  /** Without its line feed; absent for one that was too long. */
  readonly line: Uint8Array | undefined;
  /** How many bytes it took, its line feed among them. */
  readonly bytes: number;
}

export class LineCutter {
  readonly #maxBytes: number;
  #begun: Uint8Array[] = [];
  #begunBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the line that has begun. */
  get begunBytes(): number {
    return this.#begunBytes;
  }

  /** The lines that end in this piece; it may be used for something else afterwards. */
  *push(piece: Uint8Array): Generator<LineCut, void, void> {
    let start = 0;
    for (;;) {
      const end = piece.indexOf(LINE_FEED, start);
      if (end < 0) break;
      yield this.#finish(piece.subarray(start, end), 1);
      start = end + 1;
    }
    if (start === piece.length) return;
    this.#begunBytes += piece.length - start;
    if (this.#begunBytes > this.#maxBytes) this.#begun = [];
    else this.#begun.push(piece.slice(start));
  }

  /** What has begun, as a line; absent when nothing has. */
  end(): LineCut | undefined {
    return this.#begunBytes === 0 ? undefined : this.#finish(new Uint8Array(), 0);
  }

  #finish(rest: Uint8Array, feed: number): LineCut {
    const size = this.#begunBytes + rest.length;
    const parts = this.#begun;
    this.#begun = [];
    this.#begunBytes = 0;
    const bytes = size + feed;
    if (size > this.#maxBytes) return { line: undefined, bytes };
    return { line: parts.length === 0 ? rest.slice() : joinBytes([...parts, rest]), bytes };
  }
}

/** Nothing but what separates JSON values. */
export function isBlankLine(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
