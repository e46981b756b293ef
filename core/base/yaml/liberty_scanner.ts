/**
 * Finds what Falco's parser takes although it is no YAML, and writes it as YAML of the same length: a
 * line end within quotes or brackets means no more than a blank, and comments mean nothing.
 *
 * It knows of YAML what is needed to tell text, comments and columns apart, and gives up at anything
 * else. It does not say that a file is right: the package is to read what comes out.
 */
import { blanked, type Edit, partsOf } from "./blanked.ts";
import { Cursor, endOfLine } from "./cursor.ts";
import type { Liberty, LibertyKind, Straightened } from "./liberties.ts";
import { shallowLine } from "./shallow_line.ts";

interface Collection {
  readonly column: number;
  readonly isList: boolean;
}

/** Each has the package read the file once more. */
const MAX_LISTS = 8;

const NAME = /[&*!][^\s,[\]{}]*/y;
const HEADER = /[|>][-+0-9]*[ \t]*/y;
const COLON = /[ \t]*:(?=[ \t\r\n]|$)/y;
const COLON_IN_BRACKETS = /[ \t]*:(?=[ \t\r\n,[\]{}]|$)/y;
const MARK = /(?:---|\.\.\.)(?=\s|$)/y;
const DASH = /-(?=[,\]}])/y;
const PLAIN = /[^:#\r\n]*/y;
const PLAIN_IN_BRACKETS = /[^:#\r\n,?[\]{}]*/y;

export class LibertyScanner {
  readonly #text: string;
  readonly #cursor: Cursor;
  readonly #liberties: Liberty[] = [];
  readonly #edits: Edit[] = [];
  /** Where the lists begin that follow the first. */
  readonly #lists: number[] = [];
  #open: Collection[] = [];
  #isInList = false;
  /** Behind the colon or dash whose value has not come yet. */
  #valueFrom: number | undefined;
  /** Since then. */
  #comments: Edit[] = [];
  #isInBrackets = false;
  /** The first thing of its line. */
  #isFirst = true;
  #isSure = true;

  constructor(text: string) {
    this.#text = text;
    this.#cursor = new Cursor(text);
  }

  run(): Straightened | undefined {
    const cursor = this.#cursor;
    for (this.#skip(); this.#isSure && !cursor.atEnd; this.#skip()) this.#next();
    if (!this.#isSure || this.#liberties.length === 0) return undefined;
    if (this.#lists.length >= MAX_LISTS) return undefined;
    const text = blanked(this.#text, this.#edits);
    const liberties = this.#liberties.sort((a, b) => a.start - b.start);
    return { texts: partsOf(text, this.#lists), liberties };
  }

  get #parent(): number {
    return this.#open.at(-1)?.column ?? -1;
  }

  #giveUp(): void {
    this.#isSure = false;
  }

  #take(kind: LibertyKind, start: number, end: number): void {
    this.#liberties.push({ kind, start, end });
  }

  /** To the next thing that is neither blank nor comment. */
  #skip(): void {
    const cursor = this.#cursor;
    for (;;) {
      const character = this.#text[cursor.at];
      if (character === " " || character === "\t" || character === "\r") cursor.at++;
      else if (character === "\n") {
        cursor.lineStart = ++cursor.at;
        this.#isFirst = true;
      } else if (character === "#") this.#comment();
      else return;
    }
  }

  #comment(): void {
    const cursor = this.#cursor;
    const { at } = cursor;
    const end = endOfLine(this.#text, at);
    const isTight = at > cursor.lineStart && !/[ \t]/.test(this.#text[at - 1]!);
    if (isTight) this.#take("comment", at, at + 1);
    const comment = { start: at, end, of: "all" } as const;
    // Blanks below a text block would be text of it.
    if (isTight || this.#isInBrackets) this.#edits.push(comment);
    else this.#comments.push(comment);
    cursor.at = end;
  }

  #next(): void {
    const cursor = this.#cursor;
    const first = this.#text[cursor.at]!;
    if (this.#isMark(cursor.at)) {
      cursor.at += 3;
      this.#open = [];
      this.#valueFrom = undefined;
      return;
    }
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const isDash = first === "-" && /\s/.test(this.#text[cursor.at + 1] ?? " ");
    if (isFirst && !this.#close(isDash)) return;
    if (isDash) this.#dash();
    else if (/[?:](?:\s|$)|[%@`\]},]/y.test(this.#text.slice(cursor.at, cursor.at + 2))) {
      this.#giveUp();
    } else if (first === "&" || first === "!") cursor.at = cursor.endOf(NAME) ?? cursor.at + 1;
    else this.#valueOrKey(isFirst);
  }

  /** Whether a document begins or ends there. */
  #isMark(at: number): boolean {
    MARK.lastIndex = at;
    return (at === 0 || this.#text[at - 1] === "\n") && MARK.test(this.#text);
  }

  /** Closes what a line ends that begins here. False: it begins what cannot be read. */
  #close(isDash: boolean): boolean {
    const { column, lineStart } = this.#cursor;
    const wasOpen = this.#open.length > 0;
    const isOver = ({ column: own, isList }: Collection) =>
      own > column || own === column && isList && !isDash;
    while (this.#open.length > 0 && isOver(this.#open.at(-1)!)) {
      this.#open.pop();
      this.#valueFrom = undefined;
    }
    if (!wasOpen || this.#open.length > 0) return true;
    // To Falco's parser another document begins where an outer list has ended.
    if (isDash && this.#isInList) {
      this.#lists.push(lineStart);
      this.#take("margin", this.#cursor.at, this.#cursor.at + 1);
      return true;
    }
    this.#giveUp();
    return false;
  }

  #dash(): void {
    const { column } = this.#cursor;
    const top = this.#open.at(-1);
    if (!top) this.#isInList = true;
    if (!top || column > top.column || !top.isList) this.#open.push({ column, isList: true });
    this.#expectFrom(++this.#cursor.at);
  }

  #expectFrom(offset: number): void {
    this.#valueFrom = offset;
    this.#comments = [];
  }

  #valueOrKey(isFirst: boolean): void {
    const cursor = this.#cursor;
    const { at: start, lineStart, column } = cursor;
    const parent = this.#parent;
    const isPlain = !/["'[{|>*]/.test(this.#text[start]!);
    const lowest = this.#value(parent);
    if (!this.#isSure) return;
    const isOneLine = !this.#text.slice(start, cursor.at).includes("\n");
    const colon = isOneLine ? cursor.endOf(COLON) : undefined;
    if (colon !== undefined) {
      if (column > parent) this.#open.push({ column, isList: false });
      cursor.at = colon;
      this.#expectFrom(colon);
      return;
    }
    if (this.#valueFrom === undefined) return this.#giveUp();
    if (lowest) {
      this.#liberties.push(lowest);
      this.#edits.push({ start, end: cursor.at, of: "lines" });
    }
    if (isFirst) this.#join(this.#valueFrom, start, { column, lineStart, isPlain });
    this.#valueFrom = undefined;
  }

  /** A value on a line below its key, where YAML wants it deeper, or tabs in front of it. */
  #join(
    from: number,
    start: number,
    { column, lineStart, isPlain }: { column: number; lineStart: number; isPlain: boolean },
  ): void {
    const tab = this.#text.slice(lineStart, start).indexOf("\t");
    const top = this.#open.at(-1);
    if (!top || tab < 0 && column > top.column) return;
    if (column <= top.column && (isPlain || top.isList)) return this.#giveUp();
    if (tab >= 0) this.#take("tab", lineStart + tab, lineStart + tab + 1);
    else this.#take("column", start, start + 1);
    this.#edits.push({ start: from, end: start, of: "lines" }, ...this.#comments);
  }

  /** Moves behind a value. What is returned says that the lines of it have to become one. */
  #value(parent: number): Liberty | undefined {
    const cursor = this.#cursor;
    const { at: start } = cursor;
    switch (this.#text[start]) {
      case "[":
      case "{":
        this.#isInBrackets = true;
        this.#bracketed();
        this.#isInBrackets = false;
        return shallowLine(this.#text, { start, end: cursor.at, parent });
      case '"':
      case "'":
        this.#quoted();
        return shallowLine(this.#text, { start, end: cursor.at, parent });
      case "|":
      case ">":
        this.#block(parent);
        return undefined;
      case "*":
        cursor.at = cursor.endOf(NAME)!;
        return undefined;
      default:
        this.#plain(parent);
        return undefined;
    }
  }

  #bracketed(): void {
    const cursor = this.#cursor;
    const text = this.#text;
    const closing: string[] = [];
    let isBehindValue = false;
    do {
      const character = text[cursor.at];
      if (character === undefined) return this.#giveUp();
      if (this.#isMark(cursor.at)) return this.#giveUp();
      const isValue = !/[,:\]}]/.test(character);
      if (isValue && isBehindValue) return this.#giveUp();
      isBehindValue = isValue;
      switch (character) {
        case "[":
        case "{":
          closing.push(character === "[" ? "]" : "}");
          isBehindValue = false;
          cursor.at++;
          break;
        case "]":
        case "}":
          if (closing.pop() !== character) return this.#giveUp();
          isBehindValue = true;
          cursor.at++;
          break;
        case ",":
        case ":":
          if (cursor.column === 0) return this.#giveUp();
          cursor.at++;
          break;
        case '"':
        case "'":
          this.#quoted();
          break;
        case "&":
        case "!":
        case "*":
          isBehindValue = character === "*";
          cursor.at = cursor.endOf(NAME)!;
          break;
        default: {
          if (/[|>%@`]/.test(character)) return this.#giveUp();
          if (cursor.endOf(DASH) !== undefined) this.#dashInBrackets();
          else this.#plainInBrackets();
        }
      }
      if (!this.#isSure) return;
      const colon = isBehindValue ? cursor.endOf(COLON_IN_BRACKETS) : undefined;
      if (colon !== undefined) {
        cursor.at = colon;
        isBehindValue = false;
      }
      if (closing.length > 0) this.#skip();
    } while (closing.length > 0);
  }

  /** Alone it is a text to Falco's parser; to the package it begins an item. */
  #dashInBrackets(): void {
    const start = this.#cursor.at++;
    this.#take("dash", start, start + 1);
    this.#edits.push({ start, end: start + 1, of: "word" });
  }

  /** Moves to where a text without quotes ends on its line; `shape` ends before what may end it. */
  #endOfPlain(shape: RegExp): number {
    const cursor = this.#cursor;
    const text = this.#text;
    const stops = shape === PLAIN ? /[\s]/ : /[\s,\]}]/;
    for (;; cursor.at++) {
      cursor.at = cursor.endOf(shape)!;
      const stop = text[cursor.at];
      const goesOn = stop === ":"
        ? !stops.test(text[cursor.at + 1] ?? " ")
        : stop === "#" && !/\s/.test(text[cursor.at - 1]!);
      if (!goesOn) return cursor.at;
    }
  }

  #plainInBrackets(): void {
    const cursor = this.#cursor;
    const text = this.#text;
    for (;;) {
      const end = this.#endOfPlain(PLAIN_IN_BRACKETS);
      const next = end + /^\s*/.exec(text.slice(end))![0].length;
      if (next === end || next >= text.length || ",:?[]{}#".includes(text[next]!)) return;
      cursor.at = next;
      cursor.lineStart = text.lastIndexOf("\n", next - 1) + 1;
      if (this.#isMark(cursor.at)) return this.#giveUp();
    }
  }

  #quoted(): void {
    const cursor = this.#cursor;
    const text = this.#text;
    const quote = text[cursor.at++]!;
    for (;; cursor.at++) {
      const character = text[cursor.at];
      if (character === undefined) return this.#giveUp();
      if (character === "\n") {
        cursor.lineStart = cursor.at + 1;
        if (this.#isMark(cursor.at + 1)) return this.#giveUp();
      } else if (character === quote) {
        if (quote === '"' || text[cursor.at + 1] !== "'") break;
        cursor.at++;
      } else if (character === "\\" && quote === '"') {
        if (text[cursor.at + 1] === "'") {
          this.#take("escape", cursor.at, cursor.at + 2);
          this.#edits.push({ start: cursor.at, end: cursor.at + 2, of: "all" });
        }
        if (text[cursor.at + 1] !== "\n") cursor.at++;
      }
    }
    cursor.at++;
  }

  #block(parent: number): void {
    const cursor = this.#cursor;
    const text = this.#text;
    const header = cursor.endOf(HEADER)!;
    const digit = /[1-9]/.exec(text.slice(cursor.at, header))?.[0];
    cursor.at = header;
    if (text[header] === "#") this.#comment();
    if (!/^\r?(?:\n|$)/.test(text.slice(cursor.at, cursor.at + 2))) return this.#giveUp();
    const least = Math.max(parent, 0) + (digit === undefined ? 1 : Number(digit));
    let indent = digit === undefined ? undefined : least;
    let at = Math.min(endOfLine(text, cursor.at) + 1, text.length);
    while (at < text.length) {
      const end = endOfLine(text, at);
      let first = at;
      while (text[first] === " ") first++;
      if (first < end && text[first] !== "\r") {
        indent ??= Math.max(least, first - at);
        if (first - at < indent) break;
      }
      at = Math.min(end + 1, text.length);
    }
    cursor.at = cursor.lineStart = at;
    this.#isFirst = true;
  }

  #plain(parent: number): void {
    const cursor = this.#cursor;
    const text = this.#text;
    const begin = cursor.at;
    for (;;) {
      const end = this.#endOfPlain(PLAIN);
      if (text[end] === ":" && text.slice(begin, end).includes("\n")) return this.#giveUp();
      if (text[end] === ":" || text[end] === "#" || end >= text.length) break;
      // The next line that is not empty goes on with it where it is deep enough.
      const [breaks] = /^\s*/.exec(text.slice(end))!;
      const next = end + breaks.length;
      const lineStart = text.lastIndexOf("\n", next - 1) + 1;
      const indent = text.slice(lineStart, next);
      if (lineStart <= end || next >= text.length || next - lineStart <= parent) break;
      if (text[next] === "#" || indent.slice(0, parent + 1).includes("\t")) break;
      if (this.#isMark(next)) break;
      cursor.at = next;
      cursor.lineStart = lineStart;
    }
    while (/[ \t]/.test(text[cursor.at - 1]!)) cursor.at--;
  }
}
