/**
 * Templates in the part of Go's language (text/template) that people write for falcosidekick: values,
 * `index`, `or`, `and`, `not`, `eq`, `ne`, `len`, `print`, `printf`, pipes, brackets and
 * `if … else … end`.
 */
import type { OutputValue } from "../alert/mod.ts";
import { valueText } from "./facts.ts";

/** What a template can name; a map is looked into with `index`, or with a name behind a dot. */
export type TemplateValue = OutputValue | undefined | ReadonlyMap<string, OutputValue>;

/** What stands behind a dot alone, and the names that can follow it; absent: any key of a map. */
export interface TemplateShape<Data> {
  readonly dot?: (data: Data) => TemplateValue;
  readonly names?: Readonly<Record<string, (data: Data) => TemplateValue>>;
}

/** Texts that values make go through `show`; the template's own words do not. */
export type GoTemplate<Data> = (data: Data, show: (text: string) => string) => string;

/** What between braces means nothing. */
export interface Mistake {
  readonly mistake: string;
}

type Expression<Data> = (data: Data) => TemplateValue;
type Piece<Data> = string | Expression<Data> | Choice<Data>;

/** The first branch whose condition holds; the last may have none. */
interface Choice<Data> {
  readonly branches: {
    readonly condition: Expression<Data> | undefined;
    readonly pieces: Piece<Data>[];
  }[];
}

