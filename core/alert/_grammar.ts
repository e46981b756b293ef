/**
 * The grammar of outputs, libs userspace/libsinsp/eventformatter.cpp and filter/parser.cpp:
 *
 *     output      ← "*"? (literal | "%" width? value)*
 *     value       ← field | transformer "(" parameter ("," parameter)* ")" option?
 *     field       ← name ("[" (quoted | bare) "]")?
 *     parameter   ← number | quoted | "(" (item ("," item)*)? ")" | value
 *
 * A field directly in the output ends where the longest name that exists ends, so that
 * `%proc.name.` and `%proc.nameand` mean `proc.name` and text; brackets it takes no argument in are
 * text too (`_cut_names.ts` warns of names). Within a transformer they are exact. There is no way
 * to write a percent sign.
 */
import { nearest } from "../base/mod.ts";
import {
  type Apply,
  type ArgumentProblem,
  type FieldArgument,
  type FieldDefinition,
  listElementProblem,
  type Transformer,
  TRANSFORMERS,
  type ValueType,
} from "../field/mod.ts";
import type { CutName } from "./_cut_names.ts";

export type Expression =
  | {
    readonly kind: "field";
    readonly definition: FieldDefinition;
    readonly argument: FieldArgument;
    /** As written, `proc.aname[2]`. */
    readonly key: string;
  }
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | {
    readonly kind: "call";
    readonly apply: Apply;
    readonly parameters: readonly Expression[];
    readonly type: ValueType;
  };

export type FieldExpression = Extract<Expression, { kind: "field" }>;

export type Part =
  | { readonly kind: "literal"; readonly text: string }
  /** `width` 0: as long as it is. */
  | { readonly kind: "value"; readonly width: number; readonly expression: Expression };

/** What is wrong with an output, with offsets in its text. */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly start: number;
  readonly end: number;
  readonly help?: string | undefined;
}

/** Finds a field by the name and argument as written; absent when no field has that name. */
export type Resolve = (
  name: string,
  argument: string | undefined,
) => FieldExpression | ArgumentProblem | undefined;

export interface GrammarContext {
  readonly resolve: Resolve;
  /** Whether Falco has no transformer take the field, in outputs as in conditions. */
  readonly isFixed: (definition: FieldDefinition) => boolean;
  /** What to do about a field that nobody has. */
  readonly fieldHelp: (name: string) => string | undefined;
}

/** Those that mean something in outputs; `val()` marks the right side of a condition. */
const OUTPUT_TRANSFORMERS: ReadonlyMap<string, Transformer> = new Map(
  Object.values(TRANSFORMERS).filter(({ name }) => name !== "val")
    .map((transformer) => [transformer.name, transformer]),
);

const CALL_HELP = "falcod list fields shows the type of each field";

const MAX_DEPTH = 100;
/** Of one transformer or list. */
const MAX_ITEMS = 1000;
const MAX_WIDTH = 4096;
/** No field is called by more; bounds the search for where a name ends. */
const MAX_NAME_LENGTH = 256;
/** Longest argument or quoted string; bounds the search for where it ends. */
const MAX_ARGUMENT_LENGTH = 1024;

const NAME = /[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/y;
const WORD = /[a-zA-Z][a-zA-Z0-9_.]*/y;
const BARE_ARGUMENT = new RegExp(`[^\\\]["'\\s]{1,${MAX_ARGUMENT_LENGTH}}`, "y");
const NUMBER = /0[xX][0-9a-fA-F]+|[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y;
const DIGITS = /[0-9]+/y;
const BLANKS = /[ \t\b\r\n]*/y;
/** `{proc.name}` and the like, as other programs have it; whoever writes that may leave it open. */
const WRAPPED = /^[{([<$]+([a-z]+(?:\.[a-z][a-z0-9_]*)+)[})\]>]?/;
/** A field before a second `%`, as if it were a variable of Windows. */
const CLOSED = /%\d*[a-z]+(?:\.[a-z]\w*)+(?:\[[^\]%\s]*\])?$/;
const CALL = /([a-zA-Z][a-zA-Z0-9_]*)\(/y;

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
  "/": "/",
  '"': '"',
  "'": "'",
};

/** Parts in order, usable where there are no problems; `cuts` are names that go on behind a field. */
export function parseOutput(
  text: string,
  context: GrammarContext,
): { parts: readonly Part[]; problems: readonly Problem[]; cuts: readonly CutName[] } {
  const parts: Part[] = [];
  const problems: Problem[] = [];
  const cuts: CutName[] = [];
  let literalStart = text.startsWith("*") ? 1 : 0;
  const endLiteral = (end: number) => {
    if (end > literalStart) parts.push({ kind: "literal", text: text.slice(literalStart, end) });
  };
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", literalStart)) {
    endLiteral(at);
    const parser = new ValueParser(text, at + 1, context);
    const width = parser.width();
    const expression = parser.topLevel();
    if (expression) {
      parts.push({ kind: "value", width, expression });
      if (parser.cut) cuts.push(parser.cut);
      literalStart = parser.at;
    } else {
      const problem = parser.problem!;
      problems.push(problem);
      literalStart = Math.max(at + 1, problem.end);
    }
  }
  endLiteral(text.length);
  return { parts, problems, cuts };
}

