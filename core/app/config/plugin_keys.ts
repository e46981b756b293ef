/** Keys of falco.yaml that are a plugin's own: only the plugin knows them. */
import { z } from "zod";
import type { Report } from "../../base/mod.ts";
import { openedType } from "./_opened_type.ts";
import { reportUnknownKey, reportValue } from "./check.ts";
import { hideNode, hideSecretValues, isHidden } from "./hidden_values.ts";
import { type MappingNode, nodeAt, placeOf } from "./tree.ts";

type Path = readonly (string | number)[];

export interface PluginKeys {
  readonly schema: z.ZodType;
  readonly root: MappingNode;
  /** Where the keys stand. */
  readonly place: Path;
  readonly report: Report;
  /** Keys that may stand beside them and are somebody else's. */
  readonly others?: readonly string[];
}

/** A copy without the keys that nobody knows; all that is wrong is reported. */
export function checkPluginKeys(
  given: unknown,
  { schema, root, place, report, others = [] }: PluginKeys,
): unknown {
  const config = structuredClone(given);
  const secrets = hideSecretValues(nodeAt(root, place), schema);
  const result = schema.safeParse(config);
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      const known = [...keysAt(schema, path), ...path.length === 0 ? others : []];
      for (const key of issue.keys) {
        const at = [...place, ...path, key], value = nodeAt(root, at);
        // It may be a password's, misspelled.
        if (value) hideNode(value);
        reportUnknownKey(root, at, { known, report });
        remove(config, [...path, key]);
      }
      continue;
    }
    if (issue.code === "invalid_key") {
      // Who forgets a name has the value in its place.
      const { source, start, end } = placeOf(root, [...place, ...path]);
      source.hide(start, end);
      path.pop();
    }
    const choices = issue.code === "invalid_value" ? issue.values.map(String) : [];
    const isSecret = isHidden(path, secrets);
    const wrong = { path: [...place, ...path], wanted: issue.message, choices, isSecret };
    reportValue(root, { ...wrong, hasNoDefault: true }, report);
  }
  return config;
}

/** Names that a mapping in a plugin's configuration may have. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let type: z.core.$ZodType | undefined = opened(schema);
  for (const step of path) {
    if (type instanceof z.ZodObject && typeof step === "string") type = opened(type.shape[step]);
    else if (type instanceof z.ZodArray) type = opened(type.element);
    else return [];
  }
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

/** Without what makes it optional, refined or readable as text. */
function opened(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let inner = type;
  for (let next = openedType(type); next !== undefined; next = openedType(next)) inner = next;
  return inner;
}

function remove(config: unknown, path: Path): void {
  let node = config;
  for (const step of path.slice(0, -1)) {
    node = typeof node === "object" && node !== null
      ? (node as Record<string | number, unknown>)[step]
      : undefined;
  }
  if (typeof node === "object" && node !== null) {
    delete (node as Record<string, unknown>)[String(path.at(-1))];
  }
}
