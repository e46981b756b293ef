import { conformanceSuite } from "./corpus.ts";
import { compile } from "./filter_fields.ts";

interface CompileCase {
  readonly filter: string;
  readonly expect: "ok" | "error";
  readonly error?: string;
  readonly warnings?: readonly { readonly msg: string }[];
}

conformanceSuite<CompileCase>({
  file: "filter-compile.jsonl",
  behaviour: "checkCondition() accepts and refuses operators, types and values as Falco does",
  name: ({ filter }) => filter,
  judge,
});

/** Codes of the warnings that Falco has, too. */
const SHARED_WARNINGS = ["F030", "F031", "F032"];

function judge({ filter, expect, error, warnings = [] }: CompileCase): string | undefined {
  const { condition, report } = compile(filter);
  const refused = condition === undefined;
  const problem = report.diagnostics.find(({ severity }) => severity === "error");
  if (refused !== (problem !== undefined)) {
    return "refused without saying why, or the other way round";
  }
  if (expect === "ok" && problem) return `refused: ${problem.title}`;
  if (expect === "error" && !problem) return `accepted, Falco says ${error}`;
  const warned = report.diagnostics.filter(({ code }) => SHARED_WARNINGS.includes(code)).length;
  if (warned === warnings.length) return undefined;
  return `${warned} warnings, Falco has ${warnings.length}`;
}
