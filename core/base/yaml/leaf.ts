/**
 * Scalars and bracketed collections of the common part of YAML, see common.ts. Every method returns
 * nothing at what is not common or not right; else the cursor is behind what was read.
 */
import type { SourceText } from "../text.ts";
import { type Cursor, endOfLine, LINE_END, SPACE } from "./cursor.ts";
import { NULLS, type YamlEntry, type YamlNode, type YamlNull, YamlScalar } from "./node.ts";
import { decodeScalar, type ScalarStyle } from "./scalar.ts";

/** Longer ones are left to the package: it refuses keys of more than 1024 characters. */
const KEY = /[a-zA-Z0-9_][\w.-]{0,99}(?=:[ \n])/y;
const BLOCK_HEADER = /[|>]-? *(?=\n)/y;
const PLAIN_START = /[^\s,[\]{}:#'"&*!|>%@`?-]|-(?=[^\s,[\]{}])/y;
const PLAIN_IN_BRACKETS = /[^,[\]{}:#\n]*/y;
const ESCAPE = /\\(?:["\\/abefnrtv0 N_LP]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/y;

export interface LeafLimits {
  readonly maxDepth: number;
  /** Of values, keys among them. */
  readonly maxCount: number;
}

export class LeafReader {
  /** Values read so far, keys among them. */
  count = 0;
  readonly #source: SourceText;
  readonly #cursor: Cursor;
  readonly #maxDepth: number;

  readonly #maxCount: number;

  constructor(source: SourceText, cursor: Cursor, { maxDepth, maxCount }: LeafLimits) {
    this.#source = source;
    this.#cursor = cursor;
    this.#maxDepth = maxDepth;
    this.#maxCount = maxCount;
  }

  /** There are more values than may be read; what the rest of them costs need not be spent. */
  get isFull(): boolean {
    return this.count > this.#maxCount;
  }

  /** A value outside of brackets. It ends before a line that is not indented more than `parent`. */
  value(parent: number, depth: number): YamlNode | undefined {
    switch (this.#cursor.text[this.#cursor.at]) {
      case "[":
      case "{":
        return this.#bracketed(parent, depth, true);
      case "|":
        return this.#block("literal", parent);
      case ">":
        return this.#block("folded", parent);
      case "'":
        return this.#singleQuoted();
      case '"':
        return this.#doubleQuoted();
      default:
        return this.#plain(parent);
    }
  }

  /** A word with a colon behind it, which is left behind, too. */
  key(): YamlScalar | undefined {
    const cursor = this.#cursor;
    const end = cursor.endOf(KEY);
    if (end === undefined) return undefined;
    const key = this.#scalar("plain", cursor.at, end);
    cursor.at = end + 1;
    return key;
  }

  #bracketed(parent: number, depth: number, outermost: boolean): YamlNode | undefined {
    if (depth > this.#maxDepth) return undefined;
    this.count++;
    const cursor = this.#cursor;
    const start = cursor.at++;
    const isMap = cursor.text[start] === "{";
    const close = isMap ? "}" : "]";
    const mayCloseAt = outermost ? parent : undefined;
    const items: YamlNode[] = [];
    const entries = new EntryList();
    while (this.#skipInBrackets(parent, mayCloseAt, close)) {
      if (cursor.text[cursor.at] === close) {
        const span = this.#source.span(start, ++cursor.at);
        return isMap ? { kind: "map", span, entries: entries.list } : { kind: "seq", span, items };
      }
      const key = isMap ? this.key() : undefined;
      if (isMap && !(key && this.#skipInBrackets(parent))) return undefined;
      const item = this.#inBrackets(parent, depth + 1);
      if (!item || this.isFull) return undefined;
      if (!key) items.push(item);
      else if (!entries.add(key, item)) return undefined;
      if (!this.#skipInBrackets(parent, mayCloseAt, close)) return undefined;
      if (cursor.text[cursor.at] === ",") cursor.at++;
      else if (cursor.text[cursor.at] !== close) return undefined;
    }
    return undefined;
  }

  /** False where a line is not indented enough. Only the outermost bracket may close at `parent`. */
  #skipInBrackets(parent: number, mayCloseAt?: number, close?: string): boolean {
    const cursor = this.#cursor;
    const { lineStart } = cursor;
    cursor.skip();
    if (cursor.lineStart === lineStart || cursor.column > parent) return true;
    return cursor.column === mayCloseAt && cursor.text[cursor.at] === close;
  }

  #inBrackets(parent: number, depth: number): YamlNode | undefined {
    switch (this.#cursor.text[this.#cursor.at]) {
      case "[":
      case "{":
        return this.#bracketed(parent, depth, false);
      case "'":
        return this.#singleQuoted();
      case '"':
        return this.#doubleQuoted();
      default:
        return this.#plainInBrackets(parent);
    }
  }

  #plainInBrackets(parent: number): YamlNode | undefined {
    const cursor = this.#cursor;
    const { at: start } = cursor;
    if (cursor.endOf(PLAIN_START) === undefined) return undefined;
    let end = this.#endInBrackets();
    let isOneLine = true;
    for (; end !== undefined && this.#goesOnInBrackets(parent); end = this.#endInBrackets()) {
      isOneLine = false;
    }
    if (end === undefined) return undefined;
    return isOneLine ? this.#plainScalar(start, end) : this.#decoded("plain", start, end);
  }

  /** Where a plain text ends on its line; the cursor is at what stops it. */
  #endInBrackets(): number | undefined {
    const cursor = this.#cursor;
    const { text, at: start } = cursor;
    for (;; cursor.at++) {
      cursor.at = cursor.endOf(PLAIN_IN_BRACKETS)!;
      const stop = text[cursor.at];
      if (stop === ":") {
        if (/[\s,[\]{}]/.test(text[cursor.at + 1] ?? " ")) return undefined;
      } else if (stop !== "#" || text.charCodeAt(cursor.at - 1) === SPACE) break;
    }
    return behindLast(text, start, cursor.at);
  }

  /** Moves to the next line if the plain text before goes on there. */
  #goesOnInBrackets(parent: number): boolean {
    const cursor = this.#cursor;
    const { text, at, lineStart } = cursor;
    if (text.charCodeAt(at) !== LINE_END) return false;
    cursor.skip();
    const begins = !cursor.atEnd && !",[]{}#".includes(text[cursor.at]!);
    if (begins && cursor.column > parent && !text.slice(at, cursor.at).includes("#")) return true;
    cursor.at = at;
    cursor.lineStart = lineStart;
    return false;
  }

  #plain(parent: number): YamlNode | undefined {
    const cursor = this.#cursor;
    const { text, at: start } = cursor;
    if (cursor.endOf(PLAIN_START) === undefined) return undefined;
    for (let from = start;; from = cursor.at) {
      const lineEnd = endOfLine(text, from);
      const line = text.slice(from, lineEnd);
      if (line.includes(": ") || line.endsWith(":")) return undefined;
      const comment = line.indexOf(" #");
      const end = behindLast(text, from, comment < 0 ? lineEnd : from + comment);
      cursor.at = end;
      cursor.skip();
      // A line that is indented deeper goes on with the text, unless a comment came between.
      const goesOn = !cursor.atEnd && cursor.column > parent &&
        !text.slice(end, cursor.at).includes("#");
      if (goesOn) continue;
      return from === start ? this.#plainScalar(start, end) : this.#decoded("plain", start, end);
    }
  }

  #plainScalar(start: number, end: number): YamlScalar | YamlNull {
    const scalar = this.#scalar("plain", start, end);
    return NULLS.has(scalar.value) ? { kind: "null", span: scalar.span } : scalar;
  }

  /** On one line. */
  #singleQuoted(): YamlScalar | undefined {
    const cursor = this.#cursor;
    const { text, at: start } = cursor;
    let end = text.indexOf("'", start + 1);
    const isSimple = text[end + 1] !== "'";
    while (end > 0 && text[end + 1] === "'") end = text.indexOf("'", end + 2);
    return this.#quoted("single", end, isSimple);
  }

  /** On one line. */
  #doubleQuoted(): YamlScalar | undefined {
    const cursor = this.#cursor;
    const { text, at: start } = cursor;
    const quote = text.indexOf('"', start + 1);
    const isSimple = !text.slice(start, quote).includes("\\");
    if (isSimple) return this.#quoted("double", quote, true);
    cursor.at++;
    for (let code = text[cursor.at]; code !== '"'; code = text[cursor.at]) {
      const next = code === "\\" ? cursor.endOf(ESCAPE) : cursor.at + 1;
      if (code === undefined || next === undefined) return undefined;
      cursor.at = next;
    }
    const end = cursor.at;
    cursor.at = start;
    return this.#quoted("double", end, false);
  }

  #quoted(style: "single" | "double", end: number, isSimple: boolean): YamlScalar | undefined {
    const cursor = this.#cursor;
    const { text, at: start } = cursor;
    const content = text.slice(start + 1, end);
    if (end < 0 || content.includes("\n")) return undefined;
    cursor.at = end + 1;
    return isSimple
      ? this.#scalar(style, start, end + 1, content)
      : this.#decoded(style, start, end + 1);
  }

  /** Without digits in its header, and with a line of text. */
  #block(style: "literal" | "folded", parent: number): YamlScalar | undefined {
    const cursor = this.#cursor;
    const { text, at: start } = cursor;
    const header = cursor.endOf(BLOCK_HEADER);
    if (header === undefined) return undefined;
    let indent = 0, end = 0;
    for (let at = header + 1; at < text.length;) {
      const lineEnd = endOfLine(text, at);
      let first = at;
      while (text.charCodeAt(first) === SPACE) first++;
      const deep = first - at;
      if (first < lineEnd) {
        if (end === 0) indent = deep;
        if (deep < indent || deep <= parent) break;
        end = lineEnd;
        // Blanks behind the indentation are text.
      } else if (deep > indent) return undefined;
      at = lineEnd + 1;
    }
    if (end === 0) return undefined;
    cursor.at = cursor.lineStart = Math.min(end + 1, text.length);
    return this.#decoded(style, start, cursor.at);
  }

  #decoded(style: ScalarStyle, start: number, end: number): YamlScalar {
    const { text } = this.#cursor;
    const value = decodeScalar({ style, text, start, end, parentIndent: 0 });
    return this.#scalar(style, start, end, value);
  }

  #scalar(
    style: ScalarStyle,
    start: number,
    end: number,
    value = this.#cursor.text.slice(start, end),
  ): YamlScalar {
    this.count++;
    return new YamlScalar(this.#source.span(start, end), value, style, 0);
  }
}

/** Entries in order; equal keys are refused. */
export class EntryList {
  readonly list: YamlEntry[] = [];
  readonly #keys = new Set<string>();

  /** False when the key is there already. */
  add(key: YamlScalar, value: YamlNode): boolean {
    this.#keys.add(key.value);
    this.list.push({ key, value });
    return this.#keys.size === this.list.length;
  }
}

/** Where the text before the blanks at `end` ends. */
function behindLast(text: string, start: number, end: number): number {
  while (end > start && text.charCodeAt(end - 1) === SPACE) end--;
  return end;
}
