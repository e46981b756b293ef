/** Lines for people in which others have their say: names, reasons, what is in files. */
// Not the face of core/alert: every start loads this file, and that one brings all fields with it.
import { escapeUnprintable } from "../alert/escape.ts";
import type { Output } from "./host.ts";

/** None of them can become two, or something that a terminal obeys. */
export function printLines(lines: readonly string[], output: Pick<Output, "write">): void {
  output.write(lines.map((line) => `${escapeUnprintable(line)}\n`).join(""));
}
