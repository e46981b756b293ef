/** Entries of `sinks:` as trees, every value in the place of what it was made of. */
import type { Span } from "../../base/mod.ts";
import {
  type ConfigNode,
  emptyMapping,
  type MappingNode,
  type ScalarNode,
  spell,
} from "../config/tree.ts";
import type { Written } from "./file.ts";
import type { SidekickOutput, Value } from "./output.ts";

/** An entry of `sinks:` on its way. */
export class EntryBuilder {
  readonly entry: MappingNode;
  readonly #path: readonly (string | number)[];
  readonly #names: Map<string, string>;

  constructor(path: readonly (string | number)[], names: Map<string, string>, at: Span) {
    this.#path = path;
    this.#names = names;
    this.entry = emptyMapping(at);
  }

  /** A value that falcod made, in the place of what it was made of. */
  set(path: string, value: Value, from: Written): void {
    this.add(path, { ...from, node: nodeOf(value, from.node) });
  }

  add(path: string, { node, keyAt, name }: Written): void {
    const steps = path.split(".");
    let mapping = this.entry;
    for (const step of steps.slice(0, -1)) {
      const present = mapping.entries.get(step)?.value;
      const inner = present?.kind === "mapping" ? present : emptyMapping(keyAt);
      mapping.entries.set(step, { keyAt, value: inner });
      mapping = inner;
    }
    mapping.entries.set(steps.at(-1)!, { keyAt, value: node });
    this.#names.set(spell([...this.#path, ...steps]), name);
  }

  /** What stands at this key, or in it, was mistaken, which has been told: nobody is to miss it. */
  leaveOut(path: string): void {
    const [key] = path.split(".");
    (this.entry.pruned ??= new Set()).add(key!);
  }

  has(path: string): boolean {
    return this.#holder(path)?.entries.has(path.split(".").at(-1)!) ?? false;
  }

  drop(path: string): void {
    this.#holder(path)?.entries.delete(path.split(".").at(-1)!);
  }

  /**
   * What is only text, or a mapping of texts, goes through `finish`; all of it stands in the first place
   * then. Nothing is made of what is mistaken, nor in the place of it.
   */
  finish(finish: NonNullable<SidekickOutput["finish"]>, from: Written): void {
    const values: Record<string, Value> = {};
    const places = new Map<string, Written>();
    for (const [key, { keyAt, value }] of this.entry.entries) {
      const plain = plainOf(value);
      if (plain === undefined) continue;
      values[key] = plain;
      places.set(key, { node: value, keyAt, name: this.#names.get(spell([...this.#path, key]))! });
      this.entry.entries.delete(key);
    }
    for (const [key, value] of Object.entries(finish(values))) {
      if (this.entry.pruned?.has(key) || this.entry.entries.has(key)) continue;
      const place = places.get(key);
      if (place && value === values[key]) this.add(key, place);
      else this.set(key, value, place ?? from);
    }
  }

  #holder(path: string): MappingNode | undefined {
    let mapping: MappingNode | undefined = this.entry;
    for (const step of path.split(".").slice(0, -1)) {
      const inner: ConfigNode | undefined = mapping?.entries.get(step)?.value;
      mapping = inner?.kind === "mapping" ? inner : undefined;
    }
    return mapping;
  }
}

export function nodeOf(value: Value, from: ConfigNode): ConfigNode {
  const { at } = from;
  const written = from.kind === "scalar" ? from.written : undefined;
  const scalar = (text: string): ScalarNode => ({
    kind: "scalar",
    text,
    at,
    ...written && { written },
  });
  if (typeof value === "string") return scalar(value);
  if (Array.isArray(value)) return { kind: "sequence", items: value.map(scalar), at };
  const mapping = emptyMapping(at);
  for (const [key, text] of Object.entries(value as Readonly<Record<string, string>>)) {
    mapping.entries.set(key, { keyAt: at, value: scalar(text) });
  }
  return mapping;
}

/** Absent: it is neither a text nor texts by name. */
function plainOf(node: ConfigNode): Value | undefined {
  if (node.kind === "scalar") return node.text;
  if (node.kind !== "mapping") return undefined;
  const texts: [string, string][] = [];
  for (const [key, { value }] of node.entries) {
    if (value.kind !== "scalar") return undefined;
    texts.push([key, value.text]);
  }
  return Object.fromEntries(texts);
}
