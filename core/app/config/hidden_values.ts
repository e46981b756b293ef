/** Secrets of a configuration: where they stand, so that nothing that is said of it shows them. */
import * as z from "zod";
import type { Span } from "../../base/mod.ts";
import { openedType } from "./_opened_type.ts";
import { type ConfigNode, type ConfigPath, isBlank, isVariable, spell } from "./tree.ts";

/** Deeper than any configuration nests. */
const MAX_DEPTH = 16;

/**
 * Has the texts of secrets left out of the lines that are shown, whatever is wrong with them; resolves to
 * their paths, spelled. A file that is named in place of one is shown.
 */
export function hideSecretValues(
  node: ConfigNode | undefined,
  schema: z.core.$ZodType | undefined,
): ReadonlySet<string> {
  const found = new Set<string>();
  visit(node, schema, []);
  return found;

  function visit(
    node: ConfigNode | undefined,
    given: z.core.$ZodType | undefined,
    path: ConfigPath,
  ): void {
    if (!node || !given || path.length > MAX_DEPTH) return;
    const type = inner(given);
    if (type === "secret") {
      found.add(spell(path));
      hide(node, path.length);
    } else if (type instanceof z.ZodObject && node.kind === "mapping") {
      for (const [key, { value }] of node.entries) {
        const known = Object.hasOwn(type.shape, key) ? type.shape[key] : undefined;
        visit(value, known, [...path, key]);
      }
    } else if (type instanceof z.ZodRecord) {
      const values = inner(type.valueType);
      // One text in place of texts by name is as little to be seen.
      if (values === "secret" && node.kind !== "mapping") hide(node, path.length);
      if (node.kind !== "mapping") return;
      for (const [key, { value }] of node.entries) visit(value, type.valueType, [...path, key]);
    } else if (type instanceof z.ZodArray) {
      const items = node.kind === "sequence" ? node.items : [node];
      items.forEach((item, index) => visit(item, type.element, [...path, index]));
    }
  }
}

/** Whether the path leads to one of these or into it. */
export function isHidden(path: ConfigPath, secrets: ReadonlySet<string>): boolean {
  return path.some((_, length) => secrets.has(spell(path.slice(0, length + 1))));
}

/** Without what makes it optional or gives it another form; "secret" for one that nobody is to see. */
function inner(given: z.core.$ZodType): z.core.$ZodType | "secret" {
  for (let type = given;;) {
    if (z.globalRegistry.get(type)?.secret) return "secret";
    const next = openedType(type);
    if (next === undefined) return type;
    type = next;
  }
}

/** Has all of it left out of the lines that are shown, but for the name of a file. */
export function hideNode(node: ConfigNode): void {
  hide(node, 0);
}

function hide(node: ConfigNode, depth: number): void {
  if (depth > MAX_DEPTH) return;
  switch (node.kind) {
    case "null":
      return;
    case "scalar":
      // Stars in place of nothing look like a value.
      return isBlank(node) || isVariable(node) ? undefined : hideSpan(node.at);
    case "sequence":
      for (const item of node.items) hide(item, depth + 1);
      return;
    case "mapping":
      for (const [key, { keyAt, value }] of node.entries) {
        if (key !== "file") hideSpan(keyAt);
        if (key !== "file" || value.kind !== "scalar") hide(value, depth + 1);
      }
      return;
    default:
      node satisfies never;
  }
}

function hideSpan({ source, start, end }: Span): void {
  source.hide(start, end);
}
