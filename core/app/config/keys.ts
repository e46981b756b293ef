/** All keys of falco.yaml, one after the other: for documents and completions. */
import { durationText } from "../../plugin/duration.ts";
import { configJsonSchema, type JsonSchema } from "./json_schema.ts";

export interface ConfigKey {
  /** With dots between mappings and `[]` behind lists: `plugins[].name`. */
  readonly key: string;
  /** In a word: "text", "true or false", "number 0 to 10". */
  readonly type: string;
  /** Absent: there is none. */
  readonly standard?: unknown;
  /** Where there are few values. */
  readonly choices: readonly string[];
  /** What is known of it; may be empty. */
  readonly about: string;
  readonly isOld: boolean;
}

/** In the order of the schema; `meanings` as `configJsonSchema` takes them. */
export function configKeys(meanings?: ReadonlyMap<string, string>): readonly ConfigKey[] {
  return [...keysIn(configJsonSchema(meanings), "")];
}

function* keysIn(schema: JsonSchema, before: string): Generator<ConfigKey> {
  for (const [name, value] of Object.entries(schema.properties ?? {})) {
    const key = before === "" ? name : `${before}.${name}`;
    if (value.properties) {
      yield* keysIn(value, key);
      continue;
    }
    const list = [value, ...value.anyOf ?? []].find(({ type }) => type === "array");
    const items = list?.items;
    yield {
      key,
      type: items ? `list of ${items.properties ? "mappings" : typeText(items)}` : typeText(value),
      ...value.default !== undefined && { standard: standardOf(value) },
      choices: choicesOf(value),
      about: value.description ?? "",
      isOld: value.deprecated ?? false,
    };
    for (const each of [items, ...items?.anyOf ?? []]) {
      if (each?.properties) yield* keysIn(each, `${key}[]`);
    }
  }
}

/** A duration with its unit, in which nobody writes that many milliseconds. */
function standardOf(value: JsonSchema): unknown {
  const { default: standard } = value;
  return typeof standard === "number" && standard > 0 && isDuration(value)
    ? durationText(standard)
    : standard;
}

function isDuration({ anyOf = [] }: JsonSchema): boolean {
  return anyOf[1]?.pattern?.includes("(ms|s|m|h|d)") ?? false;
}

function choicesOf(schema: JsonSchema): readonly string[] {
  if (schema.enum) return schema.enum.map(String);
  return schema.anyOf?.[0]?.type === "boolean" ? ["true", "false"] : [];
}

function typeText(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.join(", ");
  const [first] = schema.anyOf ?? [];
  if (isDuration(schema)) return "duration: 500ms, 30s, 1h";
  if (first) return typeText(first);
  switch (schema.type) {
    case "boolean":
      return "true or false";
    case "integer":
    case "number":
      return `${
        schema.type === "integer" ? "whole number" : "number"
      } ${schema.minimum} to ${schema.maximum}`;
    case "string":
      return "text";
    case "object":
      return "mapping";
    default:
      return "any";
  }
}
