/** Rule files as a JSON schema, for editors. `falcod validate` knows more: conditions, fields, names. */
import { PRIORITIES } from "../alert/mod.ts";
import { APPENDABLE, REPLACEABLE, RULE_KEYS } from "./_read_rule.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** YAML makes numbers and truth values of texts that are not quoted. */
const TEXT = { type: ["string", "number", "boolean"] };
const FLAG = { type: "boolean" };
const TEXTS = { type: "array", items: TEXT };
const OPERATIONS = ["append", "replace"];

function described(description: string, schema: JsonSchema): JsonSchema {
  return { ...schema, description };
}

/** Draft 2020-12. */
export function ruleFileJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A file of Falco's rules, as falcod reads it",
    type: ["array", "null"],
    items: {
      anyOf: [
        { type: "null" },
        { $ref: "#/$defs/rule" },
        { $ref: "#/$defs/macro" },
        { $ref: "#/$defs/list" },
        item({
          required_engine_version: described("Oldest engine that understands the file", TEXT),
        }),
        item({ required_plugin_versions: { type: "array", items: { $ref: "#/$defs/plugin" } } }),
      ],
    },
    $defs: {
      rule: {
        ...item(ruleProperties(), ["rule"]),
        anyOf: [
          { required: ["condition", "output", "desc", "priority"] },
          { required: ["override"] },
          { required: ["append"] },
          { required: ["enabled"] },
        ],
      },
      macro: item({
        macro: described("Name, which stands for the condition in others", { type: "string" }),
        condition: TEXT,
        append: deprecatedAppend("condition"),
        override: override(["condition"], ["condition"]),
      }, ["macro", "condition"]),
      list: item({
        list: described("Name, which stands for the items in conditions", TEXT),
        items: TEXTS,
        append: deprecatedAppend("items"),
        override: override(["items"], ["items"]),
      }, ["list", "items"]),
      plugin: item({
        name: TEXT,
        version: TEXT,
        alternatives: { type: "array", items: item({ name: TEXT, version: TEXT }) },
      }, ["name", "version"]),
      exception: item({
        name: TEXT,
        fields: { $ref: "#/$defs/entry" },
        comps: described("Operators, one for each field", { $ref: "#/$defs/entry" }),
        values: { type: "array", items: { $ref: "#/$defs/entry" } },
      }, ["name"]),
      entry: { anyOf: [TEXT, { type: "array", items: { $ref: "#/$defs/entry" } }] },
    },
  };
}

function ruleProperties(): Readonly<Record<typeof RULE_KEYS[number], JsonSchema>> {
  return {
    rule: described("Name", TEXT),
    desc: described("What it finds, and why that matters", TEXT),
    condition: described("What an event has to be like", TEXT),
    output: described("Text of the alert; %field stands for a value", TEXT),
    priority: described("How bad it is", PRIORITY),
    source: described("Kind of events, syscall if not said", TEXT),
    tags: TEXTS,
    enabled: described("Whether it is run", FLAG),
    exceptions: { type: ["array", "null"], items: { $ref: "#/$defs/exception" } },
    warn_evttypes: described("Whether to warn where it looks at events of nearly all types", FLAG),
    "skip-if-unknown-filter": described("Leave the rule out where a field is not known", FLAG),
    capture: described("Whether what follows a match is written into a capture", FLAG),
    capture_duration: described("How long, in milliseconds", { type: "integer", minimum: 0 }),
    append: deprecatedAppend("condition"),
    override: override(APPENDABLE, REPLACEABLE),
  };
}

const PRIORITY: JsonSchema = {
  anyOf: [
    { enum: PRIORITIES.map((name) => name.toUpperCase()) },
    { type: "string", pattern: `^(?:${[...PRIORITIES, "info"].map(inAnyCase).join("|")})$` },
  ],
};

function inAnyCase(name: string): string {
  return [...name].map((letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).join("");
}

function item(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = Object.keys(properties),
): JsonSchema {
  return { type: "object", additionalProperties: false, properties, required };
}

function deprecatedAppend(key: string): JsonSchema {
  return { ...FLAG, deprecated: true, description: `Old spelling of override: {${key}: append}` };
}

function override(append: readonly string[], replace: readonly string[]): JsonSchema {
  const operations = (key: string) => ({
    enum: OPERATIONS.filter((operation) => operation === "replace" || append.includes(key)),
  });
  return {
    type: ["object", "null"],
    description: "How keys of an earlier item of this name are changed",
    additionalProperties: false,
    properties: Object.fromEntries(replace.map((key) => [key, operations(key)])),
  };
}
