/** The parts of a comparison: what it looks at, and the values or fields it looks for. */
import type { Span } from "../base/mod.ts";
import type { TransformerName } from "../field/mod.ts";
import type { SyntaxErrors } from "./_syntax_errors.ts";
import type { Argument, FieldUse, Literal, Operand, Right, TransformerUse } from "./condition.ts";
import type { Lexer, Token } from "./lexer.ts";
import { unescape } from "./literal.ts";

/** Brackets inside brackets; Falco's own limit of 1000 calls stops at this depth, too. */
export const MAX_NESTING = 200;

/** Of one transformer or list in brackets: all are handed over in one call. */
const MAX_OPERANDS = 1000;

const ESCAPES_HELP =
  'known are \\b \\f \\n \\r \\t \\\\ \\/ \\" \\\' and \\xNN; "\\\\" is a backslash';

function helpForEscape(escape: string): string {
  if (/^\\[dDsSwW]$/.test(escape)) {
    return "patterns write such classes as [0-9], [[:space:]] and [[:alnum:]_]";
  }
  if (/^\\[.*+?|()[\]{}^$-]$/.test(escape)) {
    return `"\\\\" is a backslash: a pattern has "\\${escape}" in quotes`;
  }
  return ESCAPES_HELP;
}

/** Every method returns `undefined` where nothing it knows stands, or after reporting a problem. */
export class OperandParser {
  readonly #lexer: Lexer;
  readonly #errors: SyntaxErrors;
  #nesting = 0;

  constructor(lexer: Lexer, errors: SyntaxErrors) {
    this.#lexer = lexer;
    this.#errors = errors;
  }

  leftOperand(): FieldUse | TransformerUse | undefined {
    const field = this.#lexer.fieldName();
    if (field) return this.#field(field);
    const transformer = this.#lexer.transformer();
    return transformer && this.#transformer(transformer);
  }

