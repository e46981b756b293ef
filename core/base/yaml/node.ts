/** The values of a YAML document, each with its place. */
import { type Origin, SourceText, type Span } from "../text.ts";
import { placeScalar, type ScalarStyle } from "./scalar.ts";

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

/** Plain scalars that mean nothing. */
export const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);

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

function scalarText(scalar: YamlScalar): SourceText {
  const { source } = scalar.span;
  return new SourceText(source.name, scalar.value, new ScalarOrigin(scalar));
}

class ScalarOrigin implements Origin {
  #offsets: readonly number[] | undefined;

  constructor(readonly scalar: YamlScalar) {}

  get text(): SourceText {
    return this.scalar.span.source;
  }

  map(offset: number): number {
    const { start, end } = this.scalar.span;
    const offsets = this.#offsets ??= this.#place();
    // In broken YAML the package and we may disagree on what a scalar holds.
    const place = offsets[Math.min(Math.max(offset, 0), offsets.length - 1)] ?? end;
    return Math.min(Math.max(place, start), end);
  }

  #place(): readonly number[] {
    const { span: { source, start, end }, style, parentIndent } = this.scalar;
    return placeScalar({ style, text: source.text, start, end, parentIndent }).offsets;
  }
}
