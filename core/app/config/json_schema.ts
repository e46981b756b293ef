/** falco.yaml as a JSON schema, which editors and other programs can check files with. */
import * as z from "zod";
import { ABOUT_KEYS } from "./about_keys.ts";
import { keyText } from "./key_text.ts";
import { notes } from "./_types.ts";
import { configSchema } from "./schema.ts";

export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  deprecated?: boolean;
  default?: unknown;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  [other: string]: unknown;
}

/** A scalar may come out of the environment, and is not checked before that. */
const FROM_ENVIRONMENT = "\\$\\{";

/**
 * Texts stand for numbers and truth values as they do for falcod, and one text for a list of it. What is
 * known of a key is its description; `meanings` says it, by dotted name, of keys that nothing else does.
 */
export function configJsonSchema(meanings: ReadonlyMap<string, string> = new Map()): JsonSchema {
  const known = new Map([...meanings, ...ABOUT_KEYS]);
  return { ...jsonSchemaOf(configSchema, known), title: "falco.yaml, as falcod reads it" };
}

/** Of any type that is made of `core/plugin/schema.ts`. */
export function jsonSchemaOf(
  type: z.ZodType,
  meanings: ReadonlyMap<string, string> = new Map(),
): JsonSchema {
  return z.toJSONSchema(type, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema, path }) => {
      const target = jsonSchema as JsonSchema;
      if (zodSchema instanceof z.ZodPipe) adaptPipe(zodSchema, target);
      // Left out by zod where the value is read from a text, which the default is not.
      if (zodSchema instanceof z.ZodDefault) target.default = zodSchema.def.defaultValue;
      const note = notes.get(zodSchema);
      if (note) {
        target.description = keyText(note);
        if (note.standing === "replaced") target.deprecated = true;
      }
      // It is said of the whole, and what is read from a text may stand at several keys.
      const meaning = zodSchema instanceof z.ZodPipe ? undefined : meanings.get(keyOf(path));
      if (meaning !== undefined && target.description === undefined) target.description = meaning;
    },
  }) as JsonSchema;
}

/** `metrics.interval` of the steps to it in the schema; items of lists have `[]`. */
function keyOf(path: readonly (string | number)[]): string {
  let key = "";
  for (let i = 0; i < path.length; i++) {
    if (path[i] === "properties") key += `${key === "" ? "" : "."}${path[++i]}`;
    else if (path[i] === "items") key += "[]";
  }
  return key;
}

/** What is read from a text is, in YAML, mostly written as what it is. */
function adaptPipe(pipe: z.ZodPipe, target: JsonSchema): void {
  if (!(pipe.in instanceof z.ZodTransform)) return;
  const { out } = pipe;
  if (out instanceof z.ZodArray) return allowOne(target);
  const inner = innermost(out);
  if (inner instanceof z.ZodBoolean) {
    replace(target, [
      { type: "boolean" },
      { type: "string", pattern: `^(?:true|false|yes|no|on|off|y|n)$|${FROM_ENVIRONMENT}` },
    ]);
  } else if (inner instanceof z.ZodNumber) {
    const { minValue, maxValue } = inner;
    const number: JsonSchema = { type: inner.isInt ? "integer" : "number" };
    if (minValue !== null) number.minimum = minValue;
    if (maxValue !== null) number.maximum = maxValue;
    const text = { type: "string", pattern: `${target.pattern}|${FROM_ENVIRONMENT}` };
    replace(target, [number, text]);
  }
}

function innermost(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodPipe ? innermost(type.out) : type;
}

function allowOne(target: JsonSchema): void {
  const { items = {} } = target;
  if (items.type === "object") return;
  replace(target, [{ ...target }, items]);
}

function replace(target: JsonSchema, anyOf: JsonSchema[]): void {
  for (const key of Object.keys(target)) delete target[key];
  target.anyOf = anyOf;
}
