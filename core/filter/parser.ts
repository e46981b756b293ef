/**
 * Condition text to `Condition`. Grammar and precedence are Falco's:
 *
 *     or      and ("or" and)*            "or(" and "and(" need no blank
 *     and     not ("and" not)*
 *     not     "not "* ("not(" or ")" | check)
 *     check   "(" or ")" | operand "exists" | operand operator right | macro
 *     operand field ("[" argument "]")? | transformer "(" … ")" ("[" argument "]")?
 *     right   value | "(" value, … ")" | name | transformer | val(field)
 */
import { inQuotes, type Report, type SourceText } from "../base/mod.ts";
import { OperandParser } from "./_operands.ts";
import { SyntaxErrors } from "./_syntax_errors.ts";
import type {
  Comparison,
  ComparisonName,
  Condition,
  Literal,
  Operand,
  Right,
} from "./condition.ts";
import { Lexer, type Token } from "./lexer.ts";
import { asQuotedYaml } from "./literal.ts";

/** The condition, or `undefined` after reporting why there is none (`F001` to `F011`). */
export function parseCondition(source: SourceText, report: Report): Condition | undefined {
  return new Parser(source, report).condition();
}

/**
 * Items of a list as they would read between brackets: usually one, several where a bare item has
 * commas in it. Blanks need no quotes here, as in Falco's rule files.
 */
export function parseListItem(item: SourceText, report: Report): Literal[] | undefined {
  const { text } = item;
  // Nearly all are single words.
  if (BARE_ITEM.test(text)) return [{ kind: "literal", text, quoted: false, span: item.all }];
  return new Parser(item, report).listItem();
}

