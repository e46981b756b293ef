/** What the parser says when the text goes on differently than the grammar allows. */
import { inQuotes, type Report, type Span } from "../base/mod.ts";
import { didYouMean } from "../base/nearest.ts";
import type { Literal, Operand } from "./condition.ts";
import { type Lexer, OPERATOR_NAMES, type Token, TRANSFORMER_NAMES } from "./lexer.ts";

const EXAMPLE = 'a check looks like "proc.name = cat"';
const NO_COMMENT =
  'in a condition "#" begins no comment: comments stand in lines of their own, above the rule';
const STRAIGHT_QUOTES = `only " and ' quote a value; these quotes are letters like any other`;

/** What other languages write between a field and a value, and how it is written here. */
const FOREIGN_OPERATORS: ReadonlyMap<string, string> = new Map([
  ["like", 'for patterns with "*" write "glob", for a part of the text "contains"'],
  ["ilike", 'for patterns with "*" write "iglob", for a part of the text "icontains"'],
  ["matches", 'for patterns with "*" write "glob", for regular expressions "regex"'],
  ["match", 'for patterns with "*" write "glob", for regular expressions "regex"'],
  ["rlike", 'for regular expressions write "regex"'],
  ["=~", 'for regular expressions write "regex"'],
  ["~", 'for regular expressions write "regex"'],
  ["is", 'write "=", or "exists" to ask whether there is a value'],
  ["has", 'write "contains", or "in" for one of several values'],
  ["equals", 'write "="'],
  ["===", 'write "="'],
  ["<>", 'write "!="'],
  ["=<", 'write "<="'],
  ["=>", 'write ">="'],
  ["starts_with", 'write "startswith"'],
  ["starts", 'write "startswith", in one word'],
  ["begins", 'write "startswith"'],
  ["ends_with", 'write "endswith"'],
  ["ends", 'write "endswith", in one word'],
  ["does", '"not" stands before the check: not … contains …'],
  ["includes", 'write "contains"'],
]);

/** What people write behind an operator to look for one of several values. */
const FOREIGN_QUANTIFIERS = /^(?:in|any|any_of|one_of|some|all|all_of)$/;

const SYMBOLS = /^[=!<>~]+/;
/** Looked at behind a field for the sake of a hint, in UTF-16 units. */
const MAX_SYMBOLS = 40;

const ONLY_NUMBER =
  "a number alone stands here, times in nanoseconds; text is compared with =, contains, startswith …";
/** Of these the value is true or false, and that there is one says nothing. */
const YES_OR_NO = /\.(?:is_[a-z_]+|failed|privileged|known)$/;

/** Behind `or`, what is compared with a value: `proc.name = bash or sh` is meant as two checks. */
const COMPARED_BEFORE =
  /([a-z]\w*(?:\.\w+)+(?:\[[^\]]*\])?\s*(?:[=!]=?|\b(?:[a-z]*contains|[a-z]*startswith|endswith|i?glob|regex)\s)\s*)(?:"[^"]*"|'[^']*'|[^\s()"'=,]+)\s+or\s+$/i;

/** What to write where a value stands as if it were a check; absent where none was compared before it. */
export function helpForLoneValue({ source, start, end }: Span): string | undefined {
  const compared = COMPARED_BEFORE.exec(source.text.slice(Math.max(0, start - 200), start))?.[1];
  if (compared === undefined) return undefined;
  const value = source.text.slice(start, end);
  return `alternatives are whole checks: … or ${compared}${value}`;
}

/** A condition that begins with "and" or "or", which is then read as the name of a macro. */
function helpForJoint({ text, span: { source, start } }: Token): string {
  return source.text.slice(0, start).trim() === ""
    ? `to add to a condition that is there, write override: {condition: append} beside it`
    : `"${text}" stands between checks`;
}

