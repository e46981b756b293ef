/** A place in a YAML text that knows its line. Only spaces are blanks here, only LF ends a line. */

export const SPACE = 0x20, LINE_END = 0x0a, HASH = 0x23, DASH = 0x2d;

export class Cursor {
  at = 0;
  /** Offset of the first character of the line. */
  lineStart = 0;
  /** Lines that were skipped. */
  skipped = 0;

  constructor(readonly text: string) {}

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Counted from 0. */
  get column(): number {
    return this.at - this.lineStart;
  }

  /** A dash with a blank or a line end behind it. */
  get atDash(): boolean {
    const { text, at } = this;
    if (text.charCodeAt(at) !== DASH) return false;
    const next = text.charCodeAt(at + 1);
    return next === SPACE || next === LINE_END;
  }

  skipBlanks(): void {
    while (this.text.charCodeAt(this.at) === SPACE) this.at++;
  }

  /** Moves on to what is neither blank nor comment, here or on a later line. */
  skip(): void {
    const { text } = this;
    for (let at = this.at;;) {
      while (text.charCodeAt(at) === SPACE) at++;
      if (text.charCodeAt(at) === HASH && this.#isComment(at)) at = endOfLine(text, at);
      if (text.charCodeAt(at) !== LINE_END) {
        this.at = at;
        return;
      }
      this.lineStart = ++at;
      this.skipped++;
    }
  }

  /** Where `shape`, a sticky pattern, ends that matches at the cursor. */
  endOf(shape: RegExp): number | undefined {
    shape.lastIndex = this.at;
    return shape.test(this.text) ? shape.lastIndex : undefined;
  }

  #isComment(at: number): boolean {
    return at === this.lineStart || this.text.charCodeAt(at - 1) === SPACE;
  }
}

/** Offset of the next line end, or of the end of the text. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
