/**
 * falco.yaml as a tree that remembers where everything was written.
 *
 * Several files, `-o` options and environment variables become one tree; every node keeps the span of
 * the text it came from, so that a complaint about the merged result points at its author.
 */
import { SourceText, type Span } from "../../base/mod.ts";
import type { YamlNode, YamlScalar } from "../../base/yaml.ts";

/** Scalars stay text, as upstream's reader keeps them: `"true"`, `true` and `-o key=true` are the same. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly text: string;
  readonly at: Span;
  /** As it was written, if in YAML; a variable may have changed `text` since. */
  readonly written?: YamlScalar;
}

/** Nothing written after a key, `~` or `null`. */
export interface NullNode {
  readonly kind: "null";
  readonly at: Span;
}

export interface SequenceNode {
  readonly kind: "sequence";
  readonly items: ConfigNode[];
  readonly at: Span;
  /** Where each stood before `prune` took some out; absent: where it stands. */
  numbers?: readonly number[];
}

export interface MappingNode {
  readonly kind: "mapping";
  readonly entries: Map<string, MappingEntry>;
  readonly at: Span;
  /** Keys that `prune` took out: they are missing, and it has been told why. */
  pruned?: Set<string>;
  /** Those that `prune` took out since nobody knows them, or for the default that is used. */
  ignored?: Set<string>;
}

export interface MappingEntry {
  readonly keyAt: Span;
  value: ConfigNode;
}

export type ConfigNode = ScalarNode | NullNode | SequenceNode | MappingNode;

/** From the root to a node: keys and indices. */
export type ConfigPath = readonly (string | number)[];

export function emptyMapping(at: Span): MappingNode {
  return { kind: "mapping", entries: new Map(), at };
}

/** What was read, as a tree; with `place`, all of it counts as written there. */
export function toTree(node: YamlNode, place?: Span): ConfigNode {
  const at = place ?? node.span;
  switch (node.kind) {
    case "null":
      return { kind: "null", at };
    case "scalar":
      return { kind: "scalar", text: node.value, at, ...!place && { written: node } };
    case "seq":
      return { kind: "sequence", items: node.items.map((item) => toTree(item, place)), at };
    case "map": {
      const entries = new Map<string, MappingEntry>();
      for (const { key, value } of node.entries) {
        entries.set(key.value, { keyAt: place ?? key.span, value: toTree(value, place) });
      }
      return { kind: "mapping", entries, at };
    }
    default:
      return node satisfies never;
  }
}

/** The node a path leads to. */
export function nodeAt(root: ConfigNode, path: ConfigPath): ConfigNode | undefined {
  let node: ConfigNode | undefined = root;
  for (const step of path) {
    if (typeof step === "number") {
      node = node?.kind === "sequence" ? node.items[step] : undefined;
    } else {
      node = node?.kind === "mapping" ? node.entries.get(step)?.value : undefined;
    }
  }
  return node;
}

/** Where to point for a path: its key when it has one, else its value, else the nearest parent. */
export function placeOf(root: ConfigNode, path: ConfigPath): Span {
  for (let length = path.length; length > 0; length--) {
    const step = path[length - 1];
    const parent = nodeAt(root, path.slice(0, length - 1));
    if (parent?.kind === "mapping" && typeof step === "string") {
      const entry = parent.entries.get(step);
      if (entry) return entry.keyAt;
    }
    if (parent?.kind === "sequence" && typeof step === "number") {
      const item = parent.items[step];
      if (item) return item.at;
    }
  }
  return root.at;
}

/** Whether all of it is what a variable has: as it is written it tells nothing. */
export function isVariable({ text, written }: ScalarNode): boolean {
  return written !== undefined && written.value !== text &&
    /^\$(?:\w+|\{[^{}]*\})$/.test(written.value);
}

/** Whether nothing is written there; what a variable of the environment leaves empty is not meant. */
export function isBlank(node: ConfigNode | undefined): boolean {
  if (node?.kind !== "scalar") return node === undefined || node.kind === "null";
  return node.text === "" && (node.written === undefined || node.written.value === "");
}

/** A value of the configuration as a text to look into, whose places lead to where it was written. */
export function textOf({ text, at, written }: ScalarNode): SourceText {
  if (written?.value === text) return written.text;
  const { source, start } = at;
  return new SourceText(source.name, text, { text: source, map: () => start });
}

/** `webserver.listen_port`, `plugins[0].name`: the spelling `-o` takes. */
export function spell(path: ConfigPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += (text && ".") + step.replace(/[\\.[\]]/g, "\\$&");
  }
  return text;
}

