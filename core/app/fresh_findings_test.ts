import { assertEquals } from "../../tests/assert.ts";
import { type Diagnostic, SourceText } from "../base/mod.ts";
import { FreshFindings } from "./fresh_findings.ts";

const RULES = "- macro: a\n- macro: b\n";

/** `a` stands in the line after so many others. */
function unused(
  name: string,
  { linesBefore = 0, file = "rules.yaml", note = "" } = {},
): Diagnostic {
  const text = new SourceText(file, "# more\n".repeat(linesBefore) + RULES);
  const start = text.text.indexOf(`: ${name}`) + 2;
  return {
    code: "R021",
    severity: "warning",
    title: "nobody uses this macro",
    at: text.span(start, start + 1),
    ...note !== "" && { notes: [{ message: note }] },
    group: { key: "unused", title: (count) => `nobody uses ${count} macros` },
  };
}

const TAKEN = { isTaken: true };

function shown(findings: FreshFindings, ...diagnostics: readonly Diagnostic[]) {
  const retold = findings.of({ diagnostics, suppressed: 0 }, TAKEN);
  return [retold.diagnostics, retold.standing];
}

function knowing(...diagnostics: readonly Diagnostic[]): FreshFindings {
  return new FreshFindings({ diagnostics, suppressed: 0 });
}

Deno.test("FreshFindings knows a warning again in the line that it has moved to", () => {
  const findings = knowing(unused("a", { note: "used in falco.yaml:12" }));
  assertEquals(shown(findings, unused("a", { linesBefore: 3, note: "used in falco.yaml:15" })), [
    [],
    1,
  ]);
});

Deno.test("FreshFindings takes the same words about another line, or file, as new", () => {
  const findings = knowing(unused("a"));
  const b = unused("b"), elsewhere = unused("a", { file: "other.yaml" });
  assertEquals(shown(findings, unused("a"), b, elsewhere), [[b, elsewhere], 1]);
});

Deno.test("FreshFindings counts what is found several times, and what people see as one as one", () => {
  const again = unused("a");
  const findings = knowing(unused("a"), unused("b"));
  assertEquals(shown(findings, unused("a"), again, unused("b")), [[again], 1]);
});
