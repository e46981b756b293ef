/** How `falcod plugin …` ends, and how it asks. */
import { escapeUnprintable } from "../../../alert/mod.ts";
import { PackageError } from "../../../plugin/store/mod.ts";
import { EXIT_FAILURE } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { readLines } from "../../lines.ts";
import { plainDiagnostics, printDiagnostics } from "../../report.ts";

/** The command's exit code; 1 and what is wrong, where a package or the folder is. */
export async function answered(
  { json }: { readonly json: boolean },
  host: Host,
  command: () => Promise<number>,
): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    const { diagnostics } = error;
    if (json) host.out.write(`${JSON.stringify({ diagnostics: plainDiagnostics(diagnostics) })}\n`);
    else printDiagnostics(diagnostics, 0, { output: host.error });
    return EXIT_FAILURE;
  }
}

export function canAsk({ input, error }: Host): boolean {
  return error.isTerminal && (input.isTerminal?.() ?? false);
}

const LONGEST_ANSWER = 100;

/** Anything but "y" and "yes" is no, the end of the input too. */
export async function agreed(question: string, host: Host): Promise<boolean> {
  host.error.write(`${escapeUnprintable(question)} [y/N] `);
  const { value: line } = await readLines(host.input, LONGEST_ANSWER).next();
  return line?.kind === "text" && /^\s*y(?:es)?\s*$/i.test(line.text);
}
