/**
 * The JSON Schema of a plugin's own keys, as the check falcod makes of it. Of JSON Schema there is what
 * configurations need; what is not here is refused, so that nothing a schema demands goes unchecked.
 *
 * Values of falco.yaml arrive as text: `type` says what a text means. `pattern` is what rules call
 * `regex`, without end in no time. `writeOnly` marks secrets, which nobody is shown.
 */
import * as z from "zod";
import { compileRegex, Regex } from "../filter/regex.ts";
import { secret } from "./schema.ts";

export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  /** Continues "wants". */
  readonly wanted: string;
}

const MAX_DEPTH = 16;
const MAX_KEYS = 500;
const KEY = /^(?!__proto__$)[A-Za-z_][\w.-]{0,63}$/;

const bound = z.int({ error: "a whole number" }).min(0, { error: "a whole number from 0 on" });
const limit = z.number({ error: "a number" });
const words = z.string({ error: "text" }).max(4096, { error: "at most 4096 characters" });

const common = {
  $schema: words.optional(),
  $comment: words.optional(),
  title: words.optional(),
  description: words.optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown(), { error: "a sequence" }).optional(),
  deprecated: z.boolean({ error: "true or false" }).optional(),
};
const node = { error: "a JSON schema of falcod's kind" };

interface ObjectSchema extends Common {
  readonly type: "object";
  readonly properties?: Readonly<Record<string, ConfigSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | ConfigSchema | undefined;
}
interface ArraySchema extends Common {
  readonly type: "array";
  readonly items: ConfigSchema;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
}
interface TextSchema extends Common {
  readonly type: "string";
  readonly enum?: readonly string[] | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly format?: string | undefined;
  readonly writeOnly?: boolean | undefined;
}
interface NumberSchema extends Common {
  readonly type: "integer" | "number";
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}
interface FlagSchema extends Common {
  readonly type: "boolean";
}
interface Common {
  readonly description?: string | undefined;
  readonly default?: unknown;
}
export type ConfigSchema = ObjectSchema | ArraySchema | TextSchema | NumberSchema | FlagSchema;

const textNode = z.strictObject({
  ...common,
  type: z.literal("string"),
  enum: z.array(words, { error: "a sequence of texts" }).min(1, { error: "one text or more" })
    .max(MAX_KEYS, { error: `at most ${MAX_KEYS} texts` }).optional(),
  minLength: bound.optional(),
  maxLength: bound.optional(),
  pattern: words.max(500, { error: "at most 500 characters" }).optional(),
  format: words.optional(),
  writeOnly: z.boolean({ error: "true or false" }).optional(),
}, node).superRefine(({ pattern }, context) => {
  const compiled = pattern === undefined ? undefined : compileRegex(anywhere(pattern));
  if (compiled && !(compiled instanceof Regex)) {
    context.addIssue({
      code: "custom",
      path: ["pattern"],
      message: `an expression as rules have behind regex: ${compiled.message}`,
    });
  }
});

const numberNode = z.strictObject({
  ...common,
  type: z.enum(["integer", "number"]),
  minimum: limit.optional(),
  maximum: limit.optional(),
}, node);

const flagNode = z.strictObject({ ...common, type: z.literal("boolean") }, node);

const anyNode: z.ZodType<ConfigSchema> = z.lazy(() =>
  z.discriminatedUnion("type", [objectNode, arrayNode, textNode, numberNode, flagNode], {
    error: "a type: one of object, array, string, integer, number, boolean",
  })
);

const arrayNode = z.strictObject({
  ...common,
  type: z.literal("array"),
  items: anyNode,
  minItems: bound.optional(),
  maxItems: bound.optional(),
}, node);

const objectNode = z.strictObject({
  ...common,
  type: z.literal("object"),
  properties: z.record(z.string().regex(KEY), anyNode, { error: "a mapping of keys" }).optional(),
  required: z.array(words, { error: "a sequence of keys" }).max(MAX_KEYS).optional(),
  additionalProperties: z.union([z.boolean(), anyNode], node).optional(),
}, node).superRefine(({ properties = {}, required = [] }, context) => {
  for (const [index, key] of required.entries()) {
    if (Object.hasOwn(properties, key)) continue;
    context.addIssue({
      code: "custom",
      path: ["required", index],
      message: "a key that stands in properties",
    });
  }
});

/** What is wrong with a schema that a manifest has for its configuration. */
export function configSchemaProblem(schema: unknown): SchemaProblem | undefined {
  const large = sizeProblem(schema, []);
  if (large) return large;
  const [issue] = objectNode.safeParse(schema).error?.issues ?? [];
  if (issue) {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code !== "unrecognized_keys") return { path, wanted: issue.message };
    return { path: [...path, issue.keys[0]!], wanted: "to be left out: falcod does not check it" };
  }
  return defaultProblem(schema as ConfigSchema, []);
}

/** The check of what falco.yaml says. The schema has to be one that `configSchemaProblem` let pass. */
export function checkOfSchema(schema: unknown): z.ZodType<Record<string, unknown>> {
  return typeOf(schema as ObjectSchema) as z.ZodType<Record<string, unknown>>;
}

