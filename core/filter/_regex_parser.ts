/**
 * The syntax of `regex`: POSIX extended expressions as RE2 reads them with its POSIX option, that
 * is without Perl's classes (`\d`), lazy repetition and `(?…)` groups; `^` and `$` stand at lines.
 *
 * https://github.com/google/re2/wiki/Syntax, re2/parse.cc
 */

import {
  type CharacterSet,
  complement,
  inAnyCase,
  merged,
  namedSet,
  type Range,
  setOfPairs,
  single,
} from "./_character_set.ts";

export type Expression =
  | { readonly kind: "empty" | "line-start" | "line-end" }
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Expression[] }
  | {
    readonly kind: "repeat";
    readonly part: Expression;
    readonly min: number;
    /** Absent: without end. */
    readonly max: number | undefined;
  };

type Repeat = Expression & { readonly kind: "repeat" };
type Times = Pick<Repeat, "min" | "max">;

export interface PatternProblem {
  readonly message: string;
  /** Offset in the pattern. */
  readonly at: number;
  readonly help?: string;
}

const MAX_CODE = 0x10ffff;
const NEWLINE = 10;
const MAX_REPEAT = 1000;
const MAX_NESTING = 200;

/** Beside those of the C locale. */
const OWN_CLASSES: Readonly<Record<string, CharacterSet>> = {
  ascii: setOfPairs("\0\x7f"),
  word: setOfPairs("09AZ__az"),
};

const ESCAPES: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

export interface PatternOptions {
  /** Letters stand for both their cases, as behind `(?i)`. */
  readonly anyCase?: boolean;
}

export function parsePattern(
  pattern: string,
  { anyCase = false }: PatternOptions = {},
): Expression | PatternProblem {
  const parser = new Parser(pattern, anyCase ? inAnyCase : (set) => set);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof Malformed) return { message: error.message, at: error.at };
    throw error;
  }
}

/** Leaves the recursion; never leaves this file. */
class Malformed extends Error {
  constructor(message: string, readonly at: number) {
    super(message);
  }
}

class Parser {
  readonly #pattern: string;
  /** Behind it no search for one has to go to the end of the pattern, as often as somebody wrote "[:". */
  readonly #lastClassEnd: number;
  /** Of each set as it is written, before it is turned around: `[^a]` has neither `a` nor `A`. */
  readonly #widened: (set: CharacterSet) => CharacterSet;
  #at = 0;
  #nesting = 0;

  constructor(pattern: string, widened: (set: CharacterSet) => CharacterSet) {
    this.#pattern = pattern;
    this.#widened = widened;
    this.#lastClassEnd = pattern.lastIndexOf(":]");
  }