/** Each method reports one problem at the lexer's cursor and returns the parser's "nothing". */
export class SyntaxErrors {
  readonly #lexer: Lexer;
  readonly #report: Report;
  /** The bare value that was read last: what follows it may belong to it. */
  lastBare: Literal | undefined;
  #lastNumber: Literal | undefined;
  /** The macro that was read last: an operator behind it says that it was meant as a field. */
  lastMacro: Token | undefined;

  constructor(lexer: Lexer, report: Report) {
    this.#lexer = lexer;
    this.#report = report;
  }

  empty(): undefined {
    return this.fail("F001", "the condition is empty", this.#lexer.source.all, EXAMPLE);
  }

  /** Something stands where `and`, `or` or the closing bracket of `open` should. */
  unexpected(open: Span | undefined): undefined {
    const lexer = this.#lexer;
    if (open && lexer.atEnd) return this.unclosed(open, "");
    const { text, span } = lexer.word;
    if (lexer.peek(")")) return this.fail("F004", 'bracket ")" closes nothing', span);
    const end = open ? '")"' : "the end of the condition";
    return this.fail(
      "F004",
      `unexpected ${inQuotes(text)}: expected "and", "or" or ${end}`,
      span,
      this.#helpForRest(text),
      open,
    );
  }

  #helpForRest(text: string): string | undefined {
    if (text.startsWith("&&")) return 'write "and"';
    if (text.startsWith("||")) return 'write "or"';
    if (/^(?:AND|OR|NOT)$/.test(text)) return `operators are lower case: "${text.toLowerCase()}"`;
    const joint = this.lastMacro;
    if (joint && /^(?:and|or)$/.test(joint.text) && !this.lastBare) return helpForJoint(joint);
    if (/^not\b/.test(text)) return 'write "and not"';
    if (text.startsWith("#")) return NO_COMMENT;
    if (/^[a-z_]+:$/.test(text)) {
      return `if "${text}" is a key of the rule, indent it as the others`;
    }
    if (this.#isComparedMacro(text)) {
      return `"${
        this.lastMacro!.text
      }" is a macro by its name: those of fields have a dot, as in "proc.name = cat"`;
    }
    if (text.startsWith(",")) return 'several values stand in brackets: "in (a, b)"';
    if (this.#beginsCheck(text)) return 'checks are joined by words: write "and" or "or" before it';
    const called = text.startsWith("(") ? this.#calledName() : undefined;
    if (called !== undefined) {
      return didYouMean(called, TRANSFORMER_NAMES) ??
        `"${called}" is none of the transformers: ${TRANSFORMER_NAMES.join(" ")}`;
    }
    const bare = this.lastBare;
    if (!bare) return this.#helpBehindMacro(text);
    if (text === "(" && FOREIGN_QUANTIFIERS.test(bare.text)) {
      return 'for any of several values write "anyof (…)", for all of them "allof (…)"';
    }
    if (bare === this.#lastNumber) return ONLY_NUMBER;
    if (text === "(" && TRANSFORMER_NAMES.some((name) => name === bare.text)) {
      return `no blank may stand between "${bare.text}" and its bracket`;
    }
    const operator = FOREIGN_OPERATORS.get(`=${bare.text}`);
    if (operator) return operator;
    if (/^[\u2018-\u201f]/.test(bare.text)) return STRAIGHT_QUOTES;
    const rest = this.#lexer.source.text.slice(bare.span.start, this.#lexer.word.span.end);
    return `a value with blanks or any of ()"'=, must be quoted: '${rest.replaceAll("'", "\\'")}'`;
  }

  /** An operator that stands where a check begins was read as the name of a macro. */
  #helpBehindMacro(text: string): string | undefined {
    const { source, offset } = this.#lexer;
    const { text: name, span } = this.lastMacro ?? {};
    if (name === undefined || !OPERATOR_NAMES.includes(name)) return undefined;
    if (source.text.slice(span!.end, offset).trim() !== "") return undefined;
    return name === "exists"
      ? `"exists" stands behind the field: ${text} exists`
      : `alternatives are whole checks, each with its field: … or fd.name ${name} ${text}`;
  }

  /** A field and an operator: a check of its own, and no part of the value before it. */
  #beginsCheck(text: string): boolean {
    if (!/^[a-z]\w*(?:\.\w+)+$/i.test(text)) return false;
    const { source, word: { span } } = this.#lexer;
    const rest = source.text.slice(span.end, span.end + MAX_SYMBOLS).trimStart();
    return SYMBOLS.test(rest) || OPERATOR_NAMES.includes(/^[a-z]+(?=\s)/.exec(rest)?.[0] ?? "");
  }