  #field(name: Token): FieldUse | undefined {
    const argument = this.#argument(`${name.text}[…]`);
    if (argument === "broken") return undefined;
    const span = this.#lexer.spanFrom(name.span.start);
    return { kind: "field", name: name.text, ...argument && { argument }, span };
  }

  #argument(user: string): Argument | undefined | "broken" {
    const lexer = this.#lexer;
    const open = lexer.take("[");
    if (!open) return undefined;
    const quoted = lexer.quotedString();
    const bare = quoted ? undefined : lexer.bareArgument();
    const token = quoted ?? bare;
    if (!token) {
      this.#errors.fail(
        "F010",
        `${user} needs an argument between its brackets`,
        lexer.here,
        `write [3], [key] or ["a key with blanks"], without blanks around it`,
      );
      return "broken";
    }
    const text = quoted ? this.quoted(quoted.text, quoted.span)?.text : token.text;
    if (text === undefined) return "broken";
    if (lexer.take("]")) return { text, span: token.span };
    if (lexer.atEnd) this.#errors.fail("F003", `bracket "[" is never closed`, open.span);
    else {
      this.#errors.fail(
        "F010",
        `expected "]" behind the argument "${text}", found "${lexer.word.text[0]}"`,
        lexer.here,
        "an argument with blanks, quotes or brackets must be quoted",
      );
    }
    return "broken";
  }

  /** The operands of a transformer, its "(" already read. */
  #transformer(name: Token<TransformerName>): TransformerUse | undefined {
    const lexer = this.#lexer;
    const open = lexer.source.span(name.span.end, name.span.end + 1);
    if (!this.enter(open)) return undefined;
    const operands: Operand[] = [];
    do {
      const operand = this.#transformerOperand(name.text);
      if (!operand) return undefined;
      operands.push(operand);
      if (operands.length > MAX_OPERANDS) return this.#tooMany(open);
      lexer.blanks();
    } while (lexer.take(","));
    return this.#closeTransformer(name, open, operands);
  }

  #closeTransformer(
    name: Token<TransformerName>,
    open: Span,
    operands: readonly Operand[],
  ): TransformerUse | undefined {
    const lexer = this.#lexer;
    if (!lexer.take(")")) return this.#errors.unclosed(open, `"," or ")" in ${name.text}(…)`);
    this.leave();
    const argument = this.#argument(`${name.text}(…)[…]`);
    if (argument === "broken") return undefined;
    const span = lexer.spanFrom(name.span.start);
    return { kind: "transformer", name: name.text, operands, ...argument && { argument }, span };
  }

  #transformerOperand(transformer: string): Operand | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    const open = lexer.take("(");
    if (open) return this.#operandList(open);
    return this.#scalarOperand(`${transformer}(…)`, ", a list in brackets");
  }

  #operandList(open: Token): Operand | undefined {
    const lexer = this.#lexer;
    const elements: Operand[] = [];
    lexer.blanks();
    if (!lexer.peek(")")) {
      do {
        lexer.blanks();
        const element = this.#scalarOperand("the list", "");
        if (!element) return undefined;
        elements.push(element);
        if (elements.length > MAX_OPERANDS) return this.#tooMany(open.span);
        lexer.blanks();
      } while (lexer.take(","));
    }
    if (!lexer.take(")")) return this.#errors.unclosed(open.span, '"," or ")" in the list');
    return { kind: "list", elements, span: lexer.spanFrom(open.span.start) };
  }

  #tooMany(open: Span): undefined {
    const title = `more than ${MAX_OPERANDS} operands in one bracket`;
    return this.#errors.fail("F011", title, open, 'long lists belong behind "in"');
  }

  #scalarOperand(user: string, alternatives: string): Operand | undefined {
    const lexer = this.#lexer;
    // Numbers come first: a field name never begins with a digit.
    const number = lexer.number();
    if (number) return { kind: "literal", text: number.text, quoted: false, span: number.span };
    const quoted = lexer.quotedString();
    if (quoted) return this.quoted(quoted.text, quoted.span);
    const start = lexer.offset;
    const operand = this.leftOperand();
    if (operand || lexer.offset !== start) return operand;
    if (lexer.peek('"') || lexer.peek("'")) return this.#errors.openQuote();
    const found = lexer.atEnd ? "the end of the condition" : `"${lexer.word.text}"`;
    return this.#errors.fail(
      "F007",
      `expected a field, a transformer, a quoted string${alternatives} or a number in ${user}, found ${found}`,
      lexer.word.span,
      /^[a-zA-Z]/.test(lexer.word.text)
        ? `strings are quoted here: "${lexer.word.text}"`
        : undefined,
    );
  }

  numberRight(operator: Token): Right | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    const start = lexer.offset;
    const transformer = this.#rightTransformer();
    if (transformer || lexer.offset !== start) return transformer;
    const number = lexer.number();
    if (number) return this.#errors.numberRead(number);
    const quoted = lexer.quotedString();
    if (quoted) return this.#errors.quotedNumber(operator.text, quoted);
    return this.#errors.noValue(
      `a number or val(field) behind "${operator.text}"`,
      operator.text === "<" && lexer.peek(">")
        ? 'write "!="'
        : "only numbers have an order here; text is compared with =, contains, startswith …",
    );
  }

  stringRight(operator: Token): Right | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    const start = lexer.offset;
    const transformer = this.#rightTransformer();
    if (transformer || lexer.offset !== start) return transformer;
    return this.value(`a value behind "${operator.text}"`, operator.text);
  }

  listRight(operator: Token): Right | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    if (!lexer.peek("(")) {
      const start = lexer.offset;
      const transformer = this.#rightTransformer();
      if (transformer || lexer.offset !== start) return transformer;
    }
    return this.listValue(operator.text);
  }

  /** Values in brackets, or one name. */
  listValue(operator: string): Right | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    const open = lexer.take("(");
    if (open) return this.#values(open);
    const name = lexer.identifier();
    if (name) return { kind: "literal", text: name.text, quoted: false, span: name.span };
    return this.#errors.noList(operator);
  }

  #values(open: Token): Right | undefined {
    const lexer = this.#lexer;
    const values: Literal[] = [];
    lexer.blanks();
    if (!lexer.peek(")")) {
      do {
        if (lexer.atEnd) break;
        const value = this.value("a value");
        if (!value) return undefined;
        values.push(value);
        lexer.blanks();
      } while (lexer.take(","));
    }
    if (!lexer.take(")")) return this.#errors.unclosed(open.span, '"," or ")" in the list');
    this.#errors.lastBare = undefined;
    return { kind: "values", values, span: lexer.spanFrom(open.span.start) };
  }

  value(wanted: string, operator?: string): Literal | undefined {
    const lexer = this.#lexer;
    lexer.blanks();
    const quoted = lexer.quotedString();
    if (quoted) return this.quoted(quoted.text, quoted.span);
    const bare = lexer.bareString();
    if (!bare) return this.#errors.noValue(wanted, undefined, operator);
    return this.#errors.lastBare = {
      kind: "literal",
      text: bare.text,
      quoted: false,
      span: bare.span,
    };
  }

  /** `shift` places escapes where quotes were added that the text does not have. */
  quoted(text: string, span: Span, shift = 0): Literal | undefined {
    const result = unescape(text);
    if ("message" in result) {
      const start = span.start + Math.max(0, result.start + shift);
      const at = span.source.span(start, Math.max(start, span.start + result.end + shift));
      const help = helpForEscape(text.slice(result.start, result.end));
      return this.#errors.fail("F009", result.message, at, help);
    }
    this.#errors.lastBare = undefined;
    return { kind: "literal", ...result, quoted: true, span };
  }

  #rightTransformer(): TransformerUse | undefined {
    const lexer = this.#lexer;
    const val = lexer.val();
    if (val) return this.#val(val);
    const transformer = lexer.transformer();
    return transformer && this.#transformer(transformer);
  }

  #val(name: Token<TransformerName>): TransformerUse | undefined {
    const lexer = this.#lexer;
    const open = lexer.source.span(name.span.end, name.span.end + 1);
    lexer.blanks();
    const field = lexer.fieldName();
    if (!field) {
      return this.#errors.fail(
        "F007",
        "val(…) takes one field name",
        lexer.word.span,
        lexer.transformer()
          ? "leave val out: transformers stand on the right by themselves"
          : undefined,
      );
    }
    const operand = this.#field(field);
    if (!operand) return undefined;
    lexer.blanks();
    this.#nesting++;
    return this.#closeTransformer(name, open, [operand]);
  }

  enter(open: Span): boolean {
    if (++this.#nesting <= MAX_NESTING) return true;
    this.#errors.fail(
      "F011",
      `more than ${MAX_NESTING} brackets inside each other`,
      open,
      "move parts of the condition into macros",
    );
    return false;
  }

  leave(): void {
    this.#nesting--;
  }
}
