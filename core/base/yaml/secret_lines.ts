/** Lines of a text whose secrets are looked for, and where what opens in them closes. */

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What begins a line that is no text: a key, an item, a document, the end of what is in brackets. */
const STRUCTURE =
  /[ \t]*(?:(["']?)[\w.-]+\1[ \t]*:(?=\s|$)|[-?:](?=\s|$)|---|\.\.\.|[\]}][\]},]*[ \t\r]*(?:#|$))/my;
const ITEM_OF_TEXT = /[ \t]*-(?=\s|$)(?![ \t]+(["']?)[\w.-]+\1[ \t]*:(?=\s|$))/my;
/** What stands in front of a key on its line. */
export const INDICATORS = /[ \t]*(?:[-?:](?:[ \t]+|(?=\s|$)))*/y;
/** One too many in front of a line. */
const SIGN = /[@*|>[\]{},&!%'"`][ \t]+/y;
const MARK = /---|\.\.\./y;
const BEHIND_QUOTE = /[ \t]*(?:[\r\n,\]}]|[ \t]#|$)/my;
/** What means something within brackets. */
const IN_BRACKETS = /["'#\n[\]{}]/g;
/** Of what a quote holds that may not be closed. */
const MAX_QUOTED = 8192;

export class SecretLines {
  /** The one that was asked for last: it may be long, and asked for often. */
  #line: Range = { start: 0, end: -1 };

  /** Lines with nothing in them, asked for last: each may be a comment that seems to be a key. */
  #empty: Range = { start: 0, end: 0 };

  constructor(readonly text: string) {}

  lineOf(offset: number): Range {
    const { text } = this;
    if (offset < this.#line.start || offset > this.#line.end) {
      const end = text.indexOf("\n", offset);
      const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
      this.#line = { start, end: end < 0 ? text.length : end };
    }
    return this.#line;
  }

  behindBlanks(at: number): number {
    while (this.text[at] === " " || this.text[at] === "\t") at++;
    return at;
  }

  /** Whether nothing follows on the line, or a comment only. */
  isOver(at: number): boolean {
    const { text } = this;
    return at >= text.length || text[at] === "\n" || text[at] === "\r" && text[at + 1] === "\n" ||
      text[at] === "#" && (at === 0 || /\s/.test(text[at - 1]!));
  }

  /** The line that something stands in, from the one on that begins at `at`. */
  behindEmpty(at: number): number {
    let next = at;
    while (next < this.text.length) {
      if (next >= this.#empty.start && next < this.#empty.end) next = this.#empty.end;
      else if (this.isOver(this.behindBlanks(next))) next = this.lineOf(next).end + 1;
      else break;
    }
    if (next > at) this.#empty = { start: at, end: next };
    return next;
  }

  /** Whether the line that begins there stands right of the column; how wide a tab is, nobody knows. */
  isDeeper(lineStart: number, column: number): boolean {
    const content = this.behindBlanks(lineStart);
    const behind = endOf(SIGN, this.text, content) ?? content;
    return behind - lineStart > column || this.text.slice(lineStart, content).includes("\t");
  }

  isStructure(at: number): boolean {
    return matches(STRUCTURE, this.text, at);
  }

  isMark(lineStart: number): boolean {
    return matches(MARK, this.text, lineStart);
  }

  /** Behind the lines that go on with a text whose first line ends at `lineEnd`. */
  endOfText(lineEnd: number, column: number): number {
    let end = lineEnd;
    for (let at = lineEnd + 1; at < this.text.length;) {
      const next = this.lineOf(at).end;
      const content = this.behindBlanks(at);
      if (!this.isOver(content)) {
        const isText = !this.isStructure(at) || matches(ITEM_OF_TEXT, this.text, at);
        if (!isText || !this.isDeeper(at, column)) break;
        end = next;
      }
      at = next + 1;
    }
    return end;
  }

  /** Behind the lines of a text block whose header stands in the line that ends at `lineEnd`. */
  endOfBlock(lineEnd: number, column: number): number {
    let end = lineEnd, isFirst = true;
    for (let at = lineEnd + 1; at < this.text.length;) {
      const next = this.lineOf(at).end;
      const content = this.behindBlanks(at);
      if (content < next && this.text[content] !== "\r") {
        // Where it is not as deep as it should be, the first line is meant all the same.
        const isMeant = isFirst && !this.isStructure(at) && this.text[content] !== "#";
        if (!this.isDeeper(at, column) && !isMeant) break;
        isFirst = false;
        end = next;
      }
      at = next + 1;
    }
    return end;
  }

  /** Behind a text in quotes; where they are not closed, behind the lines that seem to be in them. */
  endOfQuoted(start: number, column: number, limit = this.text.length): number {
    const close = this.#closingQuote(start, limit);
    if (close !== undefined && matches(BEHIND_QUOTE, this.text, close + 1)) return close + 1;
    let { end } = this.lineOf(start);
    if (close !== undefined && close < end) return close + 1;
    for (let at = end + 1; at < limit;) {
      const next = this.lineOf(at).end;
      const content = this.behindBlanks(at);
      if (content < next && this.text[content] !== "\r") {
        const isIn = close !== undefined && close >= at || close === undefined;
        const goesOn = this.isStructure(at)
          ? isIn && close !== undefined && this.isDeeper(at, column)
          : isIn || this.isDeeper(at, column);
        if (!goesOn || this.isMark(at)) break;
        end = next;
        if (close !== undefined && close < next) break;
      }
      at = next + 1;
    }
    return Math.min(end, limit);
  }

  /** Behind what quotes or brackets hold that open behind `at` on its line; `at` itself if none do. */
  endOfOpened(at: number, column: number): number {
    const start = this.behindBlanks(at);
    switch (this.text[start]) {
      case '"':
      case "'":
        return this.endOfQuoted(start, column);
      case "[":
      case "{":
        return this.endOfBrackets(start, column);
      default:
        return at;
    }
  }

  #closingQuote(start: number, limit: number): number | undefined {
    const { text } = this;
    const quote = text[start]!;
    const most = Math.min(limit, start + MAX_QUOTED);
    for (let at = start + 1; at < most; at++) {
      if (text[at] === "\\" && quote === '"') at++;
      else if (text[at] !== quote) continue;
      else if (quote === "'" && text[at + 1] === "'") at++;
      else return at;
    }
    return undefined;
  }

  /**
   * Behind the bracket that closes the one at `start`; where none does, before the line that stands no
   * deeper than the key in front of it and is another one.
   */
  endOfBrackets(start: number, column: number, limit = this.text.length): number {
    const { text } = this;
    let depth = 0;
    IN_BRACKETS.lastIndex = start;
    for (let match; (match = IN_BRACKETS.exec(text)) && match.index < limit;) {
      const { 0: character, index } = match;
      switch (character) {
        case "[":
        case "{":
          depth++;
          break;
        case "]":
        case "}":
          if (--depth === 0) return index + 1;
          break;
        case "#":
          if (/\s/.test(text[index - 1]!)) IN_BRACKETS.lastIndex = this.lineOf(index).end;
          break;
        case "\n": {
          const isOther = this.isMark(index + 1) ||
            !this.isDeeper(index + 1, column) && this.isStructure(index + 1) &&
              !/[\]}]/.test(text[this.behindBlanks(index + 1)]!);
          if (isOther) return index;
          break;
        }
        default:
          // Within a word it is an apostrophe.
          if (!/[\s,:[{]/.test(text[index - 1]!)) break;
          IN_BRACKETS.lastIndex = Math.max(index + 1, this.endOfQuoted(index, column, limit));
      }
    }
    return Math.min(limit, text.length);
  }
}

export function endOf(shape: RegExp, text: string, at: number): number | undefined {
  shape.lastIndex = at;
  return shape.test(text) ? shape.lastIndex : undefined;
}

export function matches(shape: RegExp, text: string, at: number): boolean {
  return endOf(shape, text, at) !== undefined;
}
