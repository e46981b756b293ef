import { assert, assertEquals } from "../../tests/assert.ts";
import { type Diagnostic, inFileOrder, Report } from "./diagnostic.ts";
import { SourceText } from "./text.ts";

Deno.test("Report keeps so many diagnostics and counts the others", () => {
  const report = new Report(2);
  for (const code of ["F001", "F002", "F003"]) report.add({ code, title: "wrong" });
  assertEquals(report.diagnostics.map(({ code }) => code), ["F001", "F002"]);
  assertEquals(report.suppressed, 1);
});

Deno.test("Report cuts texts that quote too much, and keeps how they end", () => {
  const report = new Report();
  const name = "x".repeat(3_000_000);
  report.add({
    code: "F016",
    title: `unknown macro "${name}" here`,
    help: `write ${name}`,
    notes: [{ message: name }],
  });
  const [{ title, help, notes }] = report.diagnostics as [typeof report.diagnostics[0]];
  assert(title.startsWith('unknown macro "xxx') && title.endsWith('" here'));
  assert(title.length < 600 && help!.length < 1100 && notes![0]!.message.length < 1100);
});

Deno.test("Report keeps as many errors as ever when it is full of warnings, and knows of all", () => {
  const report = new Report(2);
  const warn = () => report.add({ code: "F030", severity: "warning", title: "odd" });
  for (let i = 0; i < 5; i++) warn();
  assertEquals([report.hasErrors, report.isFullOfWarnings], [false, true]);
  for (const code of ["F001", "F002", "F003"]) report.add({ code, title: "wrong" });
  assertEquals(report.diagnostics.map(({ code }) => code), ["F030", "F030", "F001", "F002"]);
  assertEquals([report.hasErrors, report.suppressed], [true, 4]);
  const none = new Report(0);
  none.add({ code: "F001", title: "wrong" });
  assertEquals([none.hasErrors, none.diagnostics.length], [true, 0]);
});

Deno.test("Report asks for help only where the diagnostic is kept", () => {
  const report = new Report(1);
  let asked = 0;
  const help = () => `help ${++asked}`;
  for (let i = 0; i < 3; i++) report.add({ code: "F001", title: "wrong", help });
  assertEquals([asked, report.diagnostics[0]?.help], [1, "help 1"]);
});

Deno.test("Report takes over what a part has reported, and what it did not keep", () => {
  const report = new Report(3);
  report.add({ code: "F001", title: "wrong" });
  const part = report.part();
  for (const code of ["F002", "F003", "F004"]) part.add({ code, title: "wrong" });
  report.absorb(part, (found) => found.code === "F003" ? undefined : found);
  assertEquals(report.diagnostics.map(({ code }) => code), ["F001", "F002"]);
  assertEquals(report.suppressed, 1);
});

Deno.test("Report has an error stand where a warning was, and counts it as one", () => {
  const report = new Report();
  report.add({ code: "C033", severity: "warning", title: "unset", help: "set it" });
  report.add({ code: "F030", severity: "warning", title: "odd" });
  assertEquals(report.hasErrors, false);
  const error = report.makeError(report.diagnostics[0]!, [{ message: "no address" }]);
  assertEquals(report.diagnostics.map(({ code, severity }) => [code, severity]), [
    ["C033", "error"],
    ["F030", "warning"],
  ]);
  assertEquals([report.diagnostics[0], error.help, error.notes], [error, "set it", [{
    message: "no address",
  }]]);
  assertEquals([report.hasErrors, report.count], [true, 2]);
});

Deno.test("inFileOrder() goes through each file from its beginning, texts inside it too", () => {
  const a = new SourceText("a.yaml", "one\ntwo\nthree\n"), b = new SourceText("b.yaml", "four\n");
  const found = (title: string, source?: SourceText, start = 0): Diagnostic => (
    { code: "R001", severity: "error", title, at: source?.span(start, start + 3) }
  );
  const inside = found("2", a.slice(4, 7));
  const ordered = inFileOrder([found("3", a, 8), found("4", b), inside, found("0"), found("1", a)]);
  assertEquals(ordered.map(({ title }) => title), ["0", "1", "2", "3", "4"]);
  assertEquals(ordered[2], inside);
});
