/** Keys of falco.yaml that are a plugin's own: only the plugin knows them. */
import * as z from "zod";
import type { Report } from "../../base/mod.ts";
import { namesIn, typeAt } from "./_opened_type.ts";
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
      const known = [...namesIn(typeAt(schema, path)) ?? [], ...path.length === 0 ? others : []];
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