  whole(): Expression {
    const expression = this.#choice();
    if (this.#at < this.#pattern.length) throw this.#malformed('")" closes nothing');
    return expression;
  }

  #choice(): Expression {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    while (this.#at < this.#pattern.length && !"|)".includes(this.#here)) {
      parts.push(this.#repeat());
    }
    if (parts.length === 0) return { kind: "empty" };
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  #repeat(): Expression {
    if ("*+?".includes(this.#here)) throw this.#malformed(`nothing stands before "${this.#here}"`);
    let part = this.#atom();
    for (;;) {
      const start = this.#at;
      const times = this.#times();
      if (!times) return part;
      part = repeated(part, times);
      if (Math.max(times.min, times.max ?? 0) < 2 || repetitions(part) <= MAX_REPEAT) continue;
      const text = this.#pattern.slice(start, this.#at);
      throw new Malformed(
        `"${text}" repeats what is repeated already, more than ${MAX_REPEAT} times in all`,
        start,
      );
    }
  }

  #times(): Times | undefined {
    if (this.#take("*")) return { min: 0, max: undefined };
    if (this.#take("+")) return { min: 1, max: undefined };
    if (this.#take("?")) return { min: 0, max: 1 };
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 24));
    if (!counted) return undefined;
    const [text, low, open, high] = counted;
    const min = Number(low);
    const max = open === undefined ? min : high ? Number(high) : undefined;
    if (Math.max(min, max ?? 0) > MAX_REPEAT) {
      throw this.#malformed(`"${text}" repeats more than ${MAX_REPEAT} times`);
    }
    if (max !== undefined && max < min) throw this.#malformed(`"${text}" ends before it begins`);
    this.#at += text.length;
    return { min, max };
  }

  #atom(): Expression {
    const start = this.#at;
    if (this.#take("(")) return this.#group(start);
    if (this.#take("[")) return { kind: "set", set: this.#bracketSet(start) };
    if (this.#take(".")) return { kind: "set", set: complement([single(NEWLINE)]) };
    if (this.#take("^")) return { kind: "line-start" };
    if (this.#take("$")) return { kind: "line-end" };
    return { kind: "set", set: this.#widened([single(this.#character())]) };
  }

  #group(start: number): Expression {
    if (++this.#nesting > MAX_NESTING) {
      throw new Malformed(`more than ${MAX_NESTING} groups inside each other`, start);
    }
    if (this.#here === "?") {
      throw this.#malformed('"(?" is not supported: groups have no options here');
    }
    const inner = this.#choice();
    if (!this.#take(")")) throw new Malformed('"(" is never closed', start);
    this.#nesting--;
    return inner;
  }

  #bracketSet(start: number): CharacterSet {
    const negated = this.#take("^");
    const ranges: Range[] = [];
    for (let first = true; first || this.#here !== "]"; first = false) {
      if (this.#at >= this.#pattern.length) throw new Malformed('"[" is never closed', start);
      const dashInside = this.#here === "-" && !first && this.#pattern[this.#at + 1] !== "]";
      if (dashInside) throw this.#malformed('"-" stands between ranges; put it first or last');
      const named = this.#namedClass();
      if (named) ranges.push(...named);
      else ranges.push(...this.#widened([this.#range()]));
    }
    this.#at++;
    const set = merged(ranges);
    return negated ? complement(set) : set;
  }

  #range(): Range {
    const start = this.#at;
    const from = this.#character();
    if (this.#here !== "-" || [undefined, "]"].includes(this.#pattern[this.#at + 1])) {
      return single(from);
    }
    this.#at++;
    const to = this.#character();
    if (to >= from) return { from, to };
    throw new Malformed(`range "${this.#pattern.slice(start, this.#at)}" runs backwards`, start);
  }

  #namedClass(): CharacterSet | undefined {
    if (!this.#pattern.startsWith("[:", this.#at)) return undefined;
    if (this.#at + 2 > this.#lastClassEnd) return undefined;
    const end = this.#pattern.indexOf(":]", this.#at + 2);
    const negated = this.#pattern[this.#at + 2] === "^";
    const name = this.#pattern.slice(this.#at + (negated ? 3 : 2), end);
    const set = Object.hasOwn(OWN_CLASSES, name) ? OWN_CLASSES[name] : namedSet(name);
    if (!set) throw this.#malformed(`unknown character class "[:${shortened(name)}:]"`);
    this.#at = end + 2;
    const widened = this.#widened(set);
    return negated ? complement(widened) : widened;
  }

  /** One character, escaped or not. */
  #character(): number {
    const code = this.#pattern.codePointAt(this.#at);
    if (code === undefined) throw this.#malformed("the pattern ends too early");
    const start = this.#at;
    this.#at += code > 0xffff ? 2 : 1;
    return code === 0x5c ? this.#escape(start) : code;
  }

  #escape(start: number): number {
    const name = this.#here;
    this.#at++;
    if (/^[!-/:-@[-^`{-~ ]$/.test(name)) return name.charCodeAt(0);
    if (Object.hasOwn(ESCAPES, name)) return ESCAPES[name]!;
    const rest = this.#pattern.slice(start, start + 12);
    // A digit alone would be a back-reference, which no linear engine has.
    const number = /^\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)?.[0];
    if (number !== undefined) return this.#numbered(start, number.length, number.slice(1), 8);
    const hexadecimal = /^\\x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(rest);
    if (hexadecimal) {
      const digits = hexadecimal[1] ?? hexadecimal[2]!;
      return this.#numbered(start, hexadecimal[0].length, digits, 16);
    }
    const text = `\\${name}`;
    const class_ = PERL_CLASSES[name];
    throw new Malformed(
      class_
        ? `"${text}" is not supported, write "${class_}"`
        : name === ""
        ? "the pattern ends inside an escape"
        : `"${text}" is not a known escape`,
      start,
    );
  }

  #numbered(start: number, length: number, digits: string, base: number): number {
    const code = parseInt(digits, base);
    if (code > MAX_CODE) throw new Malformed(`"${digits}" is no character`, start);
    this.#at = start + length;
    return code;
  }

  get #here(): string {
    return this.#pattern[this.#at] ?? "";
  }

  #take(character: string): boolean {
    if (this.#here !== character) return false;
    this.#at++;
    return true;
  }

  #malformed(message: string): Malformed {
    return new Malformed(message, this.#at);
  }
}

function shortened(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}

const MAX_NAME = 40;

const PERL_CLASSES: Readonly<Record<string, string>> = {
  d: "[0-9]",
  D: "[^0-9]",
  s: "[[:space:]]",
  S: "[^[:space:]]",
  w: "[[:word:]]",
  W: "[^[:word:]]",
};

/** Repetition of repetition is one where it can be: `x**` may be written with a million stars. */
function repeated(part: Expression, { min, max }: Times): Expression {
  if (max === 0) return { kind: "empty" };
  if (min === 1 && max === 1) return part;
  if (part.kind === "repeat" && isPlain(part) && isPlain({ min, max })) {
    return { ...part, min: part.min * min, max: part.max === 1 && max === 1 ? 1 : undefined };
  }
  return { kind: "repeat", part, min, max };
}

/** `*`, `+` and `?`. */
function isPlain({ min, max }: Times): boolean {
  return min <= 1 && (max === undefined || max === 1);
}

/** How often the innermost part is written out: counts multiply. RE2 has the same bound, 1000. */
function repetitions(expression: Expression): number {
  switch (expression.kind) {
    case "sequence":
    case "choice":
      return expression.parts.reduce((most, part) => Math.max(most, repetitions(part)), 1);
    case "repeat":
      return Math.max(1, expression.max ?? expression.min) * repetitions(expression.part);
    default:
      return 1;
  }
}
