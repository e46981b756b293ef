/**
 * YAML with positions: the only home of the YAML package.
 *
 * `yaml` was chosen over the faster `js-yaml` 5 because the latter refuses what Falco's own parser
 * accepts (upstream's rule files close flow sequences at the column of their key) and stops at the
 * first mistake, where this one goes on and finds the others.
 */
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, Parser } from "yaml";
import type { CST, Node, Scalar } from "yaml";
import type { Report } from "./diagnostic.ts";
import { SourceText, type Span } from "./text.ts";
import { placeScalar, type RawScalar, type ScalarStyle } from "./_yaml_scalar.ts";
import { reportSyntax } from "./_yaml_errors.ts";
export type { ScalarStyle } from "./_yaml_scalar.ts";

export type YamlNode = YamlMap | YamlSeq | YamlScalar | YamlNull;

export interface YamlMap {
  readonly kind: "map";
  readonly span: Span;
  /** In the order of the file; of equal keys only the first. */
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export interface YamlSeq {
  readonly kind: "seq";
  readonly span: Span;
  readonly items: readonly YamlNode[];
}

/** Nothing, `~` or `null`. */
export interface YamlNull {
  readonly kind: "null";
  readonly span: Span;
}

/** A scalar as text; what it means (number, boolean, …) is the reader's question. */
export class YamlScalar {
  readonly kind = "scalar";
  #text: SourceText | undefined;

  constructor(
    readonly span: Span,
    readonly value: string,
    readonly style: ScalarStyle,
    readonly parentIndent: number,
  ) {}

  /** The decoded value as a text of its own, whose places map to the file exactly. */
  get text(): SourceText {
    return this.#text ??= scalarText(this);
  }
}

export interface YamlDocument {
  readonly root: YamlNode;
  /** Where the syntax was wrong: nodes around these places may be incomplete. */
  readonly broken: readonly Span[];
}

export interface YamlLimits {
  readonly sizeBytes: number;
  /** Lexical tokens; the memory of a parse grows with them. */
  readonly tokens: number;
  readonly depth: number;
  /** Nodes when every alias is written out. */
  readonly expandedNodes: number;
}

/** Upstream's largest rule file has 95 KB, 10,000 tokens and depth 7. */
export const YAML_LIMITS: YamlLimits = {
  sizeBytes: 8 << 20,
  tokens: 1_000_000,
  depth: 64,
  expandedNodes: 1_000_000,
};

/** Every document of a file. Mistakes are reported; what could be read is returned all the same. */
export function readYaml(
  source: SourceText,
  report: Report,
  limits: YamlLimits = YAML_LIMITS,
): readonly YamlDocument[] {
  const documents = compose(source, report, limits);
  return documents.map((document) => {
    const broken = reportSyntax(source, document, report);
    const builder = new Builder(source, report, limits);
    const root = document.contents === null
      ? builder.nothing(document.range?.[0] ?? 0)
      : builder.build(document.contents as Node, 0);
    return { root, broken };
  });
}

function compose(source: SourceText, report: Report, limits: YamlLimits): Document[] {
  const { text } = source;
  if (text.length > limits.sizeBytes) {
    const size = (text.length / (1 << 20)).toFixed(1);
    report.add({
      code: "Y003",
      title: `file has ${size} MiB; at most ${limits.sizeBytes / (1 << 20)} MiB are read`,
      at: source.span(0, 0),
      help: "split it into several files",
    });
    return [];
  }
  const tokens = tokenize(source, report, limits);
  if (!tokens) return [];
  const composer = new Composer({
    schema: "failsafe",
    keepSourceTokens: true,
    prettyErrors: false,
    strict: true,
    stringKeys: false,
    // Found while building, where both places are at hand.
    uniqueKeys: false,
    logLevel: "silent",
  });
  const documents: Document[] = [];
  for (const token of tokens) documents.push(...composer.next(token) as Iterable<Document>);
  documents.push(...composer.end() as Iterable<Document>);
  return documents;
}

/** Syntax tokens, or nothing when a limit was passed: composing recurses as deep as the file nests. */
function tokenize(source: SourceText, report: Report, limits: YamlLimits): CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0, offset = 0, flowDepth = 0, compactDepth = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    const first = lexeme.charCodeAt(0);
    if (lexeme.length === 1) {
      if (first === 0x5b || first === 0x7b) flowDepth++; // [ {
      else if (first === 0x5d || first === 0x7d) flowDepth--; // ] }
      else if (first === 0x2d || first === 0x3f) compactDepth++; // - ?
      else if (first === 0x3a && flowDepth <= 0) compactDepth++; // :
    }
    if (first === 0x0a || first === 0x0d) compactDepth = 0;
    // Compact nesting (`- - - x`) and flow nesting show here, before the parser stacks them up.
    if (flowDepth > limits.depth || compactDepth > limits.depth) {
      reportDepth(source, offset, report, limits);
      return undefined;
    }
    if (++count > limits.tokens) {
      report.add({
        code: "Y004",
        title: `file has more than ${limits.tokens} YAML tokens`,
        at: source.span(offset, offset),
        help: "split it into several files",
      });
      return undefined;
    }
    // Document, mode and error marks of the lexer are no characters of the file.
    if (first !== 0x02 && first !== 0x18 && first !== 0x1f) offset += lexeme.length;
    tokens.push(...parser.next(lexeme));
  }
  tokens.push(...parser.end());
  const deep = deepToken(tokens, limits.depth);
  if (deep === undefined) return tokens;
  reportDepth(source, deep, report, limits);
  return undefined;
}

function reportDepth(source: SourceText, offset: number, report: Report, limits: YamlLimits): void {
  report.add({
    code: "Y005",
    title: `nested more than ${limits.depth} levels deep`,
    at: source.span(offset, offset),
    help: "rule files need about seven levels; is a bracket or a dash repeated by mistake?",
  });
}

