import { assert, assertEquals } from "../../tests/assert.ts";
import { type ExtraField, type OutputTemplate } from "../alert/mod.ts";
import { Report, SourceText } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import { defineField, type FieldTable, staticFields } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import type { ExtraOutput } from "./extra_output.ts";
import { type LoadContext, loadRules } from "./load.ts";
import { readRuleFile } from "./read.ts";

const fields: FieldTable = new Map(
  [
    ...staticFields({ site: "north" }),
    defineField({ name: "evt.type", type: "CHARBUF", summary: "", extract: () => "open" }),
    defineField({ name: "evt.cpu", type: "INT16", summary: "", extract: () => 3 }),
    defineField({ name: "fd.name", type: "CHARBUF", summary: "", extract: () => "a\nb" }),
    defineField({
      name: "evt.buffer",
      type: "BYTEBUF",
      summary: "",
      extract: () => new Uint8Array([0xff]),
    }),
    defineField({ name: "fd.num", type: "INT64", summary: "", extract: () => undefined }),
    defineField({
      name: "container.id",
      type: "CHARBUF",
      summary: "",
      suggested: true,
      extract: () => "host",
    }),
  ].map((field) => [field.name, field] as const),
);

const RULES = `
- rule: tagged
  desc: d
  condition: evt.type = open and static.site = north
  output: first
  priority: INFO
  tags: [a, b]
- rule: plain
  desc: d
  condition: evt.type = open
  output: second
  priority: INFO
`;

const NOTHING: ExtraOutput = { tags: [], suggested: false, fields: [] };

function load(
  extras: readonly Partial<ExtraOutput>[],
  options: { readonly rules?: string } & Pick<LoadContext, "containerInfo" | "bytesFormat"> = {},
) {
  const { rules = RULES, ...more } = options;
  const report = new Report();
  const ruleset = loadRules([readRuleFile(new SourceText("rules.yaml", rules), report)], {
    fieldsOf: (source) => source === "syscall" || source === "other" ? fields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
    extraOutputs: extras.map((extra) => ({ ...NOTHING, ...extra })),
    ...more,
  }, report);
  return { outputs: ruleset?.rules.map(({ output }) => output) ?? [], report };
}

function render(output: OutputTemplate) {
  return output.render({} as Event, {} as State);
}

function messages(...extras: Partial<ExtraOutput>[]): string[] {
  return load(extras).outputs.map((output) => render(output).message);
}

const text = (written: string) => new SourceText("<extra>", written);

const extraField = (key: string, kind: ExtraField["kind"], written: string) => ({
  fields: [{ key, kind, text: text(written) }],
});

Deno.test("loadRules() appends texts to the outputs of all rules, in order", () => {
  assertEquals(messages({ text: text("cpu=%evt.cpu") }, { text: text("end") }), [
    "first cpu=3 end",
    "second cpu=3 end",
  ]);
});

Deno.test("loadRules() drops blanks around an output where a rule is defined, and nowhere else", () => {
  const outputOf = (override: string) => {
    const rules = `
- rule: r
  desc: d
  condition: evt.type = open
  output: "  first  "
  priority: INFO
- rule: r
  output: "  second  "
  override: {output: ${override}}
`;
    const { outputs: [output] } = load([{ text: text("  a  ") }, { text: text(" ") }], { rules });
    return render(output!).message;
  };
  assertEquals(outputOf("append"), "first   second     a    ");
  assertEquals(outputOf("replace"), "  second     a    ");
});

Deno.test("loadRules() appends only where source, rule and all tags agree", () => {
  const more = text("more");
  const both = ["first more", "second more"], none = ["first", "second"];
  assertEquals(messages({ text: more, source: "syscall" }), both);
  assertEquals(messages({ text: more, source: "k8s_audit" }), none);
  assertEquals(messages({ text: more, rule: "plain" }), ["first", "second more"]);
  assertEquals(messages({ text: more, tags: ["a", "b"] }), ["first more", "second"]);
  assertEquals(messages({ text: more, tags: ["a", "c"] }), none);
  assertEquals(messages({ text: more, rule: "plain", tags: ["a"] }), none);
});

Deno.test("loadRules() appends suggested fields, static ones among them", () => {
  assertEquals(messages({ suggested: true })[1], "second static_site=north container_id=host");
});

Deno.test("loadRules() adds extra fields beside the message: a value, or text", () => {
  const { outputs: [output] } = load([
    extraField("evt.cpu", "field", "%evt.cpu"),
    extraField("fd.num", "field", "%fd.num"),
    extraField("where", "text", "old"),
    extraField("where", "text", "in %fd.name, %fd.num"),
  ]);
  const { message, fields } = render(output!);
  assertEquals(message, "first");
  assertEquals([...fields], [["evt.cpu", 3], ["fd.num", null], ["where", "in a\nb, <NA>"]]);
  assertEquals(output!.fields.map(({ name }) => name), ["evt.cpu", "fd.num", "fd.name"]);
});

Deno.test("loadRules() tells a mistake in what is appended once, and where it is", () => {
  for (const extra of [{ text: text("%fd.nam") }, extraField("x", "text", "%fd.nam")]) {
    const { outputs, report } = load([extra]);
    assertEquals(outputs, []);
    assertEquals(report.diagnostics.map(({ code }) => code), ["A002"]);
  }
});

const INFO = text("c=%container.id");
/** The first rule asks for it, the third is for another source. */
const OLD_RULES = RULES.replace("output: first", "output: first (%container.info) end") + `
- rule: other
  desc: d
  condition: evt.type = open
  output: third
  priority: INFO
  source: other
`;

function oldMessages(everywhere: boolean, ...extras: Partial<ExtraOutput>[]): string[] {
  const { outputs } = load(extras, {
    rules: OLD_RULES,
    containerInfo: { text: INFO, everywhere },
  });
  return outputs.map((output) => render(output).message);
}

Deno.test("loadRules() puts container info in the place of %container.info", () => {
  assertEquals(oldMessages(false), ["first (c=host) end", "second", "third"]);
  assertEquals(oldMessages(true), ["first (c=host) end", "second c=host", "third"]);
  assertEquals(oldMessages(true, { text: text("more") }), [
    "first (c=host) end more",
    "second more c=host",
    "third more",
  ]);
});

Deno.test("loadRules() leaves container info out where fields are suggested", () => {
  assertEquals(oldMessages(true, { suggested: true }), [
    "first () end static_site=north container_id=host",
    "second static_site=north container_id=host",
    "third static_site=north container_id=host",
  ]);
});

Deno.test("loadRules() has bytes in outputs and extra fields print as the configuration says", () => {
  const extras = [{ text: text("%evt.buffer"), ...extraField("b", "text", "%evt.buffer") }];
  const { outputs: [output] } = load(extras, { bytesFormat: "base64" });
  const { message, fields } = render(output!);
  assertEquals([message, fields.get("b")], ["first /w==", "/w=="]);
});

Deno.test("loadRules() compiles a field once for all rules that get it, and for each way bytes print", () => {
  const extras = [extraField("b", "text", "%evt.buffer")];
  const { outputs } = load(extras);
  const [first, second] = outputs.map(({ extraFields }) => extraFields?.[0]?.template);
  assert(first && first === second);
  const [later] = load(extras, { bytesFormat: "base64" }).outputs;
  assertEquals([outputs[0]!, later!].map((output) => render(output).fields.get("b")), [
    ".",
    "/w==",
  ]);
});
