/** A rule's or macro's condition as one text: what was written, what was appended, the exceptions. */
import { type Report, type SourceText, TextJoiner } from "../base/mod.ts";
import { joinException } from "./_exception_text.ts";
import type { RuleException } from "./exception.ts";
import type { ListDraft } from "./merge.ts";

/** The condition and what was appended to it. */
export function joinTexts(texts: readonly SourceText[]): SourceText {
  const [first, ...more] = texts;
  if (more.length === 0) return first!;
  const joiner = new TextJoiner().add(first!);
  for (const text of more) joiner.addFor(text.all, " ").add(text);
  return joiner.build(first!.name);
}

/** With exceptions, the condition in brackets as Falco puts it; nothing after reporting. */
export function withExceptions(
  text: SourceText,
  exceptions: readonly RuleException[],
  report: Report,
): SourceText | undefined {
  if (exceptions.every(({ values }) => values.length === 0)) return text;
  const joiner = new TextJoiner().addFor(text.all, "(").add(text).addFor(text.all, ")");
  const fine = exceptions.map((exception) => joinException(joiner, exception, report));
  return fine.includes(false) ? undefined : joiner.build(text.name);
}

/** What a condition can name: anything else is a list only by being put in as text. */
export const LIST_NAME = /^[^()"'\s=,]+$/;

/** The lists that a condition cannot name, which are hardly ever any. */
export function oddListsOf(lists: Iterable<ListDraft>): readonly ListDraft[] {
  return [...lists].filter(({ name }) => !LIST_NAME.test(name));
}

/**
 * The text with the items of odd lists in the place of their names: `in (my shells)`. Falco puts in all
 * lists that way. What stands in quotes is left alone.
 */
export function placeOddLists(
  text: SourceText,
  oddLists: readonly ListDraft[],
  use: (name: string) => void,
): SourceText {
  for (const { name, items } of oddLists) {
    if (!text.text.includes(name)) continue;
    const joiner = new TextJoiner();
    let from = 0;
    for (const at of placesOf(name, text.text)) {
      const span = text.span(at, at + name.length);
      joiner.add(text.slice(from, at)).addFor(span, items.map(quoted).join(", "));
      from = at + name.length;
    }
    if (from === 0) continue;
    use(name);
    text = joiner.add(text.slice(from, text.text.length)).build(text.name);
  }
  return text;
}

function* placesOf(name: string, text: string): Generator<number> {
  for (const { 0: part, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"']+/gs)) {
    if (/^["']/.test(part)) continue;
    for (let at = part.indexOf(name); at >= 0; at = part.indexOf(name, at + name.length)) {
      const [before = " ", after = " "] = [part[at - 1], part[at + name.length]];
      if (DELIMITERS.includes(before) && DELIMITERS.includes(after)) yield index + at;
    }
  }
}

const DELIMITERS = " \t\n\r(),=";

function quoted({ text }: SourceText): string {
  return !/\s/.test(text) || /^["']/.test(text) ? text : JSON.stringify(text);
}
