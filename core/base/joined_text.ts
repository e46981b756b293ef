/** One text made of pieces from several places, so that it can be parsed whole and still be pointed into. */
import { type Origin, SourceText, type Span } from "./text.ts";

interface Piece {
  readonly start: number;
  readonly origin: Origin;
}

/** Collects pieces; `build` gives the text whose spans lead back to where each piece came from. */
export class TextJoiner {
  #text = "";
  readonly #pieces: Piece[] = [];

  /** Adds a text of the user's; its places stay exact. */
  add(source: SourceText): this {
    const start = this.#text.length;
    const length = source.text.length;
    const map = (offset: number) => Math.min(Math.max(offset - start, 0), length);
    return this.#push(source.text, { text: source, map });
  }

  /** Adds text of ours that stands for the place `at`: every offset in it points there. */
  addFor(at: Span, text: string): this {
    const end = this.#text.length + text.length;
    const map = (offset: number) => offset >= end ? at.end : at.start;
    return this.#push(text, { text: at.source, map });
  }

  get length(): number {
    return this.#text.length;
  }

  /** `name` is that of the file the joined text is shown under. */
  build(name: string): SourceText {
    const first = this.#pieces[0];
    if (!first) return new SourceText(name, this.#text);
    const pieces = this.#pieces;
    return new SourceText(name, this.#text, {
      ...first.origin,
      piece: (offset) => pieceAt(pieces, offset).origin,
    });
  }

  #push(text: string, origin: Origin): this {
    if (text === "") return this;
    this.#pieces.push({ start: this.#text.length, origin });
    this.#text += text;
    return this;
  }
}

/** The piece that holds `offset`; offsets outside belong to the nearest one. */
function pieceAt(pieces: readonly Piece[], offset: number): Piece {
  let low = 0, high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle]!.start <= offset) low = middle;
    else high = middle - 1;
  }
  return pieces[low]!;
}
