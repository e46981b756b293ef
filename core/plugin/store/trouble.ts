/** What goes wrong with packages, as it is told to people. */
import { type Diagnostic, Report } from "../../base/mod.ts";

/** A package that cannot be had or is not taken: one diagnostic or more, each with what to do. */
export class PackageError extends Error {
  override readonly name = "PackageError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(
    /** Of the first diagnostic. */
    readonly code: string,
    title: string,
    options: {
      readonly help?: string | undefined;
      readonly cause?: unknown;
      readonly diagnostics?: readonly Diagnostic[];
    } = {},
  ) {
    super(title, { cause: options.cause });
    const report = new Report();
    report.add({ code, title, help: options.help });
    this.diagnostics = options.diagnostics ?? report.diagnostics;
  }
}

/** Of what has been reported; there has to be an error. */
export function packageErrorOf(report: Report): PackageError {
  const first = report.diagnostics.find(({ severity }) => severity === "error")!;
  return new PackageError(first.code, first.title, { diagnostics: report.diagnostics });
}
