/**
 * The tokens of conditions. Which token may come next depends on what came before (`in` can be an
 * operator, a value or part of a name), so the parser asks for the kind it wants and the lexer
 * says whether it stands at the cursor.
 *
 * Token shapes: falcosecurity/libs userspace/libsinsp/filter/parser.h.
 */
import type { SourceText, Span } from "../base/mod.ts";
import { type TransformerName, TRANSFORMERS } from "../field/mod.ts";
import type { ComparisonName, Quantifier } from "./condition.ts";

const IDENTIFIER = /[a-zA-Z][a-zA-Z0-9_]*/y;
const FIELD_NAME = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE_STRING = /[^()"' \t\n\v\f\r=,]+/y;
const BARE_ARGUMENT = /[^\][" \t\n\v\f\r']+/y;
// deno-lint-ignore no-control-regex -- a backspace counts as blank
const BLANKS = /[ \t\x08\r\n]*/y;
const NOT = /not[ \t\n\v\f\r]+/y;
const WORD = /[^\s()"',=]*/y;

const ORDERINGS = ["<=", "<", ">=", ">"] as const satisfies readonly ComparisonName[];

/** Longer ones first where one begins another. */
const SYMBOLS = ["==", "=", "!="] as const satisfies readonly ComparisonName[];

/** Need a blank behind them: `globe` is no `glob`. */
const WORDS = [
  "glob",
  "iglob",
  "contains",
  "icontains",
  "bcontains",
  "startswith",
  "bstartswith",
  "endswith",
  "regex",
] as const satisfies readonly ComparisonName[];

/** Need none: `in(a,b)`, and Falco even reads `ina` as `in a`. */
const LIST_WORDS = ["intersects", "in", "pmatch"] as const satisfies readonly ComparisonName[];

const QUANTIFIERS = ["oneof", "anyof", "allof"] as const satisfies readonly Quantifier[];

/** Those that may stand on both sides; `val` only stands on the right. */
export const TRANSFORMER_NAMES: readonly TransformerName[] = Object.values(TRANSFORMERS)
  .map(({ name }) => name).filter((name) => name !== "val");

/** Any of `texts`, tried in their order, with `behind` following. */
function oneOf(texts: readonly string[], behind = ""): RegExp {
  return new RegExp(`(?:${texts.join("|")})${behind}`, "y");
}

const BEFORE_BLANK = "(?=[ \\t\\x08\\r\\n])", BEFORE_BRACKET = "(?=\\()";
const ORDERING = oneOf(ORDERINGS);
const SYMBOL = oneOf(SYMBOLS);
const OPERATOR_WORD = oneOf(WORDS, BEFORE_BLANK);
const LIST_WORD = oneOf(LIST_WORDS);
const QUANTIFIER = oneOf(QUANTIFIERS, BEFORE_BLANK);
const TRANSFORMER = oneOf(TRANSFORMER_NAMES, BEFORE_BRACKET);
const VAL = oneOf(["val"], BEFORE_BRACKET);

export const OPERATOR_NAMES: readonly string[] = [
  "exists",
  ...ORDERINGS,
  ...SYMBOLS,
  ...WORDS,
  ...LIST_WORDS,
];

export interface Token<Text extends string = string> {
  readonly text: Text;
  readonly span: Span;
}

export class Lexer {
  readonly #text: string;
  /** Offset of the next character. */
  #at = 0;

  constructor(readonly source: SourceText) {
    this.#text = source.text;
  }

  get offset(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Goes back to where `offset` once was. */
  rewind(offset: number): void {
    this.#at = offset;
  }

  spanFrom(start: number): Span {
    return this.source.span(start, this.#at);
  }

  /** The character under the cursor, or nothing at the end. */
  get here(): Span {
    return this.source.span(this.#at, Math.min(this.#at + 1, this.#text.length));
  }

  /** The word under the cursor without moving, at least one character, for messages. */
  get word(): Token {
    const length = Math.max(1, this.#measure(WORD));
    const span = this.source.span(this.#at, Math.min(this.#at + length, this.#text.length));
    return { text: this.#text.slice(span.start, span.end), span };
  }

  /** Whether there was at least one blank. */
  blanks(): boolean {
    const length = this.#measure(BLANKS);
    this.#at += length;
    return length > 0;
  }

  peek(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  take<Text extends string>(text: Text): Token<Text> | undefined {
    return this.#text.startsWith(text, this.#at) ? this.#token(text) : undefined;
  }

  identifier(): Token | undefined {
    return this.#match(IDENTIFIER);
  }

  fieldName(): Token | undefined {
    return this.#match(FIELD_NAME);
  }

  number(): Token | undefined {
    return this.#match(NUMBER);
  }

  bareString(): Token | undefined {
    return this.#match(BARE_STRING);
  }

  bareArgument(): Token | undefined {
    return this.#match(BARE_ARGUMENT);
  }

  /** `not` and the blanks behind it. */
  not(): Token | undefined {
    return this.#match(NOT);
  }

  /** The string with its quotes; absent when none begins here or the closing quote is missing. */
  quotedString(): Token | undefined {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") return undefined;
    for (let i = this.#at + 1; i < this.#text.length && this.#text[i] !== "\0"; i++) {
      // Falco looks only one character back, so `\\"` does not end a string.
      if (this.#text[i] !== quote || this.#text[i - 1] === "\\") continue;
      return this.#token(this.#text.slice(this.#at, i + 1));
    }
    return undefined;
  }

  ordering(): Token<ComparisonName> | undefined {
    return this.#match<ComparisonName>(ORDERING);
  }

  /** `=`-like symbols and words that compare strings; a word takes the blanks behind it along. */
  stringOperator(): Token<ComparisonName> | undefined {
    return this.#match<ComparisonName>(SYMBOL) ?? this.#word<ComparisonName>(OPERATOR_WORD);
  }

  listOperator(): Token<ComparisonName> | undefined {
    return this.#match<ComparisonName>(LIST_WORD);
  }

  quantifier(): Token<Quantifier> | undefined {
    return this.#word<Quantifier>(QUANTIFIER);
  }

  /** A transformer's name with its opening bracket; the token holds the name only. */
  transformer(): Token<TransformerName> | undefined {
    return this.#opened(TRANSFORMER);
  }

  val(): Token<TransformerName> | undefined {
    return this.#opened(VAL);
  }

  /** Whether a list, or the name of one, stands at the cursor, and not `and`, `or`, `not`. */
  get listFollows(): boolean {
    if (this.peek("(")) return true;
    if (this.#measure(IDENTIFIER) === 0) return false;
    return !/^(?:and|or|not)(?![a-zA-Z0-9])/.test(this.#text.slice(this.#at, this.#at + 4));
  }

  #opened(shape: RegExp): Token<TransformerName> | undefined {
    const name = this.#match<TransformerName>(shape);
    if (name) this.#at++;
    return name;
  }

  #word<Text extends string>(shape: RegExp): Token<Text> | undefined {
    const word = this.#match<Text>(shape);
    if (word) this.blanks();
    return word;
  }

  /** `Text` names what the shape can match. */
  #match<Text extends string>(shape: RegExp): Token<Text> | undefined {
    const length = this.#measure(shape);
    if (length === 0) return undefined;
    return this.#token(this.#text.slice(this.#at, this.#at + length) as Text);
  }

  /** Length of what `shape` matches at the cursor. */
  #measure(shape: RegExp): number {
    shape.lastIndex = this.#at;
    return shape.test(this.#text) ? shape.lastIndex - this.#at : 0;
  }

  #token<Text extends string>(text: Text): Token<Text> {
    const start = this.#at;
    this.#at += text.length;
    return { text, span: this.spanFrom(start) };
  }
}
