/** Patterns of `glob`, `iglob` and `pmatch`: fnmatch(3) without flags, so `*` also crosses `/`. */

import { asciiLower } from "../base/mod.ts";
import { Alphabet } from "./_alphabet.ts";
import {
  ANY_CHARACTER,
  type CharacterSet,
  complement,
  merged,
  namedSet,
  type Range,
  single,
} from "./_character_set.ts";
import { GlobRow } from "./_glob_row.ts";

type Piece =
  | { readonly kind: "many" }
  | { readonly kind: "literal"; readonly code: number }
  | { readonly kind: "set"; readonly set: CharacterSet };

const STAR = 0x2a, QUESTION = 0x3f, BACKSLASH = 0x5c, OPEN = 0x5b, CLOSE = 0x5d;
const BANG = 0x21, CARET = 0x5e, DASH = 0x2d, COLON = 0x3a, EQUALS = 0x3d, DOT = 0x2e;

/** Characters looked through for the end of brackets that have none; attackers can write thousands. */
const MAX_LOOKED_THROUGH = 100_000;

/**
 * Characters of a pattern that is more than texts and `*`: what is remembered of it grows with the
 * square, and a field's value may be the pattern.
 */
const MAX_PIECES = 1024;

/** A pattern of texts and `*` only: how it begins and ends, and what comes between, in order. */
interface Texts {
  readonly first: string;
  readonly between: readonly string[];
  /** Absent: there is no `*`, the pattern is `first`. */
  readonly last: string | undefined;
}

export class Glob {
  /** Absent: the pattern is malformed, or too long, and matches nothing. */
  readonly #pieces: readonly Piece[] | undefined;
  /** The same pattern, where it has nothing that stands for one character. */
  readonly #texts: Texts | undefined;
  /** What stands between the `*` otherwise, made when it is first asked for. */
  #rows: readonly GlobRow[] | undefined;
  readonly #ignoreCase: boolean;

  constructor(pattern: string, options: { readonly ignoreCase?: boolean } = {}) {
    this.#ignoreCase = options.ignoreCase ?? false;
    const pieces = piecesOf(this.#ignoreCase ? asciiLower(pattern) : pattern);
    this.#texts = pieces && textsOf(pieces);
    this.#pieces = this.#texts || !isTooLong(pieces) ? pieces : undefined;
  }

  /** What is wrong with a pattern that somebody wrote; a value that is no better matches nothing. */
  static problem(pattern: string): { readonly message: string; readonly help: string } | undefined {
    if (pattern.length <= MAX_PIECES) return undefined;
    const pieces = piecesOf(pattern);
    if (!isTooLong(pieces) || textsOf(pieces)) return undefined;
    return {
      message:
        `it has ${pieces.length} characters; with ? and [ ] in it, ${MAX_PIECES} are allowed`,
      help: "write * in place of rows of ?",
    };
  }

  /** Whether `text` has characters that mean more than themselves in a pattern. */
  static isPattern(text: string): boolean {
    return /[?*[]/.test(text);
  }

  /** Whether the pattern covers the whole text. */
  matches(text: string): boolean {
    if (!this.#pieces) return false;
    const subject = this.#ignoreCase ? asciiLower(text) : text;
    return this.#texts
      ? hasTexts(this.#texts, subject)
      : hasRows(this.#rows ??= rowsOf(this.#pieces), subject);
  }
}

function isTooLong(pieces: readonly Piece[] | undefined): pieces is readonly Piece[] {
  return pieces !== undefined && pieces.length > MAX_PIECES;
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

function rowsOf(pieces: readonly Piece[]): readonly GlobRow[] {
  const sets: CharacterSet[][] = [[]];
  for (const piece of pieces) {
    if (piece.kind === "many") sets.push([]);
    else sets.at(-1)!.push(piece.kind === "literal" ? [single(piece.code)] : piece.set);
  }
  const alphabet = new Alphabet(sets.flat());
  return sets.map((row) => new GlobRow(row, alphabet));
}

/** As with texts, each row is taken where it comes first. */
function hasRows([first, ...rest]: readonly GlobRow[], subject: string): boolean {
  let at = first!.endFrom(subject, 0);
  const last = rest.pop();
  if (!last || at < 0) return at === subject.length;
  for (const row of rest) {
    at = row.find(subject, at);
    if (at < 0) return false;
  }
  const start = last.startBeforeEnd(subject);
  return start >= at && last.endFrom(subject, start) === subject.length;
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

function piecesOf(pattern: string): readonly Piece[] | undefined {
  const codes = Array.from(pattern, (character) => character.codePointAt(0)!);
  const pieces: Piece[] = [];
  const lastClose = codes.lastIndexOf(CLOSE);
  let lookedThrough = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === STAR) {
      if (pieces.at(-1)?.kind !== "many") pieces.push({ kind: "many" });
    } else if (code === QUESTION) pieces.push({ kind: "set", set: ANY_CHARACTER });
    else if (code === BACKSLASH) {
      if (++i === codes.length) return undefined;
      pieces.push({ kind: "literal", code: codes[i]! });
    } else if (code === OPEN) {
      const mayClose = i < lastClose && lookedThrough < MAX_LOOKED_THROUGH;
      const set = mayClose ? setAt(codes, i + 1) : undefined;
      if (set === "invalid") return undefined;
      if (mayClose && !set) lookedThrough += codes.length - i;
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
  const members: Range[] = [];
  for (let first = true;; first = false) {
    const code = codes[i];
    if (code === undefined) return undefined;
    if (code === CLOSE && !first) {
      const set = merged(members);
      return { piece: { kind: "set", set: negated ? complement(set) : set }, end: i };
    }
    if (code === OPEN && codes[i + 1] === COLON) {
      const named = namedClass(codes, i + 2);
      if (named) {
        if (!named.members) return "invalid";
        members.push(...named.members);
        i = named.end;
        continue;
      }
    }
    const from = memberAt(codes, i);
    if (!from) return undefined;
    i = from.end;
    if (codes[i] !== DASH || codes[i + 1] === CLOSE || codes[i + 1] === undefined) {
      members.push(single(from.code));
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
): { readonly members: CharacterSet | undefined; readonly end: number } | undefined {
  let i = start;
  let name = "";
  for (; codes[i] !== undefined && codes[i]! >= 0x61 && codes[i]! <= 0x7a; i++) {
    name += String.fromCodePoint(codes[i]!);
  }
  if (codes[i] !== COLON || codes[i + 1] !== CLOSE) return undefined;
  return { members: namedSet(name), end: i + 2 };
}