/** Recursive descent. After the first problem nothing matches, and every method gives `undefined`. */
class ValueParser {
  #depth = 0;
  #problem: Problem | undefined;
  /** Of the field at the top. */
  cut: CutName | undefined;

  constructor(readonly text: string, public at: number, readonly context: GrammarContext) {}

  get problem(): Problem | undefined {
    return this.#problem;
  }

  width(): number {
    const start = this.at;
    const digits = this.#match(DIGITS) ?? "0";
    if (Number(digits) <= MAX_WIDTH) return Number(digits);
    this.#fail("A006", `width ${digits.slice(0, 20)} is above ${MAX_WIDTH}`, {
      start,
      end: this.at,
      help: "the number between % and the name is the width of the column",
    });
    return 0;
  }

  /** `undefined` exactly when there is a problem. */
  topLevel(): Expression | undefined {
    return this.#shortenedField() ?? this.#call() ?? this.#nothing();
  }

  /** The longest field the text begins with, whatever follows it. */
  #shortenedField(): Expression | undefined {
    const start = this.at;
    const name = this.#match(NAME);
    if (name === undefined) return undefined;
    const argument = name.length <= MAX_NAME_LENGTH ? this.#argument() : undefined;
    let complaint: ArgumentProblem | undefined;
    const behind = this.at;
    if (argument !== undefined) {
      const field = this.context.resolve(name, argument);
      if (field?.kind === "field") return field;
      complaint = field;
    }
    for (let end = Math.min(name.length, MAX_NAME_LENGTH); end > 0; end--) {
      const field = this.context.resolve(name.slice(0, end), undefined);
      if (field?.kind === "field") {
        this.at = start + end;
        if (end < name.length) this.cut = { name, field: name.slice(0, end), start };
        // A number is meant as the place in a list; `%proc.name[x]` may be as it should.
        else if (argument !== undefined && /^\d+$/.test(argument)) {
          this.cut = { name: this.text.slice(start, behind), field: name, start };
        }
        return field;
      }
      complaint ??= field;
    }
    return this.#unknownField(name, complaint, start);
  }

  #exactField(): Expression | undefined {
    const start = this.at;
    const name = this.#match(NAME);
    if (name === undefined) return undefined;
    const known = name.length <= MAX_NAME_LENGTH;
    const field = known ? this.context.resolve(name, this.#argument()) : undefined;
    return field?.kind === "field" ? field : this.#unknownField(name, field, start);
  }

  #unknownField(
    name: string,
    complaint: ArgumentProblem | undefined,
    start: number,
  ): undefined {
    const end = start + name.length;
    if (complaint !== undefined) {
      const { title, help } = complaint;
      return this.#fail("A003", title, { start, end: Math.max(end, this.at), help });
    }
    const help = this.context.fieldHelp(name);
    const title = `unknown field "${name.slice(0, MAX_NAME_LENGTH)}" in an output`;
    return this.#fail("A002", title, { start, end, help });
  }

  /** `[…]` behind a field; nothing is consumed when it is not one. */
  #argument(): string | undefined {
    const start = this.at;
    if (!this.#skip("[")) return undefined;
    const argument = this.#quoted() ?? this.#match(BARE_ARGUMENT);
    if (argument !== undefined && this.#skip("]")) return argument;
    this.at = start;
    return undefined;
  }

  #call(): Expression | undefined {
    const start = this.at;
    const name = this.#match(CALL)?.slice(0, -1);
    if (name === undefined) return undefined;
    const transformer = OUTPUT_TRANSFORMERS.get(name);
    if (!transformer) return this.#unknownTransformer(name, start);
    const open = this.at - 1;
    const parameters = this.#nested(() => this.#list(() => this.#parameter(), open));
    if (!parameters) return undefined;
    const end = this.at;
    const option = this.#option(transformer);
    const fixed = transformer.combines ? undefined : parameters.find((one) => this.#isFixed(one));
    if (fixed?.kind === "field") {
      const title = `${fixed.key} cannot be given to a transformer`;
      return this.#fail("A005", title, { start, end, help: `write %${fixed.key}` });
    }
    const type = transformer.typeOf(parameters.map(typeOf), option);
    if (typeof type === "string") {
      return this.#fail("A005", type, { start, end, help: CALL_HELP });
    }
    return { kind: "call", apply: transformer.apply(option), parameters, type };
  }

  #isFixed(parameter: Expression): boolean {
    return parameter.kind === "field" && this.context.isFixed(parameter.definition);
  }

  #option(transformer: Transformer): string | undefined {
    if (!transformer.argumentProblem) return undefined;
    const start = this.at;
    const option = this.#argument();
    if (option === undefined || transformer.argumentProblem(option) === undefined) return option;
    this.at = start;
    return undefined;
  }

  #parameter(): Expression | undefined {
    const open = this.at;
    if (!this.#skip("(")) return this.#item();
    this.#match(BLANKS);
    if (this.#skip(")")) return { kind: "list", items: [] };
    const items = this.#nested(() => this.#list(() => this.#item(), open));
    if (!items) return undefined;
    for (const problem of items.map((item) => listElementProblem(typeOf(item)))) {
      if (problem === undefined) continue;
      return this.#fail("A005", problem, { start: open, end: this.at, help: CALL_HELP });
    }
    return { kind: "list", items };
  }

  #item(): Expression | undefined {
    const value = this.#match(NUMBER) ?? this.#quoted();
    if (value !== undefined) return { kind: "literal", value };
    return this.#call() ?? this.#exactField() ?? this.#nothing();
  }

  /** Items up to and with the closing parenthesis. */
  #list(item: () => Expression | undefined, open: number): Expression[] | undefined {
    const items: Expression[] = [];
    do {
      this.#match(BLANKS);
      const found = item();
      if (!found) return undefined;
      items.push(found);
      if (items.length > MAX_ITEMS) {
        const place = { start: open, end: open + 1, help: "leave some out" };
        return this.#fail("A007", `more than ${MAX_ITEMS} values in one bracket`, place);
      }
      this.#match(BLANKS);
    } while (this.#skip(","));
    if (this.#skip(")")) return items;
    const place = { start: open, end: open + 1, help: 'add the ")" it is waiting for' };
    return this.#fail("A004", "this parenthesis is never closed", place);
  }

  #nested<Result>(parse: () => Result): Result | undefined {
    if (this.#depth >= MAX_DEPTH) {
      const title = `more than ${MAX_DEPTH} transformers in each other`;
      const help = "leave some out";
      return this.#fail("A007", title, { start: this.at, end: this.at + 1, help });
    }
    this.#depth++;
    const result = parse();
    this.#depth--;
    return result;
  }

  /** A quoted string; nothing is consumed when it is not closed. */
  #quoted(): string | undefined {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") return undefined;
    const end = Math.min(this.text.length, this.at + MAX_ARGUMENT_LENGTH + 2);
    let value = "";
    for (let i = this.at + 1; i < end; i++) {
      const character = this.text[i]!;
      if (character === quote) {
        this.at = i + 1;
        return value;
      }
      if (character !== "\\") value += character;
      else {
        const escape = this.text[++i] ?? "";
        value += ESCAPES[escape] ?? `\\${escape}`;
      }
    }
    return undefined;
  }

  #unknownTransformer(name: string, start: number): undefined {
    const near = nearest(name, OUTPUT_TRANSFORMERS.keys());
    const help = name === "val" ? "write the field itself" : near && `did you mean "${near}()"?`;
    const end = start + name.length;
    const title = `"${name.slice(0, MAX_NAME_LENGTH)}()" is no transformer of outputs`;
    return this.#fail("A005", title, { start, end, help });
  }

  #nothing(): undefined {
    const start = this.at;
    const word = this.#match(WORD);
    if (word !== undefined) return this.#unknownField(word, undefined, start);
    const [wrapped, name] = this.text.slice(start, start + MAX_NAME_LENGTH).match(WRAPPED) ?? [];
    const sign = this.text.lastIndexOf("%", start);
    // In a transformer there is none right before it.
    if (wrapped !== undefined && /^%\d*$/.test(this.text.slice(sign, start))) {
      const title = `"%" begins a field, and no name begins with "${wrapped[0]}"`;
      const help = `write the field alone: %${this.text.slice(sign + 1, start)}${name}`;
      return this.#fail("A001", title, { start: sign, end: start + wrapped.length, help });
    }
    if (this.text[start - 1] === "%") {
      const closed = this.text.slice(Math.max(0, start - MAX_NAME_LENGTH), start - 1).match(CLOSED);
      const help = closed
        ? `a field has no % behind it: write ${closed[0]}`
        : /^[-+. ]\d/.test(this.text.slice(start, start + 2))
        ? "a width is digits alone, and fills up on the right: %10proc.name"
        : "an output cannot contain a percent sign of its own";
      const title = `"%" begins a field, but no name follows`;
      return this.#fail("A001", title, { start: start - 1, end: start, help });
    }
    const end = Math.min(start + 1, this.text.length);
    const help = "write a field, a transformer, or text in quotes";
    return this.#fail("A001", "a field is wanted here", { start: end - 1, end, help });
  }

  #fail(code: string, title: string, place: Omit<Problem, "code" | "title">): undefined {
    this.#problem ??= { code, title, ...place };
  }

  #match(pattern: RegExp): string | undefined {
    if (this.#problem) return undefined;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#problem || this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
}

function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case "field": {
      const { type, list = false } = expression.definition;
      return { type, list };
    }
    case "literal":
      return { type: "CHARBUF", list: false };
    case "list":
      return { type: "CHARBUF", list: true };
    case "call":
      return expression.type;
    default:
      return expression satisfies never;
  }
}
