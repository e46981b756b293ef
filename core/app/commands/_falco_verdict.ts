/** `-V`: what became of rule files, a line each as Falco has it, with falcod's own words below. */
import { escapeUnprintable } from "../../alert/mod.ts";
import { type Report, toFile } from "../../base/mod.ts";
import type { Host } from "../host.ts";
import { loadResults } from "../load_results.ts";
import { printDiagnostics } from "../report.ts";

/** Errors of files go to standard output; warnings, and what is wrong elsewhere, to standard error. */
export function printFalcoVerdict(
  { report, ruleFiles }: { readonly report: Report; readonly ruleFiles: readonly string[] },
  host: Host,
): void {
  const { diagnostics } = report;
  const files = [...new Set(ruleFiles)];
  for (const { name, successful, warnings } of loadResults(files, diagnostics)) {
    const word = successful ? `Ok${warnings.length > 0 ? ", with warnings" : ""}` : "Invalid";
    host.out.write(`${escapeUnprintable(name)}: ${word}\n`);
    const errors = diagnostics.filter(({ at, severity }) =>
      severity === "error" && at !== undefined && toFile(at).source.name === name
    );
    printDiagnostics(errors, 0, { output: host.out });
  }
  const others = diagnostics.filter(({ at, severity }) => {
    if (severity === "info") return false;
    return severity === "warning" || at === undefined || !files.includes(toFile(at).source.name);
  });
  printDiagnostics(others, report.suppressed, { output: host.error });
}
