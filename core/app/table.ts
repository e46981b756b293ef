/** Lists for people: aligned columns on a terminal, tabs in a pipe. */
import { escapeUnprintable } from "../alert/mod.ts";
import { didYouMean, matchesWildcard } from "../base/mod.ts";
import { styled } from "./colour.ts";
import type { Output } from "./host.ts";

export interface Table {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** As a program that makes documents of it wants it. */
export function printMarkdown({ heads, rows }: Table, output: Output): void {
  const lines = [heads, heads.map(() => "---"), ...rows].map((cells) =>
    `| ${cells.map((cell) => escapeUnprintable(cell).replaceAll("|", "\\|")).join(" | ")} |\n`
  );
  output.write(lines.join(""));
}

/**
 * On a terminal with a head line and aligned; else one row a line, cells between tabs and no head, so
 * that `cut` and `awk` find them.
 */
export function printTable(table: Table, output: Output): void {
  const rows = table.rows.map((row) => row.map((cell) => escapeUnprintable(cell)));
  if (!output.isTerminal) {
    output.write(rows.map((row) => `${row.join("\t")}\n`).join(""));
    return;
  }
  const heads = table.heads.map((head) => head.toUpperCase());
  const widths = heads.map((head, column) =>
    rows.reduce((width, line) => Math.max(width, (line[column] ?? "").length), head.length)
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = (output.columns ?? Infinity) - before;
  const lineOf = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(GAP).trimEnd();
  const text = rows.map((row) => {
    const [first = "", ...rest] = wrapped(row.at(-1) ?? "", room);
    const line = lineOf([...row.slice(0, -1), first]);
    return [line, ...rest.map((more) => " ".repeat(before) + more)].join("\n") + "\n";
  });
  output.write(`${styled(lineOf(heads), "strong", output)}\n${text.join("")}`);
}

const GAP = "  ";
/** Where there is less room, the terminal breaks lines as it likes. */
const LEAST_ROOM = 20;

/** The words of a text in lines of that many characters. */
function wrapped(text: string, room: number): readonly string[] {
  if (text.length <= room || room < LEAST_ROOM) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Says that a list has nothing to show, and what might have been meant. */
export function nothingFound(
  what: string,
  pattern: string,
  options: { readonly names: Iterable<string>; readonly instead: string },
): string {
  const help = didYouMean(pattern.replaceAll("*", ""), options.names) ?? options.instead;
  return escapeUnprintable(`no ${what} "${pattern}"; ${help}`) + "\n";
}

/** Whether a name has the pattern in it; with a `*` in the pattern, whether it matches as a whole. */
export function nameFilter(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  if (!pattern.includes("*")) return (name) => name.includes(pattern);
  return (name) => matchesWildcard(pattern, name);
}
