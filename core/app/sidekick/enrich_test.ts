import { assertEquals } from "../../../tests/assert.ts";
import { sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import type { OutputValue } from "../../alert/mod.ts";
import { compileFieldTemplate } from "../../forward/mod.ts";
import { enrich, type EnrichSettings } from "./enrich.ts";

const NOTHING: EnrichSettings = {
  customFields: new Map(),
  templatedFields: new Map(),
  customTags: [],
  bracketReplacer: "",
  outputFormat: "",
};
const OUTPUT = "16:17:57.881785348: Warning An open was seen";

function template(text: string) {
  const compiled = compileFieldTemplate(text);
  if (typeof compiled !== "function") throw new Error(compiled.mistake);
  return compiled;
}

Deno.test("enrich() adds fields and tags, templates seeing what was added", () => {
  const alert = enrich(sampleAlert({ fields: new Map([["env", "own"]]), tags: ["b"] }), {
    ...NOTHING,
    customFields: new Map([["env", "prod"]]),
    templatedFields: new Map([["who", template('{{ index . "env" }}!')]]),
    customTags: ["a"],
  });
  assertEquals([...alert.fields], [["env", "prod"], ["who", "prod!"]]);
  assertEquals(alert.tags, ["a", "b"]);
});

Deno.test("enrich() replaces brackets in names of fields", () => {
  const fields = new Map<string, OutputValue>([["proc.aname[2]", "x"], ["a", 1]]);
  const alert = enrich(sampleAlert({ fields }), { ...NOTHING, bracketReplacer: "_" });
  assertEquals([...alert.fields], [["proc.aname_2", "x"], ["a", 1]]);
});

Deno.test("enrich() writes the line as outputfieldformat has it, without empty brackets", () => {
  const settings = {
    ...NOTHING,
    customFields: new Map([["env", "prod"], ["dc", "1"]]),
    outputFormat: "<priority> at <timestamp>: <output> (<custom_fields> <templated_fields>) <tags>",
  };
  const tags = ["b", "a"];
  assertEquals(
    enrich(sampleAlert({ output: OUTPUT, tags }), settings).output,
    "Warning at 16:17:57.881785348: An open was seen (env=prod dc=1 ) a,b",
  );
  const bare = { ...NOTHING, outputFormat: "<output> (<custom_fields> <templated_fields>)" };
  const alert = enrich(sampleAlert({ output: OUTPUT }), bare);
  assertEquals([alert.output, alert.message], ["An open was seen", "An open was seen"]);
  // Not one of Falco's lines.
  assertEquals(enrich(sampleAlert({ output: "hello" }), bare).output, "hello");
});

Deno.test("enrich() has what people read begin with time and priority, as falcosidekick does", () => {
  assertEquals(
    enrich(sampleAlert({ output: OUTPUT, message: "An open" }), NOTHING).message,
    OUTPUT,
  );
  for (const none of [{}, { output: "" }]) {
    assertEquals(enrich(sampleAlert({ ...none, message: "only" }), NOTHING).message, "only");
  }
});

Deno.test("enrich() gives every alert a name of its own", () => {
  const names = [1, 2].map(() => enrich(sampleAlert(), NOTHING).uuid!);
  assertEquals(new Set(names).size, 2);
  assertEquals(
    names.every((name) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(name)),
    true,
  );
});
