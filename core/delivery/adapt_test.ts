import { assertEquals } from "../../tests/assert.ts";
import { INTERNAL_SOURCE } from "../alert/mod.ts";
import { Report, SourceText } from "../base/mod.ts";
import { addFields, addTags, compileField, compileMessage } from "./adapt.ts";
import { alert } from "./testing.ts";

Deno.test("a template has the alert's own parts and the fields of its output", () => {
  const report = new Report();
  const text = "%alert.priority %alert.rule: %proc.name did %evt.arg.flags (%alert.field[ka.verb])";
  const adapt = compileMessage(new SourceText("template", text), report)!;
  const given = alert("m", {
    fields: new Map([["proc.name", "ca\nt"], ["evt.arg.flags", "O_RDONLY"]]),
  });
  assertEquals(adapt(given).message, "Notice r: ca\\nt did O_RDONLY (<NA>)");
  assertEquals([given.message, adapt(given).fields], ["m", given.fields]);
  const own = alert("as it is", { source: INTERNAL_SOURCE });
  assertEquals(adapt(own), own);
});

Deno.test("a template is made of the plain text of the output, and escapes it once", () => {
  const adapt = compileMessage(new SourceText("template", "[%alert.output]"), new Report())!;
  assertEquals(adapt(alert("a\\nb")).message, "[a\\nb]");
});

Deno.test("added fields do not take the place of those of the alert", () => {
  const adapt = addFields({ env: "test", "proc.name": "x" });
  assertEquals([...adapt(alert("m", { fields: new Map([["proc.name", "cat"]]) })).fields], [
    ["env", "test"],
    ["proc.name", "cat"],
  ]);
});

Deno.test("added tags come behind those of the alert, each once", () => {
  const given = alert("m", { tags: ["process", "b"] });
  assertEquals(addTags(["a", "b", "a"])(given).tags, ["process", "b", "a"]);
});

Deno.test("a field can be made of the alert, in plain text", () => {
  const source = new SourceText("field", "%proc.name on %alert.hostname");
  const adapt = compileField("who", source, new Report())!;
  const fields = new Map([["proc.name", "ca\nt\\"]]);
  assertEquals(adapt(alert("m", { fields })).fields.get("who"), "ca\nt\\ on h");
  assertEquals(adapt(alert("m", { fields: new Map([["who", "own"]]) })).fields.get("who"), "own");
});

Deno.test("a template is told how to have fields that alerts know by name only", () => {
  const report = new Report();
  compileMessage(new SourceText("template", "%ka.verb by %proc.nmae, %alert.prio"), report);
  assertEquals(report.diagnostics.map(({ code, help }) => [code, help]), [
    ["A002", "%alert.field[ka.verb] has it, where the rule's output does"],
    ["A002", 'did you mean "proc.name"?'],
    ["A002", 'did you mean "alert.priority"?'],
  ]);
});
