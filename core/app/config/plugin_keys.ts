/** Keys of falco.yaml that are a plugin's own: only the plugin knows them. */
import * as z from "zod";
import { hideSecrets, type Report } from "../../base/mod.ts";
import { namesIn, typeAt } from "./_opened_type.ts";
import { reportUnknownKey, reportValue } from "./check.ts";
import { hideNode, hideSecretValues, isHidden } from "./hidden_values.ts";
import { addressMeant, slipOf, writtenInPlaceOf } from "./sink_key_names.ts";
import {
  type ConfigNode,
  isVariable,
  type MappingNode,
  nodeAt,
  placeOf,
  type ScalarNode,
  spellAsWritten,
} from "./tree.ts";

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
  const issues = result.error?.issues ?? [];
  const { inPlaceOf, replaced } = misnamed(issues, (path) => nodeAt(root, [...place, ...path]));
  for (const issue of issues) {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    const written = inPlaceOf.get(issue);
    if (written !== undefined) {
      const parent = path.slice(0, -1), key = String(path.at(-1));
      report.add({
        code: "C004",
        title: `"${spellAsWritten(root, [...place, ...parent])}" has no "${key}"`,
        at: placeOf(root, [...place, ...parent, written]),
        help: `write "${key}" in place of "${written}"`,
      });
      continue;
    }
    if (issue.code === "unrecognized_keys") {
      const known = [...namesIn(typeAt(schema, path)) ?? [], ...path.length === 0 ? others : []];
      for (const key of issue.keys) {
        const at = [...place, ...path, key], value = nodeAt(root, at);
        if (value) hideMisspelt(value, { key, known, type: typeAt(schema, path) });
        if (!replaced.has(at.slice(place.length).join("\n"))) {
          reportUnknownKey(root, at, { known, report });
        }
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
    const wanted = issue.message, at = [...place, ...path], node = nodeAt(root, at);
    const address = node?.kind === "scalar" ? addressMeant(node.text, wanted) : undefined;
    const meant = node?.kind === "scalar" && isShown(String(path.at(-1)), node)
      ? address
      : undefined;
    const scheme = address === undefined ? undefined : /^https?:\/\//.exec(address)?.[0];
    // A host alone is no secret.
    const isSecret = meant === undefined && isHidden(path, secrets);
    const advice = scheme === undefined ? undefined : `write ${scheme} in front of it`;
    const wrong = { path: at, wanted, choices, isSecret, advice, hasNoDefault: true };
    reportValue(root, { ...wrong, ...meant !== undefined && { meant } }, report);
  }
  return config;
}

/** A line that says `webhook_url: word` is shown without the word, whatever else is said of it. */
function isShown(key: string, node: ScalarNode): boolean {
  const line = `${key}: ${node.text}`;
  return !isVariable(node) && hideSecrets(line) === line;
}

/** What nobody knows may be a password; of a slip is known what is secret in it. */
function hideMisspelt(
  value: ConfigNode,
  { key, known, type }: {
    readonly key: string;
    readonly known: readonly string[];
    /** Of the mapping that has the key. */
    readonly type: z.core.$ZodType | undefined;
  },
): void {
  const slip = slipOf(key, known);
  if (slip === undefined) return hideNode(value);
  const shape = type instanceof z.ZodObject ? type.shape : {};
  if (Object.hasOwn(shape, slip)) hideSecretValues(value, shape[slip]);
}

type Issue = z.core.$ZodIssue;

/** Missing keys that stand there by another name. */
function misnamed(
  issues: readonly Issue[],
  nodeOf: (path: Path) => ReturnType<typeof nodeAt>,
): {
  /** By the issue of what is missing: the key that is written in its place. */
  readonly inPlaceOf: ReadonlyMap<Issue, string>;
  /** The paths of these keys, a line for each step. */
  readonly replaced: ReadonlySet<string>;
} {
  const inPlaceOf = new Map<Issue, string>();
  const replaced = new Set<string>();
  const parentOf = ({ path }: Issue) => path.slice(0, -1).join("\n");
  const missing = issues.filter(({ code, path }) =>
    code !== "unrecognized_keys" && code !== "invalid_key" && path.length > 0 &&
    nodeOf(path.map((step) => typeof step === "number" ? step : String(step))) === undefined
  );
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const parent = issue.path.join("\n");
    const here = missing.filter((other) => parentOf(other) === parent);
    for (const lacking of here) {
      const alsoMissing = here.filter((other) => other !== lacking).map(lastOf);
      const written = writtenInPlaceOf(lastOf(lacking), { unknown: issue.keys, alsoMissing });
      if (written === undefined) continue;
      inPlaceOf.set(lacking, written);
      replaced.add([...issue.path, written].join("\n"));
    }
  }
  return { inPlaceOf, replaced };
}

function lastOf({ path }: Issue): string {
  return String(path.at(-1));
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
