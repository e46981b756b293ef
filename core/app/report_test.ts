import { assertEquals } from "../../tests/assert.ts";
import { type Diagnostic, Report, SourceText } from "../base/mod.ts";
import type { Host } from "./host.ts";
import { createLogger } from "./log.ts";
import { printDiagnostics, tellProblems } from "./report.ts";

const error: Diagnostic = { code: "F012", severity: "error", title: "unknown field" };
const other: Diagnostic = { code: "R008", severity: "error", title: "neither true nor false" };
const warning: Diagnostic = { code: "R004", severity: "warning", title: "unknown key" };

function printed(diagnostics: readonly Diagnostic[], isTerminal: boolean): string {
  let text = "";
  const output = { write: (more: string) => void (text += more), isTerminal };
  printDiagnostics(diagnostics, 0, { output });
  return text;
}

Deno.test("printDiagnostics() ends on a terminal with where to read more, once", () => {
  assertEquals(
    printed([warning, error, other], true),
    "warning[R004]: unknown key\n\nerror[F012]: unknown field\n\n" +
      "error[R008]: neither true nor false\n\n" +
      "falcod explain-code F012 says more about such a mistake.\n",
  );
});

Deno.test("printDiagnostics() keeps to what was found in a file, and where nothing is wrong", () => {
  assertEquals(printed([error], false), "error[F012]: unknown field\n");
  assertEquals(printed([warning], true), "warning[R004]: unknown key\n");
});

Deno.test("printDiagnostics() goes through each file from its beginning", () => {
  const a = new SourceText("a.yaml", "one\ntwo\n"), b = new SourceText("b.yaml", "three\n");
  const found = (title: string, source: SourceText, start: number): Diagnostic => (
    { code: "R001", severity: "error", title, at: source.span(start, start + 3) }
  );
  const told = printed([found("second", a, 4), found("third", b, 0), found("first", a, 0)], false);
  assertEquals(told.match(/first|second|third/g), ["first", "second", "third"]);
});

Deno.test("printDiagnostics() shows what is wrong with a condition where it stands in its file", () => {
  const file = new SourceText("a.yaml", "one\ntwo\nthree\n");
  const found = (title: string, source: SourceText, start: number): Diagnostic => (
    { code: "R001", severity: "error", title, at: source.span(start, start + 3) }
  );
  const inside = found("2nd", file.slice(4, 7), 0);
  const told = printed([found("3rd", file, 8), inside, found("1st", file, 0)], false);
  assertEquals(told.match(/1st|2nd|3rd/g), ["1st", "2nd", "3rd"]);
});

Deno.test("tellProblems() says only at level debug what of falcod's own configuration is not there", () => {
  const told = (level: "info" | "debug", name: string) => {
    let text = "";
    const output = { write: (more: string) => void (text += more) };
    const report = new Report();
    const at = new SourceText(name, "rules_files: [x]\n").span(14, 15);
    report.add({ code: "C011", severity: "info", title: "x is not there", at });
    const host = { rulesFolder: "/ours", error: output } as unknown as Host;
    tellProblems(report, host, createLogger(output, { level, isoTime: true }));
    return text.includes("x is not there");
  };
  assertEquals(told("info", "/ours/falco.yaml"), false);
  assertEquals(told("debug", "/ours/falco.yaml"), true);
  assertEquals(told("info", "/etc/falcod/falco.yaml"), true);
});

Deno.test("tellProblems() says only at level debug which macros and lists nothing uses", () => {
  const told = (level: "info" | "debug") => {
    let text = "";
    const output = { write: (more: string) => void (text += more) };
    const report = new Report();
    for (const code of ["R043", "R044", "C007"]) {
      report.add({ code, severity: "info", title: code });
    }
    const host = { rulesFolder: "/ours", error: output } as unknown as Host;
    tellProblems(report, host, createLogger(output, { level, isoTime: true }));
    return text.match(/[RC]0\d\d/g);
  };
  assertEquals(told("info"), ["C007"]);
  assertEquals(told("debug"), ["R043", "R044", "C007"]);
});
