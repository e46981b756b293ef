/** How diagnostics reach a person while falcod starts. */
import {
  type Diagnostic,
  grouped,
  inFileOrder,
  renderJson,
  renderText,
  type Report,
  toFile,
} from "../base/mod.ts";
import type { Logger } from "../plugin/mod.ts";
import { OPTION_SOURCE } from "./config/option.ts";
import type { Findings } from "./fresh_findings.ts";
import type { Host, Output } from "./host.ts";

/** Only what is wrong, for a command that is about something else. */
export function tellErrors(report: Report, host: Host): void {
  const errors = report.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  printDiagnostics(errors, report.suppressed, { output: host.error });
}

/** What `-o` says that is without effect, for a command that is about something else. */
export function tellOfOptions({ diagnostics }: Findings, host: Host): void {
  printDiagnostics(diagnostics.filter(isOfOption), 0, { output: host.error });
}

/** A warning of what `-o` says. */
export function isOfOption({ severity, at }: Diagnostic): boolean {
  return severity === "warning" && at !== undefined && toFile(at).source.name === OPTION_SOURCE;
}

/** Errors and warnings, for a command that has no log. */
export function tellWarnings(report: Findings, host: Host): void {
  const problems = report.diagnostics.filter((diagnostic) => diagnostic.severity !== "info");
  printDiagnostics(problems, report.suppressed, { output: host.error });
}

/** Errors and warnings with their lines of source; what is only informative goes to the log. */
export function tellProblems(report: Findings, host: Host, log: Logger): void {
  tellWarnings(report, host);
  for (const diagnostic of report.diagnostics) {
    if (diagnostic.severity !== "info") continue;
    if (isOfferNotTaken(diagnostic, host) || UNUSED.has(diagnostic.code)) {
      log.debug(inOneLine(diagnostic));
    } else log.info(inOneLine(diagnostic));
  }
}

/** Macros and lists that nothing uses: for who looks after the rules, with `falcod validate`. */
const UNUSED: ReadonlySet<string> = new Set(["R043", "R044"]);

/** The configuration that comes with falcod names files that whoever wants may make; few do. */
function isOfferNotTaken(
  { code, at }: Diagnostic,
  { rulesFolder }: Pick<Host, "rulesFolder">,
): boolean {
  return code === "C011" && at !== undefined &&
    toFile(at).source.name === `${rulesFolder}/falco.yaml`;
}

export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  suppressed: number,
  options: { readonly output: Output },
): void {
  const { output } = options;
  if (diagnostics.length === 0) return;
  const colour = output.hasColours ?? false;
  const ordered = inFileOrder(diagnostics);
  output.write(renderText(ordered, { colour }));
  if (suppressed > 0) output.write(`and ${suppressed} more\n`);
  const first = ordered.find(({ severity }) => severity === "error");
  // For somebody who looks at it now; logs and files keep to what was found.
  if (first && output.isTerminal) output.write(`\n${moreAbout(first)}\n`);
}

/** As many as people are shown. */
export function countWarnings(diagnostics: readonly Diagnostic[]): number {
  return grouped(diagnostics).filter(({ severity }) => severity === "warning").length;
}

/** For programs, in the order in which people are shown them. */
export function plainDiagnostics(diagnostics: readonly Diagnostic[]) {
  return renderJson(inFileOrder(diagnostics));
}

function moreAbout({ code }: Diagnostic): string {
  return `falcod explain-code ${code} says more about such a mistake.`;
}

function inOneLine({ title, notes }: Diagnostic): string {
  const details = (notes ?? []).map((note) => note.message);
  return details.length > 0 ? `${title}: ${details.join(", ")}` : title;
}