/** The same by the numbers that elements were written with, though others have been taken out since. */
export function spellAsWritten(root: ConfigNode | undefined, path: ConfigPath): string {
  return spell(root ? asWritten(root, path) : path);
}

/** The path to the same place before `prune` took elements out. */
export function asWritten(root: ConfigNode, path: ConfigPath): ConfigPath {
  let node: ConfigNode | undefined = root;
  return path.map((step) => {
    const parent = node;
    node = parent && nodeAt(parent, [step]);
    const written = parent?.kind === "sequence" && typeof step === "number"
      ? parent.numbers?.[step]
      : undefined;
    return written ?? step;
  });
}

/** Plain values for the schema; a null key is left out, it means "the default". */
export function plainValue(node: ConfigNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.text;
    case "null":
      return undefined;
    case "sequence":
      return node.items.map((item) => item.kind === "null" ? null : plainValue(item));
    case "mapping": {
      // Without a prototype: a key named __proto__ is a key.
      const plain: Record<string, unknown> = Object.create(null);
      for (const [key, { value }] of node.entries) {
        const inner = plainValue(value);
        if (inner !== undefined) plain[key] = inner;
      }
      return plain;
    }
  }
}

/**
 * Takes nodes out; a path that leads nowhere takes out the last node on the way, because that is the
 * one something is missing from. Sequences close their gaps only at the end, so all paths stay true.
 */
export function prune(
  root: MappingNode,
  paths: readonly ConfigPath[],
  standing: "mistaken" | "ignored" = "mistaken",
): void {
  const shortened = new Set<SequenceNode>();
  for (const path of paths) {
    let length = path.length;
    while (length > 1 && !nodeAt(root, path.slice(0, length))) length--;
    const parent = nodeAt(root, path.slice(0, length - 1));
    const step = path[length - 1];
    if (parent?.kind === "mapping" && typeof step === "string") {
      if (!parent.entries.delete(step)) continue;
      if (standing === "mistaken") (parent.pruned ??= new Set()).add(step);
      else (parent.ignored ??= new Set()).add(step);
    }
    if (parent?.kind === "sequence" && typeof step === "number" && parent.items[step]) {
      parent.items[step] = { kind: "null", at: parent.items[step].at };
      shortened.add(parent);
    }
  }
  for (const sequence of shortened) {
    const { items } = sequence;
    const left = [...items.keys()].filter((index) => items[index]!.kind !== "null");
    sequence.numbers = left.map((index) => sequence.numbers?.[index] ?? index);
    items.splice(0, items.length, ...left.map((index) => items[index]!));
  }
}

/**
 * Whether something on the way there, or of what stands there, was mistaken: it has been told, and that
 * the default in its place does not fit need not be.
 */
export function isMistaken(root: ConfigNode, path: ConfigPath): boolean {
  const isOnTheWay = path.some((step, index) => {
    const parent = nodeAt(root, path.slice(0, index));
    return parent?.kind === "mapping" && parent.pruned?.has(String(step));
  });
  const node = nodeAt(root, path);
  return isOnTheWay || node !== undefined && hasMistake(node);
}

function hasMistake(node: ConfigNode): boolean {
  switch (node.kind) {
    case "mapping":
      return node.pruned !== undefined ||
        [...node.entries.values()].some(({ value }) => hasMistake(value));
    case "sequence":
      return node.numbers !== undefined || node.items.some(hasMistake);
    default:
      return false;
  }
}

/** How a later config file meets what is there already (`config_files` with `strategy`). */
export const STRATEGIES = ["append", "override", "add-only"] as const;
export type Strategy = typeof STRATEGIES[number];

/**
 * Brings one file's keys into another's, top-level key by top-level key as upstream does: sequences
 * are appended (or replaced, or left), everything else is replaced as a whole (or left).
 */
export function mergeInto(target: MappingNode, addition: MappingNode, strategy: Strategy): void {
  for (const key of addition.pruned ?? []) (target.pruned ??= new Set()).add(key);
  for (const [key, entry] of addition.entries) {
    const present = target.entries.get(key);
    if (!present) {
      target.entries.set(key, entry);
    } else if (strategy === "append" && entry.value.kind === "sequence") {
      present.value = appended(present.value, entry.value);
    } else if (strategy !== "add-only") {
      target.entries.set(key, entry);
    }
  }
}

/** A scalar counts as a list of one, as everywhere a list is wanted. */
function appended(present: ConfigNode, addition: SequenceNode): SequenceNode {
  const items = present.kind === "sequence"
    ? present.items
    : present.kind === "null"
    ? []
    : [present];
  return { kind: "sequence", items: [...items, ...addition.items], at: addition.at };
}
