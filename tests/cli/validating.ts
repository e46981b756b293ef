/** What tests of `falcod validate` share. */
import { assertEquals } from "../assert.ts";
import { falcod } from "./program.ts";

/** A rule file of one rule; `more` are further lines of it. */
export const rule = (condition: string, more = "") => `
- rule: a rule
  desc: for a test
  condition: ${condition}
  output: seen %proc.name
  priority: WARNING
${more}`;

export const GOOD = rule("evt.type = execve and proc.name = cat");

export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly help?: string;
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
}

/** Of one file, with what is wrong in it. */
export async function diagnosticsOf(path: string): Promise<JsonDiagnostic[]> {
  const { code, out, error } = await falcod(["validate", "--json", path]);
  assertEquals([code, error], [1, ""], `${out}${error}`);
  const result = JSON.parse(out);
  assertEquals(result.ok, false);
  return result.diagnostics;
}

export async function errorsOf(path: string): Promise<JsonDiagnostic[]> {
  return (await diagnosticsOf(path)).filter(({ severity }) => severity === "error");
}