const BARE_ITEM = /^[^()"'\s=,]+$/;
/** What cannot begin a value and is meant as part of one, where an item of a list is wanted. */
const NO_VALUE = ["(", ")", "="] as const;

class Parser {
  readonly #lexer: Lexer;
  readonly #errors: SyntaxErrors;
  readonly #operands: OperandParser;

  constructor(source: SourceText, report: Report) {
    this.#lexer = new Lexer(source);
    this.#errors = new SyntaxErrors(this.#lexer, report);
    this.#operands = new OperandParser(this.#lexer, this.#errors);
  }

  condition(): Condition | undefined {
    const lexer = this.#lexer;
    if (lexer.source.text.trim() === "") {
      return this.#errors.empty();
    }
    const condition = this.#or();
    if (!condition) return undefined;
    lexer.blanks();
    return lexer.atEnd ? condition : this.#errors.unexpected(undefined);
  }

  listItem(): Literal[] | undefined {
    const { source } = this.#lexer;
    if (source.text.trim() === "") {
      const help = `an empty string is written with quotes inside: '""'`;
      return this.#errors.fail("F007", "the list item is empty", source.all, help);
    }
    if (source.text.includes(" ") && !/^["']/.test(source.text)) {
      // Falco puts such an item in quotes, so that escapes in it count.
      const literal = this.#operands.quoted(`"${source.text}"`, source.all, -1);
      return literal && [literal];
    }
    const values: Literal[] = [];
    do {
      this.#lexer.blanks();
      if (NO_VALUE.some((mark) => this.#lexer.peek(mark))) break;
      const value = this.#operands.value("a list item");
      if (!value) return undefined;
      values.push(value);
      this.#lexer.blanks();
    } while (this.#lexer.take(","));
    if (this.#lexer.atEnd) return values;
    const { text, span } = this.#lexer.word;
    return this.#errors.fail(
      "F004",
      `unexpected ${inQuotes(text)} in the list item`,
      span,
      `put the whole item in quotes: ${asQuotedYaml(source.text)}`,
    );
  }

  #or(): Condition | undefined {
    return this.#junction("or", () => this.#and());
  }

  #and(): Condition | undefined {
    return this.#junction("and", () => this.#not());
  }

  #junction(kind: "and" | "or", part: () => Condition | undefined): Condition | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    const start = lexer.offset;
    const first = part();
    if (!first) return undefined;
    const children = [first];
    lexer.blanks();
    for (let word = lexer.take(kind); word; word = lexer.take(kind)) {
      const child = this.#afterWord(word, part);
      if (!child) return undefined;
      children.push(child);
      lexer.blanks();
    }
    if (children.length === 1) return first;
    return { kind, children, span: lexer.source.span(start, children.at(-1)!.span.end) };
  }

  #afterWord(
    word: Token,
    part: () => Condition | undefined,
  ): Condition | undefined {
    const lexer = this.#lexer;
    if (lexer.blanks()) return part();
    if (lexer.peek("(")) return this.#bracketed();
    if (lexer.atEnd) return this.#errors.noCheck();
    return this.#errors.fail(
      "F005",
      `"${word.text}${lexer.word.text}" is not an operator between checks`,
      lexer.source.span(word.span.start, lexer.word.span.end),
      `put a blank or a bracket behind "${word.text}"`,
    );
  }

  #not(): Condition | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    const start = lexer.offset;
    let negated = false;
    while (lexer.not()) negated = !negated;
    let child: Condition | undefined;
    const bracketed = lexer.take("not(");
    if (bracketed) {
      negated = !negated;
      lexer.rewind(bracketed.span.end - 1);
      child = this.#bracketed();
    } else child = this.#check();
    if (!child || !negated) return child;
    return { kind: "not", child, span: lexer.source.span(start, child.span.end) };
  }

  #check(): Condition | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    if (lexer.peek("(")) return this.#bracketed();
    const start = lexer.offset;
    const left = this.#operands.leftOperand();
    if (left) return this.#comparison(left);
    // A transformer that could not be read has been reported, and the cursor moved.
    if (lexer.offset !== start) return undefined;
    const name = lexer.identifier();
    if (!name) return this.#errors.noCheck();
    this.#errors.lastBare = undefined;
    this.#errors.lastMacro = name;
    return { kind: "macro", name: name.text, span: name.span };
  }

  /** "(" or ")" with the bracket still ahead. */
  #bracketed(): Condition | undefined {
    const lexer = this.#lexer;
    const open = lexer.take("(")!;
    if (!this.#operands.enter(open.span)) return undefined;
    const child = this.#or();
    if (!child) return undefined;
    lexer.blanks();
    if (!lexer.take(")")) return this.#errors.unexpected(open.span);
    this.#operands.leave();
    this.#errors.lastBare = undefined;
    // The span takes the brackets in, so that messages underline the whole.
    return { ...child, span: lexer.spanFrom(open.span.start) };
  }

  #comparison(left: Operand): Condition | undefined {
    const lexer = this.#lexer;
    const { start } = left.span;
    this.#errors.lastBare = undefined;
    lexer.blanks();
    if (lexer.take("exists")) return { kind: "exists", left, span: lexer.spanFrom(start) };
    const ordering = lexer.ordering();
    if (ordering) {
      return this.#compared(left, ordering, this.#operands.numberRight(ordering));
    }
    const stringOperator = lexer.stringOperator();
    if (stringOperator) return this.#stringComparison(left, stringOperator);
    const listOperator = lexer.listOperator();
    if (listOperator) {
      return this.#compared(left, listOperator, this.#operands.listRight(listOperator));
    }
    return this.#errors.noOperator(left);
  }

  #compared(
    left: Operand,
    operator: Token<ComparisonName>,
    right: Right | undefined,
  ): Comparison | undefined {
    if (!right) return undefined;
    return {
      kind: "comparison",
      left,
      operator: operator.text,
      operatorSpan: operator.span,
      right,
      span: this.#lexer.spanFrom(left.span.start),
    };
  }

  #stringComparison(left: Operand, operator: Token<ComparisonName>): Condition | undefined {
    const lexer = this.#lexer;
    const behindOperator = lexer.offset;
    // A word has taken the blank behind it along already.
    const apart = lexer.blanks() || /^[a-z]/.test(operator.text);
    const quantifier = apart ? lexer.quantifier() : undefined;
    if (!quantifier || !lexer.listFollows) {
      lexer.rewind(behindOperator);
      return this.#compared(left, operator, this.#operands.stringRight(operator));
    }
    const comparison = this.#compared(left, operator, this.#operands.listValue(quantifier.text));
    return comparison && { ...comparison, quantifier: quantifier.text };
  }
}
