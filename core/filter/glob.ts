/** Patterns of `glob`, `iglob` and `pmatch`: fnmatch(3) without flags, so `*` also crosses `/`. */

import { asciiLower } from "../base/mod.ts";

type Piece =
  | { readonly kind: "many" }
  | { readonly kind: "one" }
  | { readonly kind: "literal"; readonly code: number }
  | { readonly kind: "set"; readonly negated: boolean; readonly members: readonly SetMember[] };

type SetMember = { readonly from: number; readonly to: number } | RegExp;

const STAR = 0x2a, QUESTION = 0x3f, BACKSLASH = 0x5c, OPEN = 0x5b, CLOSE = 0x5d;
const BANG = 0x21, CARET = 0x5e, DASH = 0x2d, COLON = 0x3a, EQUALS = 0x3d, DOT = 0x2e;

/** Character classes of the C locale. */
const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /^[0-9A-Za-z]$/,
  alpha: /^[A-Za-z]$/,
  blank: /^[ \t]$/,
  // deno-lint-ignore no-control-regex -- the class of control characters
  cntrl: /^[\x00-\x1f\x7f]$/,
  digit: /^[0-9]$/,
  graph: /^[!-~]$/,
  lower: /^[a-z]$/,
  print: /^[ -~]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[ \t\n\v\f\r]$/,
  upper: /^[A-Z]$/,
  xdigit: /^[0-9A-Fa-f]$/,
};

/** A pattern of texts and `*` only: how it begins and ends, and what comes between, in order. */
interface Texts {
  readonly first: string;
  readonly between: readonly string[];
  /** Absent: there is no `*`, the pattern is `first`. */
  readonly last: string | undefined;
}

export class Glob {
  /** Absent: the pattern is malformed in a way that matches nothing. */
  readonly #pieces: readonly Piece[] | undefined;
  /** The same pattern, where it has nothing that stands for one character. */
  readonly #texts: Texts | undefined;
  readonly #ignoreCase: boolean;

  constructor(pattern: string, options: { readonly ignoreCase?: boolean } = {}) {
    this.#ignoreCase = options.ignoreCase ?? false;
    this.#pieces = piecesOf(this.#ignoreCase ? asciiLower(pattern) : pattern);
    this.#texts = this.#pieces && textsOf(this.#pieces);
  }

