/** Values of secrets: how far they go, and what of them may be seen all the same. */
import { PROPERTY, type SecretKeys } from "./secret_keys.ts";
import { endOf, INDICATORS, matches, type Range, type SecretLines } from "./secret_lines.ts";

const PROPERTIES = new RegExp(`[ \\t]*(?:${PROPERTY}(?:[ \\t]+|(?=\\s|$)))*`, "y");
const MAPPING = new RegExp(
  `[ \\t]*(?:\\{|[?:](?=\\s)|(?:${PROPERTY}[ \\t]+){0,5}(?:(["']?)[\\w.-]+\\1[ \\t]*:(?=\\s|$)|<<:))`,
  "y",
);
/** It is somewhere else, in the environment, or nowhere: stars in place of nothing look like a value. */
const ELSEWHERE =
  /(["']?)(?:(?:\$\{[^}\n"']*\})+\1[ \t]*(?=[\r\n,}\]]|[ \t]#|$)|\$\{[\w.]*(?=["']?[ \t]*\r?(?:\n|$)))|(?:""|'')[ \t]*(?=[\r\n,}\]]|[ \t]#|$)/my;
const SIGN = /[!&*@%`,|>\]}](?=["'[{]|[!&]\S)/y;
const ALIAS = /\*([^\s,[\]{}*]+)/g;
/** Too many behind a name. */
const SIGNS_BEHIND = /[^\w-]+$/;
const SPACE_IN_BRACKETS = /(?:\s|(?<=\s)#[^\n]*)*/y;
const PLAIN_IN_BRACKETS = /(?:[^\s,[\]{}:#]|:(?![\s,[\]{}]|$)|(?<!\s)#|[ \t]+(?![\s,[\]{}:#]))+/y;
/** A bracket within a word is a part of it, or so it may have been meant. */
const END_OF_MEMBER = /,|[[\]{}](?![\w"'])|\n[ \t]*["']?[\w.-]+["']?[ \t]*:(?=\s)/g;

const WORD_BEHIND = new RegExp(
  `(?:(?:${PROPERTY}[ \\t]+)?(?:"[^"\\n]{0,1024}"|(?:'[^'\\n]{0,1024}'){1,20}|[\\w"'][^\\s,]*))?`,
  "y",
);
const NO_MEMBER =
  /[,}\]]\s*(?:[&!][^\s,[\]{}"']{0,200}[ \t]+)?(?:"[^"]*"|'[^']*'|[^\s,[\]{}:#]+(?:\s+[^\s,[\]{}:#]+){0,20})[ \t]*(?=[\r\n,[\]{}])/y;

const KEY_OF_LINE = /(["']?)([\w.-]+|<<)\1[ \t]*:(?=\s|$)/y;
/** Of a mapping in the place of a secret: what it says beside it, and what a secret is called there. */
const SHOWN = /^(?:file|path|user|username|name|type|kind|host|port|enabled|env|variable|region)$/i;
const KNOWN = /^(?:value|key|id|data|text|string|from|default|<<)$/i;
/** On a line: at most the sign that closes something. */
const NOTHING = /[\]}"',|>]?[ \t]*\r?(?:\n|$)/y;
/** In front of a value that stands below. */
const ONLY_SIGN = /[\]}"',:-][ \t]*(?:#|\r?(?:\n|$))/y;
/** As keys of configurations are. */
const WORD = /^[a-z][a-z\d_.-]{0,40}$/;
/** Nobody keeps these secret. */
const LITERAL = /(?:true|false|null|~|\d{1,5}[a-z]{0,2})[ \t]*(?=[\r\n,}\]]|[ \t]#|$)/my;
const SHOWN_VALUE = /(?:"[^"\\\n]*"|'[^'\n]*'|[^\s"'#&*!|>%@`{}[\],](?:[^\n,[\]{}#:]|:(?!\s))*)/y;

interface Below {
  /** Where an item may stand that belongs to it, however deep the column is. */
  readonly itemsFrom: number;
  readonly areKeysShown: boolean;
}

export class SecretValues {
  readonly found: Range[] = [];
  /** Names of aliases that are a part of some secret. */
  readonly aliases = new Set<string>();

  constructor(
    readonly text: string,
    readonly keys: SecretKeys,
    readonly lines: SecretLines,
  ) {}

  /**
   * Hides the value behind `from`, which is a part of what stands right of the column. Returns its end.
   * Beside what is itself an item, others may stand at the column.
   */
  hideValue(from: number, column: number, { isItem = false } = {}): number {
    const { text, lines } = this;
    const start = this.#behindProperties(from);
    const lineEnd = lines.lineOf(from).end;
    if (!lines.isOver(start) && !matches(ONLY_SIGN, text, start)) {
      return this.#hideFrom(from, { start, column, isItem });
    }
    this.#hide(from, start);
    // On a line below.
    for (let at = lines.behindEmpty(lineEnd + 1); at < text.length;) {
      const content = lines.behindBlanks(at);
      const { end } = lines.lineOf(at);
      const isDeeper = lines.isDeeper(at, column);
      const isDash = text[content] === "-" && /\s/.test(text[content + 1] ?? " ");
      // Items may stand a little too far left.
      const isList = isDash && content - at >= column - 1;
      if (isList || isDeeper && matches(MAPPING, text, content)) {
        const itemsFrom = isList ? column - 1 : Infinity;
        return this.#hideLines(at, column, { itemsFrom, areKeysShown: false }) ?? lineEnd;
      }
      const isValue = text[content] === ":" && /\s/.test(text[content + 1] ?? " ");
      if (isValue) {
        const start = lines.behindBlanks(content + 1);
        return this.#hideFrom(content, { start, column, isItem });
      }
      if (lines.isStructure(at)) return lineEnd;
      const first = this.#behindProperties(content);
      if (!lines.isOver(first)) return this.#hideFrom(content, { start: first, column, isItem });
      this.#hide(content, first);
      at = lines.behindEmpty(end + 1);
    }
    return lineEnd;
  }

  /** What begins at `start`, with properties in front of it from `from` on. */
  #hideFrom(
    from: number,
    { start, column, isItem }: {
      readonly start: number;
      readonly column: number;
      readonly isItem: boolean;
    },
  ): number {
    const { text, lines } = this;
    const { end: lineEnd } = lines.lineOf(start);
    const variable = endOf(ELSEWHERE, text, start);
    // What stands on lines of its own may be an item that has lost its dash; what stands behind a key
    // may have been a comment above the items.
    const isAlone = lines.behindBlanks(lines.lineOf(from).start) === from;
    const itemsFrom = isAlone ? column - 1 : isItem ? Infinity : column;
    let end = lineEnd;
    switch (variable === undefined ? text[start] : "elsewhere") {
      case "elsewhere":
        from = lineEnd;
        break;
      case "|":
      case ">":
        end = lines.endOfBlock(lineEnd, column);
        break;
      case '"':
      case "'":
        end = lines.endOfQuoted(start, column);
        break;
      case "[":
      case "{":
        end = lines.endOfBrackets(start, column);
        this.#hide(from, start);
        this.#hideBracketed(start, end);
        from = end;
    }
    // What is behind something that has ended may have been meant to go on with it.
    ({ end } = lines.lineOf(end));
    this.#hide(from, end);
    return this.#hideLines(end + 1, column, { itemsFrom, areKeysShown: true }) ?? end;
  }

  /** Hides the value of a member in brackets that close at `closesAt`. Returns its end. */
  hideMember(from: number, closesAt: number): number {
    const { text, lines } = this;
    const limit = endOf(WORD_BEHIND, text, closesAt)!;
    const skip = (at: number) => Math.min(limit, endOf(SPACE_IN_BRACKETS, text, at)!);
    const begin = skip(from);
    // A second colon is one too many.
    const isColon = text[begin] === ":" && /\s/.test(text[begin + 1] ?? "");
    let start = isColon ? skip(begin + 1) : begin;
    for (let next; (next = this.#behindProperties(start)) > start;) start = skip(next);
    if (start >= limit && /[[{]/.test(text[start] ?? "")) {
      // What closes directly before it was one too many.
      const end = lines.endOfBrackets(start, -1);
      this.#hideBracketed(start, end);
      return end;
    }
    if (start >= limit || /[,}\]]/.test(text[start]!)) {
      this.#hide(begin, start);
      // A sign too many in front of the value: what is no member is that.
      const next = Math.min(limit, endOf(NO_MEMBER, text, start) ?? start);
      this.#hide(start, next);
      return next;
    }
    const variable = endOf(ELSEWHERE, text, start);
    if (variable !== undefined) return variable;
    let end = start;
    if (matches(KEY_OF_LINE, text, start)) {
      // Of a mapping whose bracket is gone, nobody knows where it ends.
      end = limit;
      this.#hide(begin, end);
    } else if (text[start] === "[" || text[start] === "{") {
      end = lines.endOfBrackets(start, -1, limit);
      this.#hide(begin, start);
      this.#hideBracketed(start, end);
      if (end < limit && /[\w"']/.test(text[end]!)) {
        this.#hide(end, limit);
        end = limit;
      }
    } else {
      if (/["']/.test(text[start]!)) end = lines.endOfQuoted(start, -1, limit);
      this.#hide(begin, end);
    }
    END_OF_MEMBER.lastIndex = end;
    const next = END_OF_MEMBER.exec(text)?.index ?? limit;
    const rest = Math.min(next, limit);
    this.#hide(end, rest);
    end = Math.max(rest, end);
    if (limit > closesAt && end >= limit) return this.#hideText(limit);
    const more = text[end] === "," ? endOf(NO_MEMBER, text, end) : undefined;
    if (more === undefined || more > limit) return end;
    this.#hide(end + 1, more);
    return more;
  }

  /**
   * Hides what stands right of the column from `first` on, a line's beginning, but for keys: those that are
   * known, or all where they may be lines beside the secret that are indented wrongly. Returns the end of
   * the last one; absent: there is none.
   */
  #hideLines(
    first: number,
    column: number,
    { itemsFrom, areKeysShown }: Below,
  ): number | undefined {
    const { text, lines } = this;
    let end: number | undefined;
    for (let at = first; at < text.length;) {
      const line = lines.lineOf(at);
      const content = lines.behindBlanks(at);
      const isComment = text[content] === "#";
      const isEmpty = matches(NOTHING, text, content);
      if (isEmpty || isComment) {
        if (isComment && lines.isDeeper(at, column)) this.#hide(content, line.end);
        at = line.end + 1;
        continue;
      }
      const isItem = text[content] === "-" && /\s/.test(text[content + 1] ?? " ");
      const isIn = lines.isDeeper(at, column) || isItem && content - at >= itemsFrom;
      if (!isIn || lines.isMark(at)) break;
      const begin = endOf(INDICATORS, text, content)!;
      end = this.#hideLine(begin, begin - line.start, areKeysShown);
      at = end + 1;
    }
    return end;
  }

  /** A line of a collection, with those that its value goes on in. */
  #hideLine(begin: number, column: number, isKeyShown: boolean): number {
    const { text, lines } = this;
    const key = this.#behindProperties(begin);
    KEY_OF_LINE.lastIndex = key;
    const [all, , name] = KEY_OF_LINE.exec(text) ?? [];
    let start = begin;
    if (all !== undefined) {
      this.#hide(begin, key);
      if (!(isKeyShown && WORD.test(name!)) && !this.#mayBeSeen(name!)) {
        this.#hide(key, key + all.length);
      }
      start = lines.behindBlanks(key + all.length);
      const shown = this.#endOfShown(start, name!);
      if (shown !== undefined) {
        const { end } = lines.lineOf(start);
        this.#hide(shown, end);
        return end;
      }
    }
    const first = this.#behindProperties(start);
    if (lines.isOver(first)) {
      const { end } = lines.lineOf(start);
      this.#hide(start, end);
      return end;
    }
    const { end: lineEnd } = lines.lineOf(first);
    let end = lineEnd;
    switch (text[first]) {
      case "|":
      case ">":
        end = lines.endOfBlock(lineEnd, all === undefined ? column - 1 : column);
        break;
      case '"':
      case "'":
        end = lines.lineOf(lines.endOfQuoted(first, column - 1)).end;
        break;
      case "[":
      case "{": {
        const close = lines.endOfBrackets(first, column - 1);
        this.#hide(start, first);
        this.#hideBracketed(first, close);
        start = close;
        end = lines.lineOf(close).end;
      }
    }
    this.#hide(start, end);
    return end;
  }

  /** Lines that a text goes on with which a bracket stands in: it may not have closed there. */
  #hideText(from: number): number {
    const { lines } = this;
    if (!lines.isOver(lines.behindBlanks(from))) return from;
    const end = lines.endOfText(lines.lineOf(from).end, -1);
    this.#hide(from, end);
    return end;
  }

  /** Whether it is the name of an alias in some secret, or nearly so. */
  isAlias(name: string): boolean {
    return this.aliases.has(name) || this.aliases.has(name.replace(SIGNS_BEHIND, ""));
  }

  /** Hides what brackets hold, but for keys that are known. */
  #hideBracketed(start: number, end: number): void {
    const { text, lines } = this;
    for (let at = start; at < end;) {
      const from = at;
      const character = text[at]!;
      if (/[\s,[\]{}]/.test(character)) {
        at++;
        continue;
      }
      if (character === '"' || character === "'") at = lines.endOfQuoted(at, -1, end);
      else at = Math.min(end, endOf(PLAIN_IN_BRACKETS, text, at) ?? at + 1);
      const colon = lines.behindBlanks(at);
      const name = text.slice(from, at).replace(/^(["'])(.*)\1$/, "$2");
      if (text[colon] !== ":" || !this.#mayBeSeen(name)) {
        this.#hide(from, at);
        continue;
      }
      at = lines.behindBlanks(colon + 1);
      at = this.#endOfShown(at, name) ?? at;
    }
    this.#noteAliases(start, end);
  }

  #mayBeSeen(name: string): boolean {
    return name.length < 64 && (SHOWN.test(name) || KNOWN.test(name) || this.keys.names(name));
  }

  /** Where a value ends that may be seen; absent: it may not. */
  #endOfShown(start: number, name: string): number | undefined {
    const { text } = this;
    const end = endOf(LITERAL, text, start) ?? endOf(ELSEWHERE, text, start);
    return end ?? (SHOWN.test(name) ? endOf(SHOWN_VALUE, text, start) : undefined);
  }

  /** Also behind a sign too many in front of what opens there. */
  #behindProperties(at: number): number {
    const end = endOf(PROPERTIES, this.text, at)!;
    const behindSign = endOf(SIGN, this.text, end);
    return behindSign === undefined ? end : endOf(PROPERTIES, this.text, behindSign)!;
  }

  #noteAliases(start: number, end: number): void {
    for (const [, name] of this.text.slice(start, end).matchAll(ALIAS)) {
      this.aliases.add(name!).add(name!.replace(SIGNS_BEHIND, ""));
    }
  }

  #hide(start: number, end: number): void {
    const { text } = this;
    while (start < end && /\s/.test(text[start]!)) start++;
    while (start < end && /\s/.test(text[end - 1]!)) end--;
    if (start >= end) return;
    this.#noteAliases(start, end);
    this.found.push({ start, end });
  }
}
