import { assertEquals } from "../../tests/assert.ts";
import { checkOfSchema, configSchemaProblem } from "./config_schema.ts";
import { Secret } from "./secret.ts";

const SCHEMA = {
  type: "object",
  properties: {
    url: { type: "string", pattern: "^https://" },
    size: { type: "integer", minimum: 1, maximum: 9, default: 3 },
    ratio: { type: "number" },
    deep: { type: "object", properties: { on: { type: "boolean", default: false } } },
    tags: { type: "array", items: { type: "string", enum: ["a", "b"] }, maxItems: 2 },
    labels: { type: "object", additionalProperties: { type: "string" } },
    key: { type: "string", writeOnly: true },
  },
  required: ["url"],
};

function issuesOf(config: unknown): readonly string[] {
  const { error } = checkOfSchema(SCHEMA).safeParse(config);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

Deno.test("texts of falco.yaml become what the schema says", () => {
  assertEquals(configSchemaProblem(SCHEMA), undefined);
  const config = { url: "https://a", size: "5", ratio: "-.5e1", deep: { on: "yes" }, tags: "a" };
  const read = checkOfSchema(SCHEMA).parse({ ...config, labels: { x: 1 }, key: "hush" });
  const { key, ...rest } = read;
  assertEquals(rest, {
    url: "https://a",
    size: 5,
    ratio: -5,
    deep: { on: true },
    tags: ["a"],
    labels: { x: "1" },
  });
  assertEquals(key instanceof Secret && key.reveal(), "hush");
});

Deno.test("what does not fit is told in words that follow on wants", () => {
  assertEquals(issuesOf({}), ["url: text"]);
  assertEquals(issuesOf({ url: "http://a", size: "10", tags: ["c"], deep: "x" }), [
    "url: text as ^https://",
    "size: a whole number from 1 to 9",
    "deep: a mapping",
    "tags.0: one of a, b",
  ]);
  const { error } = checkOfSchema(SCHEMA).safeParse({ url: "https://a", other: 1 });
  assertEquals(error?.issues.map(({ code }) => code), ["unrecognized_keys"]);
});

Deno.test("a schema that demands what nobody checks is refused", () => {
  const problem = (schema: unknown) => configSchemaProblem(schema)?.path.join(".");
  assertEquals(problem({ type: "string" }), "type");
  assertEquals(problem({ type: "object", oneOf: [] }), "oneOf");
  const of = (inner: unknown) => problem({ type: "object", properties: { a: inner } });
  assertEquals(of({ type: "string", $ref: "#" }), "properties.a.$ref");
  assertEquals(of({ type: "string", pattern: "(" }), "properties.a.pattern");
  assertEquals(of({ type: "integer", default: "x" }), "properties.a.default");
  assertEquals(problem({ type: "object", required: ["a"] }), "required.0");
});
