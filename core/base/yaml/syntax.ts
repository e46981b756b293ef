/** The package's errors and warnings of a document: which are told, and where nothing is right. */
import type { Document } from "yaml";
import type { Report } from "../diagnostic.ts";
import type { SourceText, Span } from "../text.ts";
import { explain, type Explained, IN_STREAM, isOfLines, itemStart, quote } from "./errors.ts";

/** Explaining one may search the whole file; garbage has an error at every character. */
const MAX_ERRORS = 200;

export interface Telling {
  /** Of these places nothing is to be said any more. */
  readonly told: readonly Span[];
  /** Tells what is known already of what stands before a place. */
  before(offset: number): void;
  /** What is known of an item beside its first mistake. */
  further(first: Explained): readonly Explained[];
}

/**
 * Reports a document's syntax errors and returns their places. One mistake often breaks what follows
 * it; of the errors within one item of the document's outer list the first is reported, and what is
 * known beside that.
 */
export function reportSyntax(
  source: SourceText,
  document: Document,
  report: Report,
  { told, before, further }: Telling,
): Span[] {
  const broken: Span[] = [];
  let itemOfLast = -1;
  let isOver = false;
  const errors = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]).slice(0, MAX_ERRORS);
  for (const error of errors) {
    const diagnostic = explain(source, document, error);
    // Where it began: the package's own place may already lie in the next item.
    const place = source.span(error.pos[0], error.pos[0]);
    const at = diagnostic.at ?? place;
    broken.push(at);
    // What a line makes of those beside it is as broken as the line.
    if (diagnostic.code === "Y023") broken.push(place);
    // What follows a document that a mistake has ended is no further mistake.
    const { line } = source.position(error.pos[0]);
    const isAtMargin = /^\S/.test(source.line(line)) && error.message.endsWith("at node end") &&
      diagnostic.code !== "Y023";
    if (isOver && (isAtMargin || IN_STREAM.test(error.message))) continue;
    isOver ||= isOfLines(error);
    const item = itemStart(source.text, at.start);
    if (item === itemOfLast) continue;
    itemOfLast = item;
    if (told.some(({ start }) => start === at.start)) continue;
    before(at.start);
    report.add(diagnostic);
    for (const other of further(diagnostic)) report.add(other);
  }
  for (const warning of document.warnings) {
    const known = warning.code === "TAG_RESOLVE_FAILED" || warning.code === "BAD_DIRECTIVE";
    if (!known) {
      broken.push(source.span(warning.pos[0], warning.pos[1]));
      if (warning.code !== "BAD_INDENT") {
        report.add(explain(source, document, warning));
      }
      continue;
    }
    report.add({
      code: "Y029",
      severity: "warning",
      title: `${quote(source, warning)} has no meaning here and is ignored`,
      at: source.span(warning.pos[0], warning.pos[1]),
      // `[!openat]` was meant as a text; to YAML it is an empty one with a tag.
      ...(/^ *(?:[,\]}\r\n]|$)/.test(source.text.slice(warning.pos[1])) &&
        { help: 'a value that begins with "!" has to be in quotes' }),
    });
  }
  return broken;
}
