/** The package's nodes to ours. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Report } from "../diagnostic.ts";
import type { SourceText, Span } from "../text.ts";
import { dashInItem, reportDashInItem } from "./dash_in_item.ts";
import type { YamlLimits } from "./limits.ts";
import {
  NULLS,
  type YamlDocument,
  type YamlEntry,
  type YamlNode,
  type YamlNull,
  YamlScalar,
} from "./node.ts";
import { type Part, partAround } from "./part.ts";
import { decodeScalar, type ScalarStyle } from "./scalar.ts";

/** Turns one document's nodes into ours; checks keys and aliases on the way. */
export class YamlBuilder {
  readonly #anchors = new Map<string, { node: YamlNode | undefined; size: number }>();
  readonly #broken: Span[];
  #size = 0;
  #tooLarge = false;
  #isList = false;
  /** The outer part that was looked at last. */
  #part: Part & { readonly isBroken: boolean } | undefined;

  constructor(
    readonly source: SourceText,
    readonly report: Report,
    readonly limits: YamlLimits,
    syntaxErrors: readonly Span[],
    /** The text as it was given, and as the package has read it, where that is not the same. */
    readonly texts?: { readonly given: string; readonly read: string },
  ) {
    this.#broken = [...syntaxErrors];
  }

  document(contents: Node | null, offset: number): YamlDocument {
    this.#isList = isSeq(contents);
    const root = contents ? this.build(contents, 0) : this.nothing(offset);
    return { root: this.#tooLarge ? this.nothing(offset) : root, broken: this.#broken };
  }

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
      if (!node.flow) {
        for (const [index, item] of items.entries()) {
          if (!isAlias(node.items[index])) this.#dashInItem(item);
        }
      }
      return { kind: "seq", span: this.#whole(node, span, items.at(-1)), items };
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
      return { kind: "map", span: this.#whole(node, span, entries.at(-1)?.value), entries };
    }
    return this.nothing(span.start);
  }

  /** Without brackets a collection ends with its last value, not behind the comments that follow. */
  #whole(node: YAMLMap | YAMLSeq, span: Span, last: YamlNode | undefined): Span {
    if (node.flow || !last) return span;
    return this.source.span(span.start, Math.max(span.start, last.span.end));
  }

  #scalar(node: Scalar, span: Span, parentIndent: number): YamlScalar | YamlNull {
    const style = STYLES[node.type ?? "PLAIN"] ?? "plain";
    const value = this.#valueOf(node, span, style);
    if (style === "plain" && !node.tag && NULLS.has(value)) return { kind: "null", span };
    const token = node.srcToken;
    const indent = token?.type === "block-scalar" ? token.indent : parentIndent;
    return new YamlScalar(span, value, style, indent);
  }

  #valueOf(node: Scalar, { start, end }: Span, style: ScalarStyle): string {
    const value = typeof node.value === "string" ? node.value : "";
    if (style === "literal" || style === "folded") {
      // Falco's parser adds no line end where the file has none.
      const isCut = end >= this.source.text.length && !this.source.text.endsWith("\n");
      return isCut && value.endsWith("\n") ? value.slice(0, -1) : value;
    }
    if (!this.texts) return value;
    const { given, read } = this.texts;
    if (given.slice(start, end) === read.slice(start, end)) return value;
    return decodeScalar({ style, text: given, start, end, parentIndent: 0 });
  }

  #key(node: Node | null): YamlScalar | undefined {
    const key = node && this.build(node, 0);
    // Lines that lack their colon run together, to a word that nobody wrote.
    if (key && this.#broken.length > 0 && this.#isOfLines(key.span)) return undefined;
    if (key?.kind === "scalar") return key;
    if (key?.kind === "null" && key.span.end > key.span.start) {
      const { span } = key;
      return new YamlScalar(span, this.source.text.slice(span.start, span.end), "plain", 0);
    }
    // Where the syntax is broken, an odd key is what came of it.
    if (key && this.#broken.length === 0) {
      this.report.add({
        code: "Y010",
        title: `a key is a word; ${KEY_SHAPES[key.kind]} cannot be one`,
        at: key.span,
        help: "a word followed by a colon is wanted",
      });
      this.#broken.push(key.span);
    }
    return undefined;
  }

  /** Where the syntax is broken, a line may be where it is because of that. */
  #dashInItem(item: YamlNode): void {
    const found = dashInItem(item);
    if (!found || this.#isInBroken(found.at.start)) return;
    reportDashInItem(item, found, this.report);
  }

  #isInBroken(offset: number): boolean {
    if (this.#broken.length === 0) return false;
    if (!this.#part || offset < this.#part.start || offset >= this.#part.end) {
      const part = partAround(this.source.text, offset, { isList: this.#isList });
      const isIn = ({ start }: Span) => part.start <= start && start < part.end;
      this.#part = { ...part, isBroken: this.#broken.some(isIn) };
    }
    return this.#part.isBroken;
  }

  #isOfLines({ start, end }: Span): boolean {
    return this.source.text.slice(start, end).includes("\n");
  }

  /** A warning: Falco's parser (yaml-cpp 0.8) looks for a key from the front, and stops there. */
  #duplicate(key: YamlScalar, earlier: YamlScalar): void {
    const { start, end } = key.span;
    const written = this.source.text.slice(start, end);
    // As it stands there, it is known whether anybody may see it.
    const name = written.includes(key.value) ? key.value : written.replace(/^["']|["']$/g, "");
    this.report.add({
      code: "Y011",
      severity: "warning",
      title: `key "${name}" is given twice in one mapping`,
      at: key.span,
      help: "keep one of them",
      notes: [{ message: "first given here, and this one counts", at: earlier.span }],
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
      this.#broken.push(span);
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
        this.#broken.push(span);
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

const KEY_SHAPES = { null: "nothing", seq: "a list", map: "a mapping", scalar: "this" } as const;
const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};
