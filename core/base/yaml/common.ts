/**
 * Reads the part of YAML that rule files and configurations are written in, many times as fast as the
 * package, whose share was half of the time from upstream's rules to running.
 *
 * It knows what is plain and right only: mappings with words as keys, sequences, scalars of all
 * styles, brackets, comments. At anything else (an anchor, a tag, a tab, a key given twice, every
 * mistake) it gives up, and the package reads the file from its start. So there is nothing to report
 * here, and what comes out is what the package would have led to: tests/property compares them.
 */
import type { SourceText } from "../text.ts";
import type { YamlLimits } from "./limits.ts";
import { Cursor } from "./cursor.ts";
import { dashInItem } from "./dash_in_item.ts";
import { EntryList, type LeafLimits, LeafReader } from "./leaf.ts";
import type { YamlDocument, YamlMap, YamlNode, YamlNull, YamlScalar, YamlSeq } from "./node.ts";

/** The document of a file (none where there are but comments), or nothing: the package is needed. */
export function readCommon(
  source: SourceText,
  limits: YamlLimits,
): readonly YamlDocument[] | undefined {
  const { text } = source;
  if (text.length > limits.sizeBytes || UNCOMMON.test(text)) return undefined;
  const cursor = new Cursor(text);
  cursor.skip();
  if (cursor.atEnd) return [];
  if (text.startsWith("---\n")) cursor.at = cursor.lineStart = 4;
  const maxCount = Math.floor(limits.plainTokens / TOKENS_OF_VALUE);
  const reader = new CommonReader(source, cursor, { maxDepth: limits.depth >> 1, maxCount });
  const root = reader.root();
  return root && reader.mostTokens <= limits.plainTokens ? [{ root, broken: [] }] : undefined;
}

/** Other blanks and line ends; marks between documents. */
const UNCOMMON = /[\t\r\ufeff]|\n(?:---|\.\.\.)/;

/** What the package would make of one value at most, and of a line without any. */
const TOKENS_OF_VALUE = 12, TOKENS_OF_LINE = 3;

class CommonReader {
  readonly maxDepth: number;
  readonly #leaf: LeafReader;

  constructor(
    readonly source: SourceText,
    readonly cursor: Cursor,
    limits: LeafLimits,
  ) {
    this.maxDepth = limits.maxDepth;
    this.#leaf = new LeafReader(source, cursor, limits);
  }

  root(): YamlNode | undefined {
    this.cursor.skip();
    const root = this.#node(-1, 0);
    return (root?.kind === "seq" || root?.kind === "map") && this.cursor.atEnd ? root : undefined;
  }

  get mostTokens(): number {
    return this.#leaf.count * TOKENS_OF_VALUE + this.cursor.skipped * TOKENS_OF_LINE;
  }

  /**
   * What begins at the cursor, right of the column of its parent. The cursor is then at the next thing
   * on a later line; one at a column where nobody waits for it stops the reading in the end.
   */
  #node(parent: number, depth: number): YamlNode | undefined {
    const { cursor } = this;
    if (cursor.atDash) return this.#sequence(depth);
    const { column } = cursor;
    const key = this.#leaf.key();
    return key ? this.#mapping(key, column, depth) : this.#ended(this.#leaf.value(parent, depth));
  }

  #sequence(depth: number): YamlSeq | undefined {
    const { cursor } = this;
    const { at: start, column } = cursor;
    const items: YamlNode[] = [];
    if (depth > this.maxDepth) return undefined;
    do {
      cursor.at++;
      const item = this.#itemBehindDash(column, depth + 1);
      // What is to be told of is the package's reader's to tell.
      if (!item || this.#leaf.isFull || dashInItem(item)) return undefined;
      items.push(item);
    } while (this.#isAt(column) && cursor.atDash);
    return { kind: "seq", span: this.source.span(start, items.at(-1)!.span.end), items };
  }

  #itemBehindDash(column: number, depth: number): YamlNode | undefined {
    const { cursor } = this;
    const { lineStart } = cursor;
    const nothing = this.#skipToValue();
    if (cursor.atEnd) return nothing;
    const follows = cursor.lineStart === lineStart || cursor.column > column;
    return follows ? this.#node(column, depth) : nothing;
  }

  #mapping(first: YamlScalar, column: number, depth: number): YamlMap | undefined {
    const entries = new EntryList();
    if (depth > this.maxDepth) return undefined;
    for (let key: YamlScalar | undefined = first; key; key = this.#leaf.key()) {
      const value = this.#valueOfKey(column, depth + 1);
      if (!value || this.#leaf.isFull || !entries.add(key, value)) return undefined;
      if (this.#isAt(column)) continue;
      const span = this.source.span(first.span.start, value.span.end);
      return { kind: "map", span, entries: entries.list };
    }
    return undefined;
  }

  #valueOfKey(column: number, depth: number): YamlNode | undefined {
    const { cursor } = this;
    const { lineStart } = cursor;
    const nothing = this.#skipToValue();
    if (cursor.atEnd) return nothing;
    // A collection does not begin on the line of its key, unless it has brackets.
    if (cursor.lineStart === lineStart) return this.#ended(this.#leaf.value(column, depth));
    if (cursor.column > column) return this.#node(column, depth);
    return cursor.column === column && cursor.atDash ? this.#sequence(depth) : nothing;
  }

  /** Returns what is there if no value follows. */
  #skipToValue(): YamlNull {
    const { cursor } = this;
    cursor.skipBlanks();
    const span = this.source.span(cursor.at, cursor.at);
    cursor.skip();
    return { kind: "null", span };
  }

  /** The node, if nothing else follows on its last line. */
  #ended<Node extends YamlNode>(node: Node | undefined): Node | undefined {
    this.cursor.skip();
    const isOver = this.cursor.atEnd || (node && this.cursor.lineStart >= node.span.end);
    return isOver ? node : undefined;
  }

  #isAt(column: number): boolean {
    return !this.cursor.atEnd && this.cursor.column === column;
  }
}
