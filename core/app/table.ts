/** Lists for people: aligned columns on a terminal, tabs in a pipe. */
import { escapeUnprintable } from "../alert/mod.ts";
import { didYouMean, matchesWildcard } from "../base/mod.ts";
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
  const lines = [table.heads.map((head) => head.toUpperCase()), ...rows];
  const widths = table.heads.map((_, column) =>
    lines.reduce((width, line) => Math.max(width, (line[column] ?? "").length), 0)
  );
  const text = lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
  output.write(text.map((line) => `${line}\n`).join(""));
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
