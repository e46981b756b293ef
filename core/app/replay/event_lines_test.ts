import { assertEquals } from "../../../tests/assert.ts";
import { type Diagnostic, Report, toFile } from "../../base/mod.ts";
import { syscallFields } from "../../field/mod.ts";
import type { Surroundings } from "../examine.ts";
import { eventLines, type LinesRequest } from "./event_lines.ts";

const surroundings: Surroundings = {
  source: "syscall",
  fields: syscallFields,
  names: { macro: () => undefined, list: () => undefined },
};

function codesOf(request: Partial<LinesRequest>): string[] {
  const report = new Report();
  const usual = { filter: undefined, print: undefined, fields: undefined, json: false };
  const lines = eventLines({ ...usual, ...request }, surroundings, report);
  assertEquals(lines === undefined, report.hasErrors);
  return report.diagnostics.map(({ code }) => code);
}

Deno.test("eventLines() takes conditions, outputs, and lists of fields with arguments", () => {
  assertEquals(codesOf({}), []);
  assertEquals(codesOf({ filter: "proc.name = cat" }), []);
  assertEquals(codesOf({ print: "%proc.name %evt.arg.flags" }), []);
  assertEquals(codesOf({ fields: "evt.num, proc.aname[2],evt.arg[0]", json: true }), []);
});

Deno.test("eventLines() tells of a field in a list as it was written", () => {
  const report = new Report();
  const request = { filter: undefined, print: undefined, fields: "evt.num,evt.nom", json: false };
  eventLines(request, surroundings, report);
  const [found] = report.diagnostics;
  assertEquals(found?.title, 'unknown field "evt.nom"');
  const { source, start, end } = toFile(found!.at!);
  assertEquals(source.text.slice(start, end), "evt.nom");
});

Deno.test("eventLines() warns of an output without a field, and says which are meant", () => {
  const report = new Report();
  const print = "evt.num proc.name";
  eventLines({ filter: undefined, print, fields: undefined, json: false }, surroundings, report);
  const [{ severity, help }, ...more] = report.diagnostics as [Diagnostic];
  assertEquals([severity, help, more], [
    "warning",
    "write %evt.num %proc.name, or --fields evt.num,proc.name",
    [],
  ]);
});

Deno.test("eventLines() says what is wrong", () => {
  assertEquals(codesOf({ filter: "proc.name =" }), ["F007"]);
  assertEquals(codesOf({ filter: "evt.nmu = 1" }), ["F012"]);
  assertEquals(codesOf({ print: "%proc.nmae" }), ["A002"]);
  assertEquals(codesOf({ fields: "evt.num,proc.nmae" }), ["A002"]);
});
