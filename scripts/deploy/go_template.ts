/**
 * As much of Go's template language as the chart uses, so that it can be rendered and checked where there
 * is no helm. What it does not know is an error, never skipped.
 *
 * Source: the documentation of Go's text/template.
 */

export type Value = unknown;
export type Scope = Readonly<Record<string, Value>>;
export type Functions = Readonly<Record<string, (...values: Value[]) => Value>>;

/** A template that cannot be read or does not come to its end; `message` says where. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print"; readonly pipeline: Pipeline }
  | { readonly kind: "set"; readonly name: string; readonly pipeline: Pipeline; declares: boolean }
  | {
    readonly kind: "if" | "with";
    readonly pipeline: Pipeline;
    readonly body: readonly Node[];
    readonly otherwise: readonly Node[];
  }
  | {
    readonly kind: "range";
    readonly names: readonly string[];
    readonly pipeline: Pipeline;
    readonly body: readonly Node[];
    readonly otherwise: readonly Node[];
  };

type Pipeline = readonly (readonly Operand[])[];

type Operand =
  | { readonly kind: "literal"; readonly value: Value }
  | { readonly kind: "function"; readonly name: string }
  | {
    readonly kind: "path";
    readonly from: "." | string | Pipeline;
    readonly keys: readonly string[];
  };

const TOKEN =
  /\s+|"(?:[^"\\]|\\.)*"|`[^`]*`|-?\d+(?:\.\d+)?|\$?[A-Za-z_]\w*|\$|\.[A-Za-z_]\w*|\.|:=|=|[|(),]/y;

function tokensOf(text: string, place: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new TemplateError(`${place}: what is "${text.slice(from)}"?`);
    tokens.push(token);
  }
  return tokens;
}

/** Reads one action's pipeline. Spaces count: `.a .b` is two operands, `.a.b` one. */
class ActionReader {
  #at = 0;

  constructor(readonly tokens: readonly string[], readonly place: string) {}

