/**
 * Where each character of a decoded YAML scalar stands in the file.
 *
 * The YAML package gives a scalar's value and its range, not what lies between. This decodes once
 * more, keeping the offset of every character; it runs only when a diagnostic needs a place.
 * Rules of folding, chomping and escapes: YAML 1.2.2, chapters 5.7, 6.5, 7.3 and 8.1.
 */

export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

export interface RawScalar {
  readonly style: ScalarStyle;
  /** The whole file. */
  readonly text: string;
  /** From the first character (quote and block header included) … */
  readonly start: number;
  /** … to behind the last one. */
  readonly end: number;
  /** Indentation of the parent, for a block scalar that says its own relative to it. */
  readonly parentIndent: number;
}

export interface PlacedText {
  readonly text: string;
  /** Offset in the file of every UTF-16 unit of `text`, and of its end. */
  readonly offsets: readonly number[];
}

export function placeScalar(scalar: RawScalar): PlacedText {
  const out = new Placer();
  const end = decode(scalar, out);
  return out.finish(isBlockStyle(scalar.style) ? out.behindLast ?? end : end);
}

/** The decoded text alone, much faster. */
export function decodeScalar(scalar: RawScalar): string {
  const parts: string[] = [];
  decode(scalar, { put: (text) => parts.push(text) });
  return parts.join("");
}

/** Takes the decoded text piece by piece. */
interface Sink {
  /** `text` was decoded from what starts at `offset`; with `step` 1 it stands there as it is. */
  put(text: string, offset: number, step: 0 | 1): void;
}

/** Returns where the last character of the content ends, closing quote left out. */
function decode(scalar: RawScalar, out: Sink): number {
  const { text, start, end, style } = scalar;
  switch (style) {
    case "plain":
      decodeFlow(text, start, end, "", out);
      return end;
    case "single":
    case "double": {
      const quote = style === "single" ? "'" : '"';
      const inner = end > start + 1 && text[end - 1] === quote ? end - 1 : end;
      decodeFlow(text, start + 1, inner, quote, out);
      return inner;
    }
    case "literal":
    case "folded":
      decodeBlock(scalar, out);
      return end;
    default:
      return style satisfies never;
  }
}

function isBlockStyle(style: ScalarStyle): boolean {
  return style === "literal" || style === "folded";
}

class Placer implements Sink {
  readonly #parts: string[] = [];
  readonly #offsets: number[] = [];

  put(text: string, offset: number, step: 0 | 1): void {
    this.#parts.push(text);
    for (let i = 0; i < text.length; i++) this.#offsets.push(offset + i * step);
  }

  /** Behind the last character that was put. */
  get behindLast(): number | undefined {
    const last = this.#offsets.at(-1);
    return last === undefined ? undefined : last + 1;
  }

