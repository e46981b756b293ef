import { assert, assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { configJsonSchema } from "./json_schema.ts";
import { configKeys } from "./keys.ts";
import { meaningsIn } from "./meanings.ts";
import { standardConfig } from "./schema.ts";

const ours = Deno.readTextFileSync(new URL("../../../rules/falco.yaml", import.meta.url));

Deno.test("configJsonSchema() takes numbers and truth values as they are written, or as texts", () => {
  const { properties = {}, additionalProperties } = configJsonSchema();
  assertEquals(additionalProperties, false);
  assertObjectMatch(properties.json_output!, {
    default: false,
    anyOf: [{ type: "boolean" }, { type: "string" }],
  });
  assertObjectMatch(properties.output_timeout!, {
    default: 2000,
    anyOf: [{ type: "integer", minimum: 0 }, { type: "string" }],
  });
  assertObjectMatch(properties.rules_files!, {
    anyOf: [{ type: "array", items: { type: "string" } }, { type: "string" }],
  });
});

Deno.test("configJsonSchema() says of keys what becomes of them, and what they are for", () => {
  const { properties = {} } = configJsonSchema(meaningsIn(ours));
  assertObjectMatch(properties.rules_file!, {
    deprecated: true,
    description: "Old spelling of rules_files.",
  });
  assert(properties.json_output!.description!.startsWith("One JSON object a line"));
});

Deno.test("configJsonSchema() says of a key nothing that is about another of its kind", () => {
  const { properties = {} } = configJsonSchema(new Map([["json_output", "About this one."]]));
  assertEquals(properties.json_output!.description, "About this one.");
  assertEquals(properties.buffered_outputs!.description, undefined);
});

Deno.test("configKeys() has every key, with what it is without being set", () => {
  const keys = new Map(configKeys().map((key) => [key.key, key]));
  for (const [key, value] of Object.entries(standardConfig())) {
    const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
    const found = isMapping ? [...keys.keys()].some((name) => name.startsWith(`${key}.`)) : false;
    assert(found || keys.has(key), key);
    if (typeof value === "boolean") assertEquals(keys.get(key)!.standard, value, key);
  }
  assertEquals(keys.get("engine.kind")!.choices[0], "modern_ebpf");
  assertEquals(keys.get("sinks[].spool.max_age")!.standard, "7d");
  assertEquals(keys.get("output_timeout")!.standard, 2000);
});

Deno.test("meaningsIn() gives a comment to the keys right below it", () => {
  const text = `# About nothing, since a line is free.

# About both,
# in two lines.
first: 1
second: 2

third: 3
outer:
  # Inside.
  inner: 4
#  - commented: out
`;
  assertEquals([...meaningsIn(text)], [
    ["first", "About both, in two lines."],
    ["second", "About both, in two lines."],
    ["outer.inner", "Inside."],
  ]);
});