  peek(): string | undefined {
    while (/^\s+$/.test(this.tokens[this.#at] ?? "")) this.#at++;
    return this.tokens[this.#at];
  }

  next(): string | undefined {
    const token = this.peek();
    this.#at++;
    return token;
  }

  pipeline(end?: string): Pipeline {
    const commands: Operand[][] = [[]];
    for (;;) {
      const token = this.peek();
      if (token === end || token === undefined) {
        if (token !== end) throw new TemplateError(`${this.place}: a parenthesis stays open`);
        this.#at++;
        break;
      }
      if (token === "|") {
        this.#at++;
        commands.push([]);
      } else commands.at(-1)!.push(this.#operand());
    }
    if (commands.some((command) => command.length === 0)) {
      throw new TemplateError(`${this.place}: an empty command`);
    }
    return commands;
  }

  #operand(): Operand {
    const token = this.next()!;
    if (token.startsWith('"')) return { kind: "literal", value: JSON.parse(token) as string };
    if (token.startsWith("`")) return { kind: "literal", value: token.slice(1, -1) };
    if (/^-?\d/.test(token)) return { kind: "literal", value: Number(token) };
    if (token === "true" || token === "false") return { kind: "literal", value: token === "true" };
    if (token === "nil") return { kind: "literal", value: undefined };
    if (token === "(") {
      return { kind: "path", from: this.pipeline(")"), keys: this.#keys() };
    }
    if (token.startsWith("$")) return { kind: "path", from: token, keys: this.#keys() };
    if (token === ".") return { kind: "path", from: ".", keys: [] };
    if (token.startsWith(".")) {
      return { kind: "path", from: ".", keys: [token.slice(1), ...this.#keys()] };
    }
    if (/^[A-Za-z_]/.test(token)) return { kind: "function", name: token };
    throw new TemplateError(`${this.place}: "${token}" is no operand`);
  }

  /** What follows without a space. */
  #keys(): string[] {
    const keys: string[] = [];
    while (/^\.[A-Za-z_]/.test(this.tokens[this.#at] ?? "")) {
      keys.push(this.tokens[this.#at++]!.slice(1));
    }
    return keys;
  }
}

/** All templates of some files: what `define` names, and each file under its own name. */
export class Templates {
  readonly #byName = new Map<string, readonly Node[]>();

  constructor(readonly functions: Functions) {}

  add(name: string, source: string): void {
    const pieces = source.split(/(\{\{-?(?:\/\*[\s\S]*?\*\/|[\s\S]*?)-?\}\})/);
    const reader = new BodyReader(pieces, name, (defined, body) => this.#byName.set(defined, body));
    this.#byName.set(name, reader.body(["end of file"]).nodes);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  render(name: string, data: Value): string {
    const nodes = this.#byName.get(name);
    if (!nodes) throw new TemplateError(`there is no template "${name}"`);
    return new Run(this, name, data).text(nodes);
  }
}

type Ended = { readonly nodes: readonly Node[]; readonly by: string; readonly rest: string };

class BodyReader {
  #at = 0;
  #line = 1;
  #trimNext = false;

  constructor(
    readonly pieces: readonly string[],
    readonly name: string,
    readonly define: (name: string, body: readonly Node[]) => void,
  ) {}

  body(ends: readonly string[]): Ended {
    const nodes: Node[] = [];
    while (this.#at < this.pieces.length) {
      const piece = this.pieces[this.#at++]!;
      const place = `${this.name}:${this.#line}`;
      this.#line += piece.split("\n").length - 1;
      if (!piece.startsWith("{{")) {
        const trimsEnd = (this.pieces[this.#at] ?? "").startsWith("{{-");
        let text = this.#trimNext ? piece.trimStart() : piece;
        if (trimsEnd) text = text.trimEnd();
        if (text !== "") nodes.push({ kind: "text", text });
        continue;
      }
      this.#trimNext = piece.endsWith("-}}");
      const action = piece.replace(/^\{\{-?/, "").replace(/-?\}\}$/, "").trim();
      if (action.startsWith("/*")) continue;
      const [word = ""] = /^\w+/.exec(action) ?? [];
      const rest = action.slice(word.length).trim();
      if (word === "end" || word === "else") {
        if (!ends.includes(word)) {
          throw new TemplateError(`${place}: "${word}" without a beginning`);
        }
        return { nodes, by: word, rest };
      }
      const node = this.#node(word, action, rest, place);
      if (node) nodes.push(node);
    }
    if (!ends.includes("end of file")) throw new TemplateError(`${this.name}: an "end" is missing`);
    return { nodes, by: "end of file", rest: "" };
  }

  #node(word: string, action: string, rest: string, place: string): Node | undefined {
    if (word === "define") {
      this.define(JSON.parse(rest) as string, this.body(["end"]).nodes);
      return undefined;
    }
    if (word === "if" || word === "with") return this.#choice(word, rest, place);
    if (word === "range") {
      const [, declared] = /^((?:\$\w+\s*,\s*)?\$\w+)\s*:=/.exec(rest) ?? [];
      const pipeline = pipelineOf(declared ? rest.slice(rest.indexOf(":=") + 2) : rest, place);
      const names = declared?.split(",").map((name) => name.trim()) ?? [];
      const { body, otherwise } = this.#branches(place);
      return { kind: "range", names, pipeline, body, otherwise };
    }
    const [, name, sign] = /^(\$\w+)\s*(:=|=)(?!=)/.exec(action) ?? [];
    if (name !== undefined) {
      const pipeline = pipelineOf(action.slice(action.indexOf("=") + 1), place);
      return { kind: "set", name, pipeline, declares: sign === ":=" };
    }
    return { kind: "print", pipeline: pipelineOf(action, place) };
  }

  #choice(kind: "if" | "with", condition: string, place: string): Node {
    return { kind, pipeline: pipelineOf(condition, place), ...this.#branches(place) };
  }

  #branches(place: string): { body: readonly Node[]; otherwise: readonly Node[] } {
    const body = this.body(["else", "end"]);
    if (body.by === "end") return { body: body.nodes, otherwise: [] };
    const [, again, condition = ""] = /^(if|with)\b(.*)$/s.exec(body.rest) ?? [];
    // `else if` shares the `end` of what it belongs to.
    if (again) {
      return { body: body.nodes, otherwise: [this.#choice(again as "if", condition, place)] };
    }
    return { body: body.nodes, otherwise: this.body(["end"]).nodes };
  }
}

function pipelineOf(text: string, place: string): Pipeline {
  return new ActionReader(tokensOf(text, place), place).pipeline();
}

class Run {
  readonly #variables: Map<string, Value>[];

  constructor(readonly templates: Templates, readonly name: string, data: Value) {
    this.#variables = [new Map([["$", data]])];
  }

  text(nodes: readonly Node[], dot: Value = this.#variables[0]!.get("$")): string {
    return nodes.map((node) => this.#node(node, dot)).join("");
  }

  #node(node: Node, dot: Value): string {
    switch (node.kind) {
      case "text":
        return node.text;
      case "print":
        return printed(this.#value(node.pipeline, dot));
      case "set": {
        const value = this.#value(node.pipeline, dot);
        const scope = node.declares
          ? this.#variables.at(-1)!
          : this.#variables.findLast((one) => one.has(node.name));
        if (!scope) throw new TemplateError(`${this.name}: ${node.name} is not declared`);
        scope.set(node.name, value);
        return "";
      }
      case "if":
      case "with": {
        const value = this.#value(node.pipeline, dot);
        return this.#inside(
          [],
          () =>
            isTrue(value)
              ? this.text(node.body, node.kind === "with" ? value : dot)
              : this.text(node.otherwise, dot),
        );
      }
      case "range": {
        const entries = entriesOf(this.#value(node.pipeline, dot));
        if (entries.length === 0) return this.#inside([], () => this.text(node.otherwise, dot));
        return entries.map(([key, value]) => {
          const values = node.names.length === 2 ? [key, value] : [value];
          const declared = node.names.map((name, i): [string, Value] => [name, values[i]]);
          return this.#inside(declared, () => this.text(node.body, value));
        }).join("");
      }
    }
  }

  #inside(declared: readonly [string, Value][], body: () => string): string {
    this.#variables.push(new Map(declared));
    try {
      return body();
    } finally {
      this.#variables.pop();
    }
  }

  #value(pipeline: Pipeline, dot: Value): Value {
    let value: Value;
    for (const [index, [first, ...others]] of pipeline.entries()) {
      const values = others.map((operand) => this.#operand(operand, dot));
      if (index > 0) values.push(value);
      if (first!.kind === "function") value = this.#call(first!.name, values);
      else if (values.length === 0) value = this.#operand(first!, dot);
      else value = this.#callMethod(this.#operand(first!, dot), values);
    }
    return value;
  }

  #operand(operand: Operand, dot: Value): Value {
    if (operand.kind === "literal") return operand.value;
    if (operand.kind === "function") return this.#call(operand.name, []);
    let value = operand.from === "."
      ? dot
      : typeof operand.from === "string"
      ? this.#variable(operand.from)
      : this.#value(operand.from, dot);
    for (const key of operand.keys) {
      if (value === undefined || value === null) {
        throw new TemplateError(`${this.name}: .${operand.keys.join(".")} is asked of nothing`);
      }
      value = (value as Scope)[key];
    }
    return value;
  }

  #variable(name: string): Value {
    const scope = this.#variables.findLast((one) => one.has(name));
    if (!scope) throw new TemplateError(`${this.name}: ${name} is not declared`);
    return scope.get(name);
  }

  #callMethod(method: Value, values: readonly Value[]): Value {
    if (typeof method === "function") return method(...values);
    throw new TemplateError(`${this.name}: a value is used as a function`);
  }

  #call(name: string, values: readonly Value[]): Value {
    if (name === "include") return this.templates.render(String(values[0]), values[1]);
    const called = this.templates.functions[name];
    if (!called) throw new TemplateError(`${this.name}: the function "${name}" is not known`);
    return called(...values);
  }
}

function printed(value: Value): string {
  return value === undefined || value === null ? "" : String(value);
}

/** Empty collections and texts, 0, false and nothing are not. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Keys in alphabetical order. */
function entriesOf(value: Value): readonly (readonly [string | number, Value])[] {
  if (Array.isArray(value)) return [...value.entries()];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
}