  /** A name with brackets right behind it and a field in them, which no transformer has. */
  #calledName(): string | undefined {
    const { source, offset } = this.#lexer;
    const before = [this.lastMacro, this.lastBare].find((word) => word?.span.end === offset);
    const isCall = /^\(\s*[a-z]\w*\.\w/i.test(source.text.slice(offset, offset + MAX_SYMBOLS));
    return isCall && before && /^[a-z]\w*$/i.test(before.text) ? before.text : undefined;
  }

  #isComparedMacro(text: string): boolean {
    const { source, offset } = this.#lexer;
    const end = this.lastMacro?.span.end;
    if (end === undefined || source.text.slice(end, offset).trim() !== "") return false;
    return OPERATOR_NAMES.includes(text) || SYMBOLS.test(text);
  }

  unclosed(open: Span, wanted: string): undefined {
    const lexer = this.#lexer;
    const bracket = open.source.text[open.start];
    if (lexer.atEnd || wanted === "") {
      const closing = bracket === "[" ? "]" : ")";
      const help = `add the "${closing}" it is waiting for`;
      return this.fail("F003", `bracket "${bracket}" is never closed`, open, help);
    }
    const { text, span } = lexer.word;
    const help = /^(?:or|and)$/.test(text) && wanted.includes(",")
      ? "values in brackets have commas between them: (a, b)"
      : this.lastBare && this.#helpForRest(text);
    return this.fail("F004", `unexpected ${inQuotes(text)}: expected ${wanted}`, span, help, open);
  }

  noOperator(left: Operand): undefined {
    const lexer = this.#lexer;
    const what = lexer.source.text.slice(left.span.start, left.span.end);
    if (lexer.atEnd || lexer.peek(")")) {
      const help = YES_OR_NO.test(what)
        ? `compare it, "${what} = true"`
        : `compare it, "${what} = value", or ask for it, "${what} exists"`;
      return this.fail("F006", `"${what}" is not compared with anything`, left.span, help);
    }
    const { text, span } = this.#operatorWord();
    if (OPERATOR_NAMES.includes(text)) {
      return this.fail("F006", `"${text}" needs a blank behind it`, span);
    }
    const help = this.#helpForOperator(what, text) ?? didYouMean(text, OPERATOR_NAMES) ??
      `operators are ${OPERATOR_NAMES.join(" ")}`;
    return this.fail("F006", `${inQuotes(text)} is not an operator`, span, help);
  }

  /** The word at the cursor, or the symbols: a word ends before "=". */
  #operatorWord(): Token {
    const { word, source, offset } = this.#lexer;
    const length = SYMBOLS.exec(source.text.slice(offset, offset + MAX_SYMBOLS))?.[0].length;
    if (length === undefined) return word;
    const span = source.span(offset, offset + length);
    return { text: source.text.slice(span.start, span.end), span };
  }

  /** `left` is what stands before the operator. */
  #helpForOperator(left: string, text: string): string | undefined {
    if (/^(?:not|!~?)$/i.test(text)) {
      const behind = this.#lexer.offset + text.length;
      const following = this.#lexer.source.text.slice(behind, behind + MAX_SYMBOLS);
      const operator = text === "!~" ? "regex" : /^\s*([a-z]+)/.exec(following)?.[1];
      const known = operator !== undefined && OPERATOR_NAMES.includes(operator);
      return `"not" stands before the check: not ${left} ${known ? operator : "="} …`;
    }
    if (text.startsWith("#")) return NO_COMMENT;
    const { source, offset } = this.#lexer;
    const index = /^(?:\.(\d+)\b|\((\d+)\))/.exec(source.text.slice(offset, offset + MAX_SYMBOLS));
    if (index) return `arguments stand in square brackets: ${left}[${index[1] ?? index[2]}]`;
    return FOREIGN_OPERATORS.get(text.toLowerCase());
  }

  noCheck(): undefined {
    const lexer = this.#lexer;
    if (lexer.atEnd) {
      return this.fail(
        "F002",
        "the condition ends where a check is expected",
        lexer.here,
        EXAMPLE,
      );
    }
    const { text, span } = lexer.word;
    const help = text.startsWith("!")
      ? 'write "not"'
      : text.startsWith("#")
      ? NO_COMMENT
      : helpForLoneValue(lexer.quotedString()?.span ?? span) ?? EXAMPLE;
    return this.fail(
      "F002",
      `expected a check, a macro or "(", found ${inQuotes(text)}`,
      span,
      help,
    );
  }

  /** `operator` is the one that a value of a text should stand behind. */
  noValue(wanted: string, hint?: string, operator?: string): undefined {
    const lexer = this.#lexer;
    if (lexer.peek('"') || lexer.peek("'")) return this.openQuote();
    if (lexer.atEnd) {
      return this.fail("F007", `the condition ends where ${wanted} is expected`, lexer.here, hint);
    }
    const { text, span } = lexer.word;
    const several = operator === undefined || /^(?:[=!]?=)$/.test(operator)
      ? 'use "in (…)"'
      : `write "${operator} anyof (…)"`;
    const help = lexer.peek("(") ? `to look for any of several values, ${several}` : hint;
    return this.fail("F007", `expected ${wanted}, found ${inQuotes(text)}`, span, help);
  }

  /** What `operator` compares with, so that what stands behind it is told as that. */
  numberRead({ text, span }: Token): Literal {
    return this.lastBare = this.#lastNumber = { kind: "literal", text, quoted: false, span };
  }

  quotedNumber(operator: string, { text, span }: Token): undefined {
    const number = /^["']([-+]?\d+(?:\.\d+)?)["']$/.exec(text)?.[1];
    const help = number ? `write it without quotes: ${operator} ${number}` : ONLY_NUMBER;
    const title = `expected a number or val(field) behind "${operator}", found ${inQuotes(text)}`;
    return this.fail("F007", title, span, help);
  }

  noList(operator: string): undefined {
    const lexer = this.#lexer;
    const wanted = `a list in brackets behind "${operator}"`;
    const quoted = lexer.quotedString();
    if (!quoted && (lexer.atEnd || lexer.peek('"') || lexer.peek("'"))) return this.noValue(wanted);
    const one = quoted ?? lexer.word;
    const help = /^[[{]/.test(one.text)
      ? `brackets of lists are round: ${operator} (…)`
      : `write ${operator} (${one.text})`;
    return this.fail("F007", `expected ${wanted}, found ${inQuotes(one.text)}`, one.span, help);
  }

  openQuote(): undefined {
    const lexer = this.#lexer;
    const quote = lexer.word.text[0] === "'" || lexer.peek("'") ? "'" : '"';
    return this.fail(
      "F008",
      `quote ${quote} is never closed`,
      lexer.here,
      "a backslash before a quote keeps it from closing the string",
    );
  }

  fail(code: string, title: string, at: Span, help?: string, opened?: Span): undefined {
    const notes = opened && [{ message: "the bracket opened here", at: opened }];
    this.#report.add({ code, title, at, help, notes });
    return undefined;
  }
}
