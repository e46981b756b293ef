/**
 * Text with an origin, and places in it.
 *
 * A condition inside a YAML block scalar is parsed as its own `SourceText`; its `origin` maps every
 * offset back into the file, so that a diagnostic can point at the line the user wrote.
 */

/** Where the characters of a text come from in an outer text. */
export interface Origin {
  readonly text: SourceText;
  /** Offset in the inner text to offset in the outer text (UTF-16 units, both ends of the range allowed). */
  map(offset: number): number;
  /** In a text joined from several places: the origin of the piece that holds `offset`. */
  piece?(offset: number): Origin;
}

/** A place as people count: line and column start at 1, column counts UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One text that is parsed: a file, or a scalar inside a file. */
export class SourceText {
  #lineStarts: number[] | undefined;
  readonly #hidden: Span[] = [];
  readonly #secrets: Span[] = [];

  constructor(
    /** File name as the user gave it, or a name in angle brackets (`<argument>`). */
    readonly name: string,
    readonly text: string,
    readonly origin?: Origin,
  ) {}

  /** The whole text as a span. */
  get all(): Span {
    return { source: this, start: 0, end: this.text.length };
  }

  span(start: number, end: number): Span {
    return { source: this, start, end };
  }

  /** A part as a text of its own, whose spans lead back here. */
  slice(start: number, end: number): SourceText {
    if (start === 0 && end === this.text.length) return this;
    const map = (offset: number) => start + offset;
    return new SourceText(this.name, this.text.slice(start, end), { text: this, map });
  }

  /** Line and column of an offset in this text itself (not in its origin). */
  position(offset: number): Position {
    const starts = this.#lineStarts ??= lineStarts(this.text);
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** Where a line begins, counted from 1; the end of the text past the last one. */
  offsetOf(number: number): number {
    return (this.#lineStarts ??= lineStarts(this.text))[number - 1] ?? this.text.length;
  }

  /** The text of a line, counted from 1, without its line end; "" past the end. */
  line(number: number): string {
    const starts = this.#lineStarts ??= lineStarts(this.text);
    const start = starts[number - 1];
    if (start === undefined) return "";
    const end = starts[number] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, "");
  }

  /** Nobody is to see this part, which may be of several lines: `shownLine` has stars for it. */
  hide(start: number, end: number): void {
    const outer = toFile(this.span(start, end));
    outer.source.#hidden.push(outer);
  }

  /** Likewise; and nobody is to quote it, who does not know better what may be said of it. */
  hideSecret(start: number, end: number): void {
    const outer = toFile(this.span(start, end));
    outer.source.#secrets.push(outer);
  }

  /** The text of a line with stars for what is hidden; as long as the line. */
  shownLine(number: number): string {
    return this.#without([...this.#secrets, ...this.#hidden], number);
  }

  /** With stars for secrets alone. */
  quotableLine(number: number): string {
    return this.#without(this.#secrets, number);
  }

  #without(hidden: readonly Span[], number: number): string {
    const line = this.line(number);
    const at = this.#lineStarts?.[number - 1] ?? 0;
    return hidden.reduce((shown, { start, end }) => {
      const from = Math.max(0, start - at), to = Math.min(line.length, end - at);
      return to <= from ? shown : shown.slice(0, from) + "*".repeat(to - from) + shown.slice(to);
    }, line);
  }
}

/** Offsets `start` (inclusive) to `end` (exclusive) in one text. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** The same place in the outermost text: the file a person can open. */
export function toFile(span: Span): Span {
  let { source, start, end } = span;
  while (source.origin) {
    const origin: Origin = source.origin.piece?.(start) ?? source.origin;
    const from = start;
    start = origin.map(from);
    end = end <= from ? start : Math.max(start, origin.map(end));
    source = origin.text;
  }
  return { source, start, end };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}
