/**
 * What the parser that Falco is built with (yaml-cpp, a little newer than 0.8) takes although it is no
 * YAML: files that work there have to work here. Each such place is told as a warning, as other readers
 * refuse it.
 */
import type { Report } from "../diagnostic.ts";
import type { SourceText } from "../text.ts";
import { LibertyScanner } from "./liberty_scanner.ts";

export type LibertyKind = "comment" | "tab" | "column" | "escape" | "dash" | "margin";

export interface Liberty {
  readonly kind: LibertyKind;
  readonly start: number;
  readonly end: number;
}

/** The same written as YAML, with everything in its place. */
export interface Straightened {
  /** One for each list, where the items of the next begin left of it; elsewhere these are blank. */
  readonly texts: readonly string[];
  readonly liberties: readonly Liberty[];
}

/** Nothing where no liberty is taken, or where the text is too odd to be sure. */
export function straightened(text: string): Straightened | undefined {
  return new LibertyScanner(text).run();
}

const TOLD: Readonly<Record<LibertyKind, { one: string; more: string; help: string }>> = {
  comment: {
    one: 'a blank is missing before this "#"',
    more: 'comments have no blank before their "#"',
    help: 'write a blank before the "#"',
  },
  tab: {
    one: "a tab indents this line",
    more: "lines are indented by tabs",
    help: "replace the tab by blanks",
  },
  column: {
    one: "this line is indented no deeper than what it belongs to",
    more: "lines are indented no deeper than what they belong to",
    help: "indent it deeper: what it belongs to ends for other readers before it",
  },
  escape: {
    one: `"\\'" is no escape in a double-quoted text`,
    more: `"\\'" are no escapes in a double-quoted text`,
    help: "write ' alone",
  },
  dash: {
    one: 'this "-" alone in brackets is no text',
    more: '"-" alone in brackets are no texts',
    help: 'put it in quotes: "-"',
  },
  margin: {
    one: "this item stands left of those above it",
    more: "items stand left of those above them",
    help: "indent all items of the file alike",
  },
};

/** One warning for all places of a kind: a list with tabs has one in each line. */
export function reportLiberties(
  liberties: readonly Liberty[],
  source: SourceText,
  report: Report,
): void {
  for (const [kind, places] of Map.groupBy(liberties, (found) => found.kind)) {
    const { start, end } = places[0]!;
    const { one, more, help } = TOLD[kind];
    report.add({
      code: "Y031",
      severity: "warning",
      title: `${places.length === 1 ? one : `${places.length} ${more}`}; only Falco takes that`,
      at: source.span(start, end),
      help,
    });
  }
}
