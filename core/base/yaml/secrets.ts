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
  const found: Range[] = [];
  for (const next of new SecretScanner(source.text).run()) {
    const last = found.at(-1);
    const isNear = last && next.start <= last.end;
    // Every line that is shown asks for all of them; nobody has so many.
    if (last && (isNear || found.length >= MAX_SECRETS)) {
      found[found.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
    } else found.push(next);
  }
  for (const { start, end } of found) source.hideSecret(start, end);
}

const MAX_SECRETS = 1000;

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
    if (brackets) return this.#values.hideMember(end, brackets.end);
    if (!isMember) return this.#values.hideValue(end, column);
    // Some bracket in a text, or what is left of a mapping.
    const line = this.#lines.lineOf(start);
    const indent = this.#lines.behindBlanks(line.start) - line.start;
    return this.#values.hideMember(end, this.#lines.endOfText(line.end, indent));
  }

  /** Values that aliases in secrets stand for. */
  #hideAnchored(): void {
    let done = 0;
    for (const { 0: all, 1: name, index } of this.text.matchAll(ANCHOR)) {
      if (index < done || !this.#values.aliases.has(name!)) continue;
      const start = index + all.length;
      const brackets = this.#bracketsAround(index);
      done = brackets
        ? this.#values.hideMember(start, brackets.end)
        : this.#values.hideValue(start, this.#columnOf(index));
    }
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
