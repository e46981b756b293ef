import { assert, assertEquals } from "../../tests/assert.ts";
import { Report } from "./diagnostic.ts";

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
