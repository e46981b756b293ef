/**
 * Secrets of a text of YAML, wherever and however they are written: beside their key, on lines below
 * it, in what brackets hold, or where an alias finds them. Lines are looked at, not nodes: it is of
 * broken files that lines are shown.
 */
import { hideSecretsOfLine } from "../hide_secrets.ts";
import type { SourceText } from "../text.ts";
import { type KeyPlace, PROPERTY, SecretKeys } from "./secret_keys.ts";
import { endOf, INDICATORS, type Range, SecretLines } from "./secret_lines.ts";
import { SecretValues } from "./secret_values.ts";

const done = new WeakSet<SourceText>();

/** Hides them for whoever shows lines of the source; once, however often it is read. */
export function hideSecretsBelow(source: SourceText): void {
  if (done.has(source)) return;
  done.add(source);
  const { text } = source;
  const found: Range[] = [];
  let line: Range = { start: 0, end: -1 }, onLine = 0;
  for (const next of new SecretScanner(text).run()) {
    if (next.start > line.end) {
      line = lineAt(text, next.start);
      onLine = 0;
    }
    const last = found.at(-1);
    const isNear = last && next.start <= last.end;
    onLine++;
    const areMany = found.length >= MAX_SECRETS ||
      onLine > 1 && onLine * (line.end - line.start) > MAX_WORK;
    // Every line that is shown asks for all of them; nobody has so many.
    if (last && (isNear || areMany)) {
      found[found.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
    } else found.push(next);
  }
  for (const { start, end } of found) source.hideSecret(start, end);
}

function lineAt(text: string, offset: number): Range {
  const end = text.indexOf("\n", offset);
  return { start: text.lastIndexOf("\n", offset) + 1, end: end < 0 ? text.length : end };
}

const MAX_SECRETS = 1000;
/** Secrets of a line times its length: for each, the line is copied whenever it is shown. */
const MAX_WORK = 200_000;

/** Brackets that are a value, or all of an item, and not some characters of a text. */
const OPENS = new RegExp(
  String.raw`^(\ufeff?(?:---(?=[ \t]))?[ \t]*(?:[-?:][ \t]+)*)(?:${PROPERTY}[ \t]+){0,5}` +
    String.raw`(?:[^\n]{0,200}?:\S?[ \t]*)?` +
    String.raw`(?:${PROPERTY}[ \t]+){0,5}(?=[[{])`,
  "gm",
);
const ANCHOR = /&([^\s,[\]{}]+)[ \t]*/g;
/** Anchors that are found for aliases of what an anchor stands for. */
const MAX_ROUNDS = 5;

class SecretScanner {
  readonly #keys: SecretKeys;
  readonly #lines: SecretLines;
  readonly #values: SecretValues;
  /** What is in brackets, in order. */
  readonly #brackets: readonly Range[];

  constructor(readonly text: string) {
    this.#lines = new SecretLines(text);
    this.#keys = new SecretKeys(text, this.#lines);
    this.#values = new SecretValues(text, this.#keys, this.#lines);
    this.#brackets = [...this.#findBrackets()];
  }

  run(): readonly Range[] {
    for (let from = 0, key; (key = this.#keys.next(from));) {
      from = Math.max(key.end, this.#hideValueOf(key));
    }
    for (const key of this.#keys.explicit()) this.#values.hideValue(key.end, key.column);
    for (const { start, end, column } of this.#keys.withoutColon()) {
      const line = this.#lines.lineOf(start);
      const said = this.text.slice(line.start, Math.min(line.end, end + MAX_LINE));
      if (hideSecretsOfLine(said) !== said) this.#values.hideValue(end, column);
    }
    for (let round = 0, known = 0; round < MAX_ROUNDS; round++) {
      if (this.#values.aliases.size === known) break;
      known = this.#values.aliases.size;
      this.#hideAnchored();
    }
    return this.#values.found.sort((a, b) => a.start - b.start);
  }

  /** Returns where it ends. */
  #hideValueOf({ start, end, column, isMember }: KeyPlace): number {
    const brackets = this.#bracketsAround(start);
    if (brackets && end <= brackets.end) return this.#values.hideMember(end, brackets.end);
    if (!isMember && !brackets) return this.#values.hideValue(end, column);
    // Some bracket in a text, or what is left of a mapping.
    const line = this.#lines.lineOf(end - 1);
    const indent = this.#lines.behindBlanks(line.start) - line.start;
    // Its colon stands on a line below it.
    if (line.start > start) return this.#values.hideValue(end, Math.max(0, indent - 1));
    const limit = this.#lines.endOfText(line.end, indent);
    return this.#values.hideMember(end, Math.max(limit, this.#lines.endOfOpened(end, indent)));
  }

  /** Values that aliases in secrets stand for. */
  #hideAnchored(): void {
    let done = 0;
    for (const { 0: all, 1: name, index } of this.text.matchAll(ANCHOR)) {
      if (index < done || !this.#values.isAlias(name!)) continue;
      const start = index + all.length;
      const brackets = this.#bracketsAround(index);
      done = brackets
        ? this.#hideAnchoredMember(index, start, brackets)
        : this.#values.hideValue(start, this.#columnOf(index), {
          isItem: this.#isItem(index),
        });
    }
  }

  /** What a bracket is about that is never closed may as well be below its line. */
  #hideAnchoredMember(anchor: number, from: number, brackets: Range): number {
    const end = this.#values.hideMember(from, brackets.end);
    if (/[\]}]/.test(this.text[brackets.end - 1]!)) return end;
    return Math.max(end, this.#values.hideValue(from, this.#columnOf(anchor)));
  }

  /** What belongs to a value at `offset` stands right of it: the column of the key, or of the dash. */
  #columnOf(offset: number): number {
    const { start } = this.#lines.lineOf(offset);
    const content = this.#lines.behindBlanks(start);
    const key = endOf(INDICATORS, this.text, content)!;
    if (key >= offset) return content - start;
    // Of an item of an item, one may be too many.
    return key - start - (key - content > 2 ? 1 : 0);
  }

  /** Whether only dashes stand in front of it. */
  #isItem(offset: number): boolean {
    const content = this.#lines.behindBlanks(this.#lines.lineOf(offset).start);
    return content < offset && endOf(INDICATORS, this.text, content)! >= offset;
  }

  *#findBrackets(): Generator<Range> {
    OPENS.lastIndex = 0;
    for (let match; (match = OPENS.exec(this.text));) {
      const start = OPENS.lastIndex;
      const end = this.#lines.endOfBrackets(start, match[1]!.length);
      yield { start, end };
      OPENS.lastIndex = Math.max(end, start + 1);
    }
  }

  #bracketsAround(offset: number): Range | undefined {
    let low = 0, high = this.#brackets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#brackets[middle]!.start < offset) low = middle + 1;
      else high = middle;
    }
    const found = this.#brackets[low - 1];
    return found && offset < found.end ? found : undefined;
  }
}

/** Of a line that may be megabytes, as much as says whether it begins with a secret. */
const MAX_LINE = 2048;
