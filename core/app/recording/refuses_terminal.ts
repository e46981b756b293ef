/** A capture on a terminal is of use to nobody, and may do anything to it. */
import type { Host } from "../host.ts";

/** Whether standard output is one, which is told, with how it was meant: `record -w -`. */
export function refusesTerminal(meant: string, { out, error }: Host): boolean {
  if (!out.isTerminal) return false;
  error.write("falcod: a capture is nothing to look at: standard output is a terminal\n");
  error.write(`  name a file, or have a program read it: falcod ${meant} | …\n`);
  return true;
}
