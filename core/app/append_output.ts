/** `append_output:` of falco.yaml, in the terms of the rule loader. */
import { didYouMean, type Report, SourceText, TextJoiner } from "../base/mod.ts";
import type { FieldTable } from "../field/mod.ts";
import {
  checkExtraOutput,
  type ExtraFieldText,
  type ExtraOutput,
  extraOutputsOf,
  type RuleNames,
} from "../rule/mod.ts";
import type { Config } from "./config/schema.ts";
import {
  type ConfigNode,
  type ConfigPath,
  isMistaken,
  isVariable,
  type MappingNode,
  nodeAt,
  placeOf,
  spell,
  spellAsWritten,
  textOf,
} from "./config/tree.ts";

type Entry = Config["append_output"][number];

/** In the order written; `root` is what the entries were read from, and tells where. */
export function extraOutputs(
  entries: Config["append_output"],
  root: MappingNode | undefined,
): ExtraOutput[] {
  return entries.map((entry, index) => {
    const { match, extra_output, suggested_output } = entry;
    const path = ["append_output", index];
    return {
      source: match?.source,
      rule: match?.rule,
      tags: match?.tags ?? [],
      text: extra_output ? textAt([...path, "extra_output"], extra_output, root) : undefined,
      suggested: suggested_output,
      fields: fieldTexts(entry, [...path, "extra_fields"], root),
    };
  });
}

/** A name stands for the field's value, a mapping of a name to an output for text. */
function fieldTexts(
  { extra_fields }: Entry,
  path: ConfigPath,
  root: MappingNode | undefined,
): ExtraFieldText[] {
  const isAlone = root && nodeAt(root, path)?.kind === "scalar";
  return extra_fields.flatMap((field, index): ExtraFieldText[] => {
    const place = isAlone ? path : [...path, index];
    if (typeof field === "string") {
      const name = textAt(place, field, root);
      const text = new TextJoiner().addFor(name.all, "%").add(name).build(name.name);
      return [{ key: field, kind: "field", text }];
    }
    return Object.entries(field).filter(([, text]) => text !== "").map(([key, text]) => ({
      key,
      kind: "text",
      text: textAt([...place, key], text, root),
    }));
  });
}

function textAt(path: ConfigPath, text: string, root: MappingNode | undefined): SourceText {
  const node: ConfigNode | undefined = root && nodeAt(root, path);
  return node?.kind === "scalar" && node.text === text
    ? textOf(node)
    : new SourceText(`<${spell(path)}>`, text);
}

/**
 * `C027` for entries that have nothing to add, and for those no rule is for, with what is wrong in them:
 * nobody else looks at these.
 */
export function warnOfUnusedOutputs(
  extras: readonly ExtraOutput[],
  root: MappingNode | undefined,
  { rules, tables, report }: {
    readonly rules: readonly RuleNames[];
    /** Of the sources that are known. */
    readonly tables: ReadonlyMap<string, FieldTable>;
    readonly report: Report;
  },
): void {
  for (const [index, extra] of extras.entries()) {
    if (isEmpty(extra) && !saysSo(root, index)) {
      const path = ["append_output", index];
      report.add({
        code: "C027",
        severity: "warning",
        title: `"${spellAsWritten(root, path)}" has nothing to add`,
        at: root && placeOf(root, path),
        help: "give it extra_output, extra_fields or suggested_output: true, or take it out",
      });
      continue;
    }
    if (rules.some((rule) => extraOutputsOf(rule, [extra]).length > 0)) continue;
    const path = ["append_output", index];
    report.add({
      code: "C027",
      severity: "warning",
      title: `"${spellAsWritten(root, path)}" is for no rule${wantedOf(extra)}`,
      at: root && placeOf(root, [...path, "match"]),
      help: helpFor(extra, rules, tables),
    });
    const fields = tables.get(extra.source ?? "syscall");
    if (!fields) continue;
    const found = report.part();
    checkExtraOutput(extra, fields, found);
    report.absorb(found, (problem) => ({ ...problem, severity: "warning" }));
  }
}

function isEmpty({ text, suggested, fields }: ExtraOutput): boolean {
  return !text && !suggested && fields.length === 0;
}

/**
 * Whether an entry is empty on purpose, as one that switches suggestions off, or because something was
 * left out of it or no variable had it: that was told.
 */
function saysSo(root: MappingNode | undefined, index: number): boolean {
  const path = ["append_output", index];
  const node = root && nodeAt(root, path);
  if (!root || node?.kind !== "mapping") return false;
  return node.entries.get("suggested_output")?.value.kind === "scalar" ||
    node.ignored !== undefined || isMistaken(root, path) || holdsVariable(node);
}

function holdsVariable(node: ConfigNode): boolean {
  switch (node.kind) {
    case "mapping":
      return [...node.entries.values()].some(({ value }) => holdsVariable(value));
    case "sequence":
      return node.items.some(holdsVariable);
    default:
      return node.kind === "scalar" && isVariable(node);
  }
}

function wantedOf({ source, rule, tags }: ExtraOutput): string {
  const wanted = [
    ...source ? [`source "${source}"`] : [],
    ...rule ? [`name "${rule}"`] : [],
    ...tags.map((tag) => `tag "${tag}"`),
  ];
  return wanted.length > 0 ? `: none has ${wanted.join(" and ")}` : "";
}

/** The first of its names that no rule has, with the one that was perhaps meant. */
function helpFor(
  { source, rule, tags }: ExtraOutput,
  rules: readonly RuleNames[],
  tables: ReadonlyMap<string, FieldTable>,
): string {
  const known = [
    [source ? [source] : [], [...tables.keys()]],
    [rule ? [rule] : [], rules.map(({ name }) => name)],
    [tags, rules.flatMap((one) => one.tags)],
  ] as const;
  for (const [wanted, names] of known) {
    for (const name of wanted) {
      const help = names.includes(name) ? undefined : didYouMean(name, names);
      if (help !== undefined) return help;
    }
  }
  return "see falcod list rules";
}