  /** Whether `text` has characters that mean more than themselves in a pattern. */
  static isPattern(text: string): boolean {
    return /[?*[]/.test(text);
  }

  /**
   * Whether the pattern covers the whole text. On a mismatch only the last `*` is widened, so the
   * cost is at most length of text times length of pattern.
   */
  matches(text: string): boolean {
    const pieces = this.#pieces;
    if (!pieces) return false;
    const subject = this.#ignoreCase ? asciiLower(text) : text;
    if (this.#texts) return hasTexts(this.#texts, subject);
    let at = 0, piece = 0;
    let star = -1, resume = 0;
    while (at < subject.length) {
      const current = pieces[piece];
      const code = subject.codePointAt(at)!;
      if (current?.kind === "many") {
        star = piece++;
        resume = at;
      } else if (current && accepts(current, code)) {
        piece++;
        at += width(code);
      } else if (star >= 0) {
        piece = star + 1;
        resume += width(subject.codePointAt(resume)!);
        at = resume;
      } else return false;
    }
    while (pieces[piece]?.kind === "many") piece++;
    return piece === pieces.length;
  }
}

function textsOf(pieces: readonly Piece[]): Texts | undefined {
  const texts = [""];
  for (const piece of pieces) {
    if (piece.kind === "many") texts.push("");
    else if (piece.kind !== "literal") return undefined;
    else texts[texts.length - 1] += String.fromCodePoint(piece.code);
  }
  const [first, ...rest] = texts;
  return { first: first!, between: rest.slice(0, -1), last: rest.at(-1) };
}

/** Each text is taken where it comes first: what follows can only gain by that. */
function hasTexts({ first, between, last }: Texts, subject: string): boolean {
  if (last === undefined) return subject === first;
  if (!subject.startsWith(first)) return false;
  const end = subject.length - last.length;
  let at = first.length;
  if (at > end || !subject.endsWith(last)) return false;
  for (const text of between) {
    const found = subject.indexOf(text, at);
    if (found < 0) return false;
    at = found + text.length;
    if (at > end) return false;
  }
  return true;
}

function width(code: number): number {
  return code > 0xffff ? 2 : 1;
}

function accepts(piece: Piece, code: number): boolean {
  switch (piece.kind) {
    case "literal":
      return piece.code === code;
    case "one":
      return true;
    case "set":
      return piece.negated !== piece.members.some((member) => belongs(member, code));
    case "many":
      return false;
    default:
      return piece satisfies never;
  }
}

function belongs(member: SetMember, code: number): boolean {
  return member instanceof RegExp
    ? member.test(String.fromCodePoint(code))
    : member.from <= code && code <= member.to;
}

function piecesOf(pattern: string): readonly Piece[] | undefined {
  const codes = Array.from(pattern, (character) => character.codePointAt(0)!);
  const pieces: Piece[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === STAR) {
      if (pieces.at(-1)?.kind !== "many") pieces.push({ kind: "many" });
    } else if (code === QUESTION) pieces.push({ kind: "one" });
    else if (code === BACKSLASH) {
      if (++i === codes.length) return undefined;
      pieces.push({ kind: "literal", code: codes[i]! });
    } else if (code === OPEN) {
      const set = setAt(codes, i + 1);
      if (set === "invalid") return undefined;
      // A bracket that is never closed stands for itself.
      pieces.push(set?.piece ?? { kind: "literal", code });
      if (set) i = set.end;
    } else pieces.push({ kind: "literal", code });
  }
  return pieces;
}

/** The bracket expression whose text begins at `start`; `end` is the place of its `]`. */
function setAt(
  codes: readonly number[],
  start: number,
): { readonly piece: Piece; readonly end: number } | "invalid" | undefined {
  let i = start;
  const negated = codes[i] === BANG || codes[i] === CARET;
  if (negated) i++;
  const members: SetMember[] = [];
  for (let first = true;; first = false) {
    const code = codes[i];
    if (code === undefined) return undefined;
    if (code === CLOSE && !first) return { piece: { kind: "set", negated, members }, end: i };
    if (code === OPEN && codes[i + 1] === COLON) {
      const named = namedClass(codes, i + 2);
      if (named) {
        if (!named.members) return "invalid";
        members.push(named.members);
        i = named.end;
        continue;
      }
    }
    const from = memberAt(codes, i);
    if (!from) return undefined;
    i = from.end;
    if (codes[i] !== DASH || codes[i + 1] === CLOSE || codes[i + 1] === undefined) {
      members.push({ from: from.code, to: from.code });
      continue;
    }
    const to = memberAt(codes, i + 1);
    if (!to) return undefined;
    members.push({ from: from.code, to: to.code });
    i = to.end;
  }
}

/** One character: itself, `\x`, `[=x=]` or `[.x.]`. */
function memberAt(
  codes: readonly number[],
  i: number,
): { readonly code: number; readonly end: number } | undefined {
  const code = codes[i];
  if (code === undefined) return undefined;
  if (code === BACKSLASH) {
    const escaped = codes[i + 1];
    return escaped === undefined ? undefined : { code: escaped, end: i + 2 };
  }
  const mark = codes[i + 1];
  if (code === OPEN && (mark === EQUALS || mark === DOT)) {
    const inner = codes[i + 2];
    if (inner !== undefined && codes[i + 3] === mark && codes[i + 4] === CLOSE) {
      return { code: inner, end: i + 5 };
    }
  }
  return { code, end: i + 1 };
}

/** `alpha:]`; no members for a name that is unknown, nothing where no `:]` follows a name. */
function namedClass(
  codes: readonly number[],
  start: number,
): { readonly members: RegExp | undefined; readonly end: number } | undefined {
  let i = start;
  let name = "";
  for (; codes[i] !== undefined && codes[i]! >= 0x61 && codes[i]! <= 0x7a; i++) {
    name += String.fromCodePoint(codes[i]!);
  }
  if (codes[i] !== COLON || codes[i + 1] !== CLOSE) return undefined;
  return { members: Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined, end: i + 2 };
}