const ACTION = /(\s*)\{\{(-\s)?\s*((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^{}"`])*?)\s*(\s-)?\}\}(\s*)/g;
const MAX_DEPTH = 32;

export function compileGoTemplate<Data>(
  text: string,
  shape: TemplateShape<Data>,
): GoTemplate<Data> | Mistake {
  const root: Piece<Data>[] = [];
  const open: Choice<Data>[] = [];
  let pieces = root;
  let end = 0;
  for (const match of text.matchAll(ACTION)) {
    const [whole, before = "", trimsBefore, action = "", trimsAfter, after = ""] = match;
    pieces.push(text.slice(end, match.index) + (trimsBefore ? "" : before));
    end = match.index + whole.length;
    const [, keyword, condition = ""] = /^(if|else if|else|end)\b\s*([^]*)$/.exec(action) ?? [];
    const wanted = keyword === undefined ? action : condition;
    const isPlain = keyword === "else" || keyword === "end" || /^\/\*[^]*\*\/$/.test(action);
    const expression = isPlain ? undefined : new Reader(wanted, shape).read();
    if (!isPlain && !expression || isPlain && condition !== "") return { mistake: action };
    if (keyword === "if") {
      if (open.length >= MAX_DEPTH) return { mistake: action };
      const inner: Piece<Data>[] = [];
      const choice: Choice<Data> = { branches: [{ condition: expression, pieces: inner }] };
      pieces.push(choice);
      open.push(choice);
      pieces = inner;
    } else if (keyword === "end") {
      if (!open.pop()) return { mistake: action };
      const around = open.at(-1);
      pieces = around ? around.branches.at(-1)!.pieces : root;
    } else if (keyword !== undefined) {
      const branches = open.at(-1)?.branches;
      if (!branches || branches.at(-1)!.condition === undefined) return { mistake: action };
      pieces = [];
      branches.push({ condition: expression, pieces });
    } else if (expression) pieces.push(expression);
    pieces.push(trimsAfter ? "" : after);
  }
  if (open.length > 0) return { mistake: "{{ if … }} without {{ end }}" };
  const rest = text.slice(end);
  if (/\{\{/.test(rest)) {
    return { mistake: rest.slice(rest.indexOf("{{"), rest.indexOf("{{") + 40) };
  }
  root.push(rest);
  return (data, show) => rendered(root, data, show);
}

function rendered<Data>(
  pieces: readonly Piece<Data>[],
  data: Data,
  show: (text: string) => string,
): string {
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    if (typeof piece === "function") return show(textOf(piece(data)));
    const branch = piece.branches.find(({ condition }) => !condition || isTrue(condition(data)));
    return branch ? rendered(branch.pieces, data, show) : "";
  }).join("");
}

/** Nothing is shown for what is not there, where Go has `<no value>`. */
function textOf(value: TemplateValue): string {
  if (value === undefined || value === null) return "";
  if (isMap(value)) return textOf([...value].map(([name, inner]) => `${name}:${textOf(inner)}`));
  return Array.isArray(value) ? `[${value.map(textOf).join(" ")}]` : valueText(value);
}

function isTrue(value: TemplateValue): boolean {
  if (value === undefined || value === null) return false;
  if (isMap(value)) return value.size > 0;
  if (Array.isArray(value) || typeof value === "string") return value.length > 0;
  return Boolean(value);
}

function isMap(value: TemplateValue): value is ReadonlyMap<string, OutputValue> {
  return value instanceof Map;
}

type Call = (values: readonly TemplateValue[]) => TemplateValue;

const FUNCTIONS: Readonly<Record<string, Call>> = {
  index: ([value, ...keys]) => keys.reduce(inside, value),
  or: (values) => values.find(isTrue) ?? values.at(-1),
  and: (values) => values.find((value) => !isTrue(value)) ?? values.at(-1),
  not: ([value]) => !isTrue(value),
  eq: ([value, ...others]) => others.some((other) => textOf(other) === textOf(value)),
  ne: ([value, other]) => textOf(other) !== textOf(value),
  len: ([value]) => {
    if (value === undefined || value === null) return 0;
    return isMap(value) ? value.size : textOf(value).length;
  },
  print: (values) => values.map(textOf).join(""),
  printf: ([format, ...values]) => {
    let at = 0;
    return textOf(format).replace(/%(?:[svd]|q|%)/g, (verb) => {
      if (verb === "%%") return "%";
      const text = textOf(values[at++]);
      return verb === "%q" ? JSON.stringify(text) : text;
    });
  },
};

function inside(value: TemplateValue, key: TemplateValue): TemplateValue {
  if (isMap(value)) return value.get(textOf(key));
  return Array.isArray(value) ? value[Number(key)] : undefined;
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(`[^`]*`)|(-?\d+(?:\.\d+)?)|(\.[\w.]*)|([a-z]+)|([()|]))/y;

/** One expression; `read` gives nothing where it is none. */
class Reader<Data> {
  readonly #tokens: readonly string[] | undefined;
  #at = 0;

  constructor(text: string, readonly shape: TemplateShape<Data>) {
    const tokens: string[] = [];
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
      tokens.push(match[0].trim());
      end = TOKEN.lastIndex;
    }
    this.#tokens = text.slice(end).trim() === "" && tokens.length < 1000 ? tokens : undefined;
  }

  read(): Expression<Data> | undefined {
    const expression = this.#tokens && this.#pipe(0);
    return expression && this.#at === this.#tokens!.length ? expression : undefined;
  }

  /** `a | f b` is `f b a`. */
  #pipe(depth: number): Expression<Data> | undefined {
    let expression = this.#call(depth, undefined);
    while (expression && this.#tokens![this.#at] === "|") {
      this.#at++;
      expression = this.#call(depth, expression);
    }
    return expression;
  }

  #call(depth: number, last: Expression<Data> | undefined): Expression<Data> | undefined {
    const name = this.#tokens![this.#at];
    const isFunction = name !== undefined && Object.hasOwn(FUNCTIONS, name);
    if (!isFunction) return last ? undefined : this.#operand(depth);
    this.#at++;
    const call = FUNCTIONS[name]!;
    const operands: Expression<Data>[] = [];
    while (this.#at < this.#tokens!.length && !/^[)|]$/.test(this.#tokens![this.#at]!)) {
      const operand = this.#operand(depth);
      if (!operand) return undefined;
      operands.push(operand);
    }
    if (last) operands.push(last);
    if (operands.length === 0) return undefined;
    return (data) => call(operands.map((operand) => operand(data)));
  }

  #operand(depth: number): Expression<Data> | undefined {
    const token = this.#tokens![this.#at++];
    if (token === undefined || depth > MAX_DEPTH) return undefined;
    if (token === "(") {
      const inner = this.#pipe(depth + 1);
      return this.#tokens![this.#at++] === ")" ? inner : undefined;
    }
    if (token.startsWith(".")) return this.#named(token.slice(1));
    const value = literal(token);
    return value === undefined ? undefined : () => value;
  }

  #named(path: string): Expression<Data> | undefined {
    const { dot, names } = this.shape;
    if (path === "") return dot;
    const steps = path.split(".");
    if (steps.includes("")) return undefined;
    const [first, ...others] = steps;
    if (names && !Object.hasOwn(names, first!)) return undefined;
    const start = names
      ? names[first!]!
      : (data: Data) => dot ? inside(dot(data), first!) : undefined;
    return (data) => others.reduce<TemplateValue>(inside, start(data));
  }
}

function literal(token: string): TemplateValue {
  if (token === "true" || token === "false") return token === "true";
  if (token.startsWith("`")) return token.slice(1, -1);
  if (/^-?\d/.test(token)) return Number(token);
  if (!token.startsWith('"')) return undefined;
  try {
    return String(JSON.parse(token));
  } catch {
    return undefined;
  }
}