  finish(end: number): PlacedText {
    this.#offsets.push(end);
    return { text: this.#parts.join(""), offsets: this.#offsets };
  }
}

/** Plain and quoted scalars: line breaks fold, blanks around them vanish. */
function decodeFlow(text: string, start: number, end: number, quote: string, out: Sink): void {
  let at = start;
  while (at < end) {
    const character = text[at]!;
    if (isBlank(character) || isBreak(text, at)) {
      const after = skipBlanks(text, at, end);
      if (after < end && isBreak(text, after)) at = decodeBreaks(text, after, end, out);
      else if (after >= end && quote === "") return;
      else {
        out.put(text.slice(at, after), at, 1);
        at = after;
      }
    } else if (quote === "'" && character === "'" && text[at + 1] === "'") {
      out.put("'", at, 0);
      at += 2;
    } else if (quote === '"' && character === "\\") {
      at = decodeEscape(text, at, end, out);
    } else {
      out.put(character, at, 1);
      at++;
    }
  }
}

/** One break is a blank, n breaks are n - 1 line ends. Returns where the text goes on. */
function decodeBreaks(text: string, first: number, end: number, out: Sink): number {
  const breaks: number[] = [];
  let at = first;
  while (at < end && isBreak(text, at)) {
    breaks.push(at);
    at = skipBlanks(text, afterBreak(text, at), end);
  }
  if (breaks.length === 1) out.put(" ", first, 0);
  else for (const place of breaks.slice(0, -1)) out.put("\n", place, 0);
  return at;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  // No escape in YAML, but in Falco's parser.
  "'": "'",
  "/": "/",
  "\\": "\\",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function decodeEscape(text: string, at: number, end: number, out: Sink): number {
  const escaped = text[at + 1] ?? "";
  if (isBreak(text, at + 1)) return skipBlanks(text, afterBreak(text, at + 1), end);
  const simple = ESCAPES[escaped];
  if (simple !== undefined) {
    out.put(simple, at, 0);
    return at + 2;
  }
  const length = HEX_LENGTH[escaped] ?? 0;
  const code = Number.parseInt(text.slice(at + 2, at + 2 + length), 16);
  if (length === 0 || !(code <= 0x10ffff)) {
    out.put(text.slice(at, at + 2), at, 1);
    return at + 2;
  }
  out.put(String.fromCodePoint(code), at, 0);
  return at + 2 + length;
}

interface BlockLine {
  readonly start: number;
  /** Behind the last character, before the line break. */
  readonly end: number;
  readonly indent: number;
}

function decodeBlock(scalar: RawScalar, out: Sink): void {
  const { text, start } = scalar;
  const headerEnd = indexOfBreak(text, start, scalar.end);
  const header = /^[|>]([-+0-9]*)/.exec(text.slice(start, Math.min(headerEnd, start + 4)))?.[1] ??
    "";
  const lines = blockLines(text, headerEnd, scalar.end);
  const isContent = (line: BlockLine) => line.start + line.indent < line.end;
  const firstContent = lines.findIndex(isContent);
  const own = Number(/[1-9]/.exec(header)?.[0] ?? 0);
  const indent = own > 0
    ? Math.max(scalar.parentIndent, 0) + own
    : firstContent >= 0
    ? lines[firstContent]!.indent
    : Math.max(scalar.parentIndent + 1, ...lines.map((line) => line.indent));

  let breaks: number[] = [];
  let started = false;
  let lastDeeper = false;
  for (const line of lines) {
    if (!isContent(line) && line.indent <= indent) {
      breaks.push(line.end);
      continue;
    }
    const from = Math.min(line.start + indent, line.end);
    const deeper = line.indent > indent || text[from] === "\t";
    const folds = started && scalar.style === "folded" && !deeper && !lastDeeper;
    if (folds && breaks.length === 1) out.put(" ", breaks[0]!, 0);
    else for (const place of folds ? breaks.slice(0, -1) : breaks) out.put("\n", place, 0);
    out.put(text.slice(from, line.end), from, 1);
    breaks = [line.end];
    started = true;
    lastDeeper = deeper;
  }
  const keep = header.includes("+");
  const clip = !keep && !header.includes("-") && started;
  // As Falco's parser has it: the end of the file is no line end.
  const ends = breaks.filter((place) => place < text.length);
  if (keep) { for (const place of ends) out.put("\n", place, 0); }
  else if (clip && ends.length > 0) out.put("\n", ends[0]!, 0);
}

/** The lines below the header. What follows the last line break is no line unless it holds text. */
function blockLines(text: string, headerEnd: number, end: number): BlockLine[] {
  const lines: BlockLine[] = [];
  let at = afterBreak(text, headerEnd);
  while (at < end) {
    const lineEnd = indexOfBreak(text, at, end);
    let indent = 0;
    while (at + indent < lineEnd && text[at + indent] === " ") indent++;
    lines.push({ start: at, end: lineEnd, indent });
    at = lineEnd < end ? afterBreak(text, lineEnd) : end;
  }
  return lines;
}

function isBlank(character: string): boolean {
  return character === " " || character === "\t";
}

function isBreak(text: string, at: number): boolean {
  return text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");
}

function afterBreak(text: string, at: number): number {
  return text[at] === "\r" ? at + 2 : at + 1;
}

function skipBlanks(text: string, at: number, end: number): number {
  while (at < end && isBlank(text[at]!)) at++;
  return at;
}

/** Offset of the next line break (of its `\r` if it has one), or `end`. */
function indexOfBreak(text: string, at: number, end: number): number {
  const found = text.indexOf("\n", at);
  if (found < 0 || found >= end) return end;
  return found > at && text[found - 1] === "\r" ? found - 1 : found;
}
