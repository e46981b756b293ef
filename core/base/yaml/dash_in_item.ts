/**
 * Items of a list that stand deeper than the one before: for YAML they are more lines of its text.
 *
 * ```
 * - a
 *  - b      one item, "a - b"
 * ```
 */
import type { Report } from "../diagnostic.ts";
import type { Span } from "../text.ts";
import type { YamlNode } from "./node.ts";

/** What such a line leaves in the text; hardly any has it, so that files are seldom looked at. */
const FOLDED_DASH = /\s-(?:\s|$)/;
const DASH_LINE = /\n[ \t]*(-(?:[ \t][^\r\n]*|(?=\r?\n|$)))/g;

export interface DashInItem {
  /** The first of the lines, without what indents it. */
  readonly at: Span;
  readonly count: number;
}

/** Of an item of a list without brackets; quotes and block scalars say where a text ends. */
export function dashInItem(item: YamlNode): DashInItem | undefined {
  if (item.kind !== "scalar" || item.style !== "plain" || !FOLDED_DASH.test(item.value)) {
    return undefined;
  }
  const { source, start, end } = item.span;
  let at: Span | undefined;
  let count = 0;
  for (const { index, 0: line, 1: shown } of source.text.slice(start, end).matchAll(DASH_LINE)) {
    const lineEnd = start + index + line.length;
    at ??= source.span(lineEnd - shown!.length, lineEnd);
    count++;
  }
  return at && { at, count };
}

/** `Y030`, a warning: it is right YAML, and Falco takes it. */
export function reportDashInItem(item: YamlNode, { at, count }: DashInItem, report: Report): void {
  const { source, start } = item.span;
  const [line = ""] = source.text.slice(start, at.start).split("\n", 1);
  const isOne = count === 1;
  report.add({
    code: "Y030",
    severity: "warning",
    title: isOne
      ? "this dash begins no item: its line goes on with the item above"
      : `${count} lines with a dash begin no items: they go on with the item above`,
    at,
    notes: [{
      message: "the item begins here",
      at: source.span(start, start + line.trimEnd().length),
    }],
    help: `indent ${isOne ? "it" : "each"} as that item is, or put the text in quotes if it is one`,
  });
}