/** Offset of a token nested deeper than `limit`. Uses no recursion: that is what it guards. */
function deepToken(tokens: readonly CST.Token[], limit: number): number | undefined {
  const open: [CST.Token, number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    if (depth > limit) return token.offset;
    if (token.type === "document") {
      if (token.value) open.push([token.value, depth]);
    } else if ("items" in token) {
      for (const item of token.items) {
        if (item.key) open.push([item.key, depth + 1]);
        if (item.value) open.push([item.value, depth + 1]);
      }
    }
  }
  return undefined;
}

/** Turns one document's nodes into ours; checks keys and aliases on the way. */
class Builder {
  readonly #anchors = new Map<string, { node: YamlNode | undefined; size: number }>();
  #size = 0;
  #tooLarge = false;

  constructor(
    readonly source: SourceText,
    readonly report: Report,
    readonly limits: YamlLimits,
  ) {}

  nothing(offset: number): YamlNull {
    return { kind: "null", span: this.source.span(offset, offset) };
  }

  build(node: Node, parentIndent: number): YamlNode {
    this.#size++;
    if (isAlias(node)) return this.#alias(node.source, this.#spanOf(node));
    const anchor = "anchor" in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { node: undefined, size: 0 });
    const sizeBefore = this.#size;
    const built = this.#buildPlain(node, parentIndent);
    if (anchor !== undefined) {
      this.#anchors.set(anchor, { node: built, size: this.#size - sizeBefore + 1 });
    }
    return built;
  }

  #buildPlain(node: Node, parentIndent: number): YamlNode {
    const span = this.#spanOf(node);
    if (isScalar(node)) return this.#scalar(node, span, parentIndent);
    if (isSeq(node)) {
      const items = (node.items as Node[]).map((item) => this.build(item, parentIndent));
      return { kind: "seq", span, items };
    }
    if (isMap(node)) {
      const entries: YamlEntry[] = [];
      const seen = new Map<string, YamlScalar>();
      for (const pair of node.items) {
        const key = this.#key(pair.key as Node | null);
        const value = pair.value as Node | null;
        const built = value ? this.build(value, parentIndent) : this.nothing(span.end);
        if (!key) continue;
        const earlier = seen.get(key.value);
        if (earlier) this.#duplicate(key, earlier);
        else {
          seen.set(key.value, key);
          entries.push({ key, value: built });
        }
      }
      return { kind: "map", span, entries };
    }
    return this.nothing(span.start);
  }

  #scalar(node: Scalar, span: Span, parentIndent: number): YamlScalar | YamlNull {
    const value = typeof node.value === "string" ? node.value : "";
    const style = STYLES[node.type ?? "PLAIN"] ?? "plain";
    if (style === "plain" && !node.tag && NULLS.has(value)) return { kind: "null", span };
    const token = node.srcToken;
    const indent = token?.type === "block-scalar" ? token.indent : parentIndent;
    return new YamlScalar(span, value, style, indent);
  }

  #key(node: Node | null): YamlScalar | undefined {
    const key = node && this.build(node, 0);
    if (key?.kind === "scalar") return key;
    if (key?.kind === "null" && key.span.end > key.span.start) {
      const { span } = key;
      return new YamlScalar(span, this.source.text.slice(span.start, span.end), "plain", 0);
    }
    if (key) {
      this.report.add({
        code: "Y010",
        title: key.kind === "null" ? "key without a name" : `a ${key.kind} cannot be a key here`,
        at: key.span,
        help: "keys are words followed by a colon",
      });
    }
    return undefined;
  }

  #duplicate(key: YamlScalar, earlier: YamlScalar): void {
    this.report.add({
      code: "Y011",
      title: `key "${key.value}" is given twice in one mapping`,
      at: key.span,
      help: "keep one of them",
      notes: [{ message: "first given here", at: earlier.span }],
    });
  }

  #alias(name: string, span: Span): YamlNode {
    const anchor = this.#anchors.get(name);
    if (!anchor?.node) {
      this.report.add({
        code: "Y012",
        title: anchor
          ? `alias "*${name}" stands inside what it refers to`
          : `alias "*${name}" refers to no anchor above it`,
        at: span,
        help: anchor ? undefined : `a value that begins with "*" has to be quoted`,
      });
      return { kind: "null", span };
    }
    this.#size += anchor.size;
    if (this.#size > this.limits.expandedNodes) {
      if (!this.#tooLarge) {
        this.#tooLarge = true;
        this.report.add({
          code: "Y013",
          title: `aliases stand for more than ${this.limits.expandedNodes} values in all`,
          at: span,
          help: "aliases of aliases multiply; write the values out",
        });
      }
      return { kind: "null", span };
    }
    return anchor.node;
  }

  #spanOf(node: Node): Span {
    // Of broken YAML the package may give ranges that end behind the text.
    const { length } = this.source.text;
    const [start, end] = node.range ?? [0, 0];
    return this.source.span(Math.min(start, length), Math.min(end, length));
  }
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};
const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);

function scalarText(scalar: YamlScalar): SourceText {
  const { source, start, end } = scalar.span;
  const raw: RawScalar = {
    style: scalar.style,
    text: source.text,
    start,
    end,
    parentIndent: scalar.parentIndent,
  };
  let offsets: readonly number[] | undefined;
  return new SourceText(source.name, scalar.value, {
    text: source,
    map(offset) {
      offsets ??= placeScalar(raw).offsets;
      // In broken YAML the package and we may disagree on what a scalar holds.
      const place = offsets[Math.min(Math.max(offset, 0), offsets.length - 1)] ?? end;
      return Math.min(Math.max(place, start), end);
    },
  });
}
