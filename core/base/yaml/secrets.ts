/**
 * Secrets that do not stand on the line of their key, where everybody looks for them: on those below it,
 * or where an alias finds them. Lines are looked at, not nodes: it is of broken files that lines are shown.
 */
import { hideSecrets } from "../hide_secrets.ts";
import type { SourceText } from "../text.ts";

/** Hides them for whoever shows lines of the source. */
export function hideSecretsBelow(source: SourceText): void {
  const found: Range[] = [];
  for (const next of new SecretScanner(source.text).run()) {
    const last = found.at(-1);
    const isNear = last && !source.text.slice(last.end, next.start).includes("\n");
    // Every line that is shown asks for all of them; nobody has so many.
    if (last && (isNear || found.length >= MAX_SECRETS)) {
      found[found.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
    } else found.push(next);
  }
  for (const { start, end } of found) source.hideSecret(start, end);
}

const MAX_SECRETS = 1000;
/** Of what quotes or brackets hold that may not be closed. */
const MAX_FLOW = 8192;

/** A key at the beginning of a line, an item or a member of a mapping in brackets. */
const KEY = /(?:^[ \t]*(?:[-?][ \t]+)*|([{,])[ \t]*)((["']?)[\w.-]{1,200}\3)[ \t]*:(?=\s|$)/gm;
const PROPERTIES = /[ \t]*(?:[&!]\S*(?:[ \t]+|(?=\s|$)))*/y;
const ALIAS = /(?<![^\s,[{])\*([^\s,[\]{}]+)/g;
const ANCHOR = /(?<![^\s,[{:-])&([^\s,[\]{}]+)[ \t]*/g;
/** What begins a line that is no text: a key, an item, a document, the end of what is in brackets. */
const STRUCTURE =
  /[ \t]*(?:(["']?)[\w.-]+\1[ \t]*:(?=\s|$)|-(?=\s|$)|---|\.\.\.|[\]}][\]},]*[ \t\r]*(?:#|$))/my;
const MAPPING = /[ \t]*(?:\{|(["']?)[\w.-]+\1[ \t]*:(?=\s|$))/y;
/** It is somewhere else: in the environment. */
const ELSEWHERE = /["']?\$\{/y;

interface Range {
  readonly start: number;
  readonly end: number;
}

class SecretScanner {
  readonly #found: Range[] = [];
  readonly #aliases = new Set<string>();
  readonly #isSecret = new Map<string, boolean>();
  /** The one that was asked for last: it may be long, and asked for often. */
  #line: Range = { start: 0, end: -1 };

  constructor(readonly text: string) {}

  run(): readonly Range[] {
    KEY.lastIndex = 0;
    for (let match; (match = KEY.exec(this.text));) {
      const [all, opens, key = ""] = match;
      if (!this.#names(key)) continue;
      const from = KEY.lastIndex;
      const end = opens === undefined
        ? this.#value(from, all.lastIndexOf(key))
        : this.#member(from);
      KEY.lastIndex = Math.max(from, end);
    }
    this.#anchors();
    return this.#found.sort((a, b) => a.start - b.start);
  }

  #names(key: string): boolean {
    let isSecret = this.#isSecret.get(key);
    if (isSecret === undefined) {
      const line = `${key}: x`;
      this.#isSecret.set(key, isSecret = hideSecrets(line) !== line);
    }
    return isSecret;
  }

  /** Values that aliases below such keys stand for. */
  #anchors(): void {
    if (this.#aliases.size === 0) return;
    let done = 0;
    for (const { 0: all, 1: name, index } of this.text.matchAll(ANCHOR)) {
      if (index < done || !this.#aliases.has(name!)) continue;
      const start = index + all.length;
      const line = this.#lineOf(index);
      const indent = this.#behindBlanks(line.start) - line.start;
      this.#hide(start, line.end);
      done = Math.max(line.end, this.#value(start, indent));
    }
  }

  /** Hides what of the value behind `from` stands on further lines; returns where it ends. */
  #value(from: number, column: number): number {
    const { text } = this;
    const start = endOf(PROPERTIES, text, from)!;
    if (matches(ELSEWHERE, text, start) || text[start] === "{") return start;
    const { end: lineEnd } = this.#lineOf(from);
    const end = this.#endOfLines(start, { lineEnd, column });
    this.#noteAliases(start, end);
    this.#hide(lineEnd, end);
    return end;
  }

  /** The same in a mapping in brackets. */
  #member(from: number): number {
    const { text } = this;
    const start = from + /^\s*/.exec(text.slice(from, from + MAX_FLOW))![0].length;
    if (matches(ELSEWHERE, text, start) || text[start] === "{") return start;
    let end = start;
    if (/["'[]/.test(text[start] ?? "")) end = this.#closing(start) + 1;
    else while (end < start + MAX_FLOW && !/[,}\]]/.test(text[end] ?? "}")) end++;
    this.#noteAliases(start, end);
    const lineEnd = text.slice(from, end).indexOf("\n");
    if (lineEnd >= 0) this.#hide(from + lineEnd, end);
    return end;
  }

  #noteAliases(start: number, end: number): void {
    for (const [, name] of this.text.slice(start, end).matchAll(ALIAS)) this.#aliases.add(name!);
  }

  /** The lines below that go on with a value, or are all of it. */
  #endOfLines(start: number, { lineEnd, column }: { lineEnd: number; column: number }): number {
    const { text } = this;
    const first = text[start]!;
    const isBlock = first === "|" || first === ">";
    const isBelow = start >= lineEnd || first === "#" || first === "\r";
    const closesAt = /["'[]/.test(first) ? this.#closing(start) : undefined;
    let isMissing = isBelow || isBlock, isList = false, end = lineEnd;
    for (let at = lineEnd + 1; at < text.length;) {
      const next = this.#lineOf(at).end;
      const content = this.#behindBlanks(at);
      const isEmpty = content >= next || text[content] === "\r";
      const isComment = text[content] === "#" && !isBlock;
      if (!isEmpty && !isComment) {
        const isDeeper = content - at > column || text[at] === "\t";
        const isOpen = closesAt !== undefined && closesAt > at;
        const isItem = text[content] === "-" && /\s/.test(text[content + 1] ?? " ");
        if (isBelow && isMissing) {
          if (matches(ELSEWHERE, text, content)) return end;
          if (isDeeper && matches(MAPPING, text, content)) return end;
          isList = isItem && content - at >= column;
        }
        const isText = !matches(STRUCTURE, text, content);
        // Items may stand a little too far left.
        const isOfList = isList && (isDeeper || isItem && content - at >= column - 1);
        const goesOn = isOfList || isDeeper && isBlock || isOpen && (isDeeper || isText) ||
          isText && (isDeeper || isMissing);
        if (!goesOn) break;
        isMissing = false;
        end = next;
      }
      at = next + 1;
    }
    return end;
  }

  /** Where quotes or brackets close that open at `start`. */
  #closing(start: number): number {
    const { text } = this;
    let quote = "", depth = 0;
    const most = Math.min(text.length, start + MAX_FLOW);
    for (let at = start; at < most; at++) {
      const character = text[at]!;
      if (quote !== "") {
        if (character === "\\" && quote === '"') at++;
        else if (character === quote) quote = "";
      } else if (character === '"' || character === "'") quote = character;
      else if (character === "[" || character === "{") depth++;
      else if (character === "]" || character === "}") depth--;
      if (quote === "" && depth <= 0) return at;
    }
    return most;
  }

  #hide(start: number, end: number): void {
    const { text } = this;
    while (start < end && /\s/.test(text[start]!)) start++;
    while (start < end && /\s/.test(text[end - 1]!)) end--;
    if (start < end) this.#found.push({ start, end });
  }

  #lineOf(offset: number): Range {
    const { text } = this;
    if (offset < this.#line.start || offset > this.#line.end) {
      const end = text.indexOf("\n", offset);
      const start = text.lastIndexOf("\n", offset - 1) + 1;
      this.#line = { start, end: end < 0 ? text.length : end };
    }
    return this.#line;
  }

  #behindBlanks(at: number): number {
    while (this.text[at] === " " || this.text[at] === "\t") at++;
    return at;
  }
}

function endOf(shape: RegExp, text: string, at: number): number | undefined {
  shape.lastIndex = at;
  return shape.test(text) ? shape.lastIndex : undefined;
}

function matches(shape: RegExp, text: string, at: number): boolean {
  return endOf(shape, text, at) !== undefined;
}
