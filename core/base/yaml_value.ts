/** What YAML scalars mean to readers of rules and configuration. */
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from "./yaml/node.ts";

/** The entry of a key, absent when the mapping has none. */
export function entryOf(map: YamlMap, key: string): YamlEntry | undefined {
  return map.entries.find((entry) => entry.key.value === key);
}

const TRUE = new Set(["y", "yes", "true", "on"]);
const FALSE = new Set(["n", "no", "false", "off"]);

/** A boolean in the spellings of yaml-cpp: `yes`, `Yes`, `YES`, not `yEs`; quotes do not matter. */
export function booleanOf(scalar: YamlScalar): boolean | undefined {
  const { value } = scalar;
  const lower = value.toLowerCase();
  const capital = lower.slice(0, 1).toUpperCase() + lower.slice(1);
  if (value !== lower && value !== capital && value !== value.toUpperCase()) return undefined;
  return TRUE.has(lower) ? true : FALSE.has(lower) ? false : undefined;
}

/** A whole number in decimal, `0x` or `0`-octal spelling, as yaml-cpp reads an unsigned one: `+5` is 5. */
export function unsignedOf(scalar: YamlScalar, max = 0xffff_ffff): number | undefined {
  const value = scalar.value.replace(/^\+/, "");
  let number: number;
  if (/^0[xX][0-9a-fA-F]+$/.test(value)) number = Number.parseInt(value.slice(2), 16);
  else if (/^0[0-7]+$/.test(value)) number = Number.parseInt(value, 8);
  else if (/^[0-9]+$/.test(value)) number = Number.parseInt(value, 10);
  else return undefined;
  return number <= max ? number : undefined;
}

/**
 * A node as plain JavaScript values, for schemas: plain scalars become booleans and numbers where
 * YAML 1.2's core schema says so, quoted ones stay strings. Objects have no prototype.
 */
export function plainValue(node: YamlNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "seq":
      return node.items.map(plainValue);
    case "map": {
      const object: Record<string, unknown> = Object.create(null);
      for (const { key, value } of node.entries) object[key.value] = plainValue(value);
      return object;
    }
    case "scalar":
      return node.style === "plain" ? coreValue(node.value) : node.value;
    default:
      return node satisfies never;
  }
}

function coreValue(text: string): string | number | boolean {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0x[0-9a-fA-F]+$/.test(text) || /^0o[0-7]+$/.test(text)) return Number(text);
  if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  return text;
}

/** The node at a path of keys and indices, or the deepest one on the way to it. */
export function nodeAt(root: YamlNode, path: readonly (string | number)[]): YamlNode {
  let node = root;
  for (const step of path) {
    const next = node.kind === "seq"
      ? node.items[Number(step)]
      : node.kind === "map"
      ? entryOf(node, String(step))?.value
      : undefined;
    if (!next) return node;
    node = next;
  }
  return node;
}