/** What a configuration without a word means to keys that a plugin has none of. */
export const NO_CONFIG = z.strictObject({}, { error: "a mapping" });

function sizeProblem(value: unknown, path: readonly string[]): SchemaProblem | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (path.length > MAX_DEPTH) return { path: [], wanted: `at most ${MAX_DEPTH} levels` };
  const entries = Object.entries(value);
  if (entries.length > MAX_KEYS) return { path, wanted: `at most ${MAX_KEYS} keys` };
  for (const [key, inner] of entries) {
    // Which some readers of objects pass over.
    if (key === "__proto__") return { path: [...path, key], wanted: "another name" };
    const problem = sizeProblem(inner, [...path, key]);
    if (problem) return problem;
  }
  return undefined;
}

function defaultProblem(
  schema: ConfigSchema,
  path: readonly (string | number)[],
): SchemaProblem | undefined {
  if (schema.default !== undefined) {
    const [issue] = typeOf(schema).safeParse(schema.default).error?.issues ?? [];
    if (issue) return { path: [...path, "default"], wanted: issue.message };
  }
  if (schema.type === "array") return defaultProblem(schema.items, [...path, "items"]);
  if (schema.type !== "object") return undefined;
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const problem = defaultProblem(inner, [...path, "properties", key]);
    if (problem) return problem;
  }
  return typeof schema.additionalProperties === "object"
    ? defaultProblem(schema.additionalProperties, [...path, "additionalProperties"])
    : undefined;
}

function typeOf(schema: ConfigSchema): z.ZodType {
  const type = plainTypeOf(schema);
  return schema.description === undefined ? type : type.describe(schema.description);
}

function plainTypeOf(schema: ConfigSchema): z.ZodType {
  switch (schema.type) {
    case "object":
      return objectType(schema);
    case "array":
      return z.preprocess(
        (value) => typeof value === "string" ? [value] : value,
        z.array(typeOf(schema.items), { error: "a sequence" })
          .min(schema.minItems ?? 0, { error: `at least ${schema.minItems} entries` })
          .max(schema.maxItems ?? Infinity, { error: `at most ${schema.maxItems} entries` }),
      );
    case "string":
      return textType(schema);
    case "integer":
    case "number":
      return numberType(schema);
    case "boolean":
      return z.preprocess(
        (value) => BOOLEANS.get(value) ?? value,
        z.boolean({ error: "true or false" }),
      );
    default:
      return schema satisfies never;
  }
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...["true", "yes", "on", "y"].map((text) => [text, true] as const),
  ...["false", "no", "off", "n"].map((text) => [text, false] as const),
]);

function objectType(schema: ObjectSchema): z.ZodType {
  const { properties = {}, required = [], additionalProperties: others = true } = schema;
  const shape: Record<string, z.ZodType> = {};
  for (const [key, inner] of Object.entries(properties)) {
    const type = typeOf(inner);
    shape[key] = inner.default !== undefined
      ? type.prefault(inner.default)
      : required.includes(key)
      ? type
      : type.optional();
  }
  const object = z.strictObject(shape, { error: "a mapping" });
  if (others === false || Object.keys(properties).length > 0 && others === true) return object;
  if (others === true) return z.record(z.string(), z.unknown(), { error: "a mapping" });
  return object.catchall(typeOf(others));
}

function textType(schema: TextSchema): z.ZodType {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  if (schema.writeOnly) return secret();
  if (schema.enum) return z.enum([...schema.enum], { error: `one of ${schema.enum.join(", ")}` });
  const asText = z.preprocess(
    (value) => typeof value === "number" || typeof value === "boolean" ? String(value) : value,
    z.string({ error: "text" })
      .min(minLength, { error: minLength === 1 ? "a text" : `at least ${minLength} characters` })
      .max(maxLength, { error: `at most ${maxLength} characters` }),
  );
  const compiled = pattern === undefined ? undefined : compileRegex(anywhere(pattern));
  if (!(compiled instanceof Regex)) return asText;
  return asText.refine((text) => compiled.matches(text), { error: `text as ${pattern}` });
}

/** JSON Schema looks for a pattern anywhere, `Regex` holds it against the whole text. */
function anywhere(pattern: string): string {
  return `(.|\n)*(${pattern})(.|\n)*`;
}

function numberType({ type, minimum, maximum }: NumberSchema): z.ZodType {
  const kind = type === "integer" ? "a whole number" : "a number";
  const wanted = minimum !== undefined && maximum !== undefined
    ? `${kind} from ${minimum} to ${maximum}`
    : minimum !== undefined
    ? `${kind} from ${minimum} on`
    : maximum !== undefined
    ? `${kind} up to ${maximum}`
    : kind;
  return z.preprocess(
    (value) => typeof value === "string" && NUMBER.test(value) ? Number(value) : value,
    (type === "integer" ? z.int({ error: wanted }) : z.number({ error: wanted }))
      .min(minimum ?? -Number.MAX_VALUE, { error: wanted })
      .max(maximum ?? Number.MAX_VALUE, { error: wanted }),
  );
}

const NUMBER = /^[+-]?(?:\d{1,17}(?:\.\d{0,17})?|\.\d{1,17})(?:e[+-]?\d{1,3})?$/i;
