/** From a rule file's YAML to its items. Each mistake is reported; the items around it are still read. */
import {
  type Report,
  runSteps,
  runStepsAside,
  type SourceText,
  type Span,
  type Steps,
} from "../base/mod.ts";
import {
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
  yamlSteps,
} from "../base/yaml.ts";
import { LIST_NAME } from "./_condition_text.ts";
import { MappingReader, shape } from "./_mapping_reader.ts";
import { readOverride } from "./_override.ts";
import { readRule } from "./_read_rule.ts";
import { readEngineVersion, readPluginVersions } from "./_read_requirements.ts";
import type { BrokenItem, Item, ItemKind, ListItem, MacroItem, RuleFile } from "./rule_file.ts";

/** Reads without looking at other files: syntax, shapes and spellings (`Y…`, `R001` to `R024`). */
export function readRuleFile(source: SourceText, report: Report): RuleFile {
  return runSteps(readingSteps(source, report));
}

/** What `readRuleFile` does, while other things go on. */
export function readRuleFileAside(
  source: SourceText,
  { report, breathe }: {
    readonly report: Report;
    /** As `loadRulesAside` takes it. */
    readonly breathe: () => Promise<void> | undefined;
  },
): Promise<RuleFile> {
  return runStepsAside(readingSteps(source, report), breathe);
}

/** Stops after each item, too. */
function* readingSteps(source: SourceText, report: Report): Steps<RuleFile> {
  const items: Item[] = [];
  let complete = true;
  for (const { root, broken } of yield* yamlSteps(source, report)) {
    if (broken.length > 0) complete = false;
    const nodes = outerItems(root, broken, report);
    if (!nodes) {
      complete = false;
      continue;
    }
    for (const [index, node] of nodes.entries()) {
      if (node.kind === "null") continue;
      // What is broken between this item and the next belongs to this one.
      const next = broken.length > 0 ? nodes.slice(index + 1).find(hasDash) : undefined;
      const end = next?.span.start ?? Infinity;
      const damaged = broken.some(({ start }) => start >= node.span.start && start < end);
      const item = damaged ? damagedItem(node) : readItem(node, report);
      if (item) items.push(item);
      yield;
    }
  }
  if (report.hasErrors && items.length === 0) complete = false;
  return { source, items, complete };
}

/** Another one is what a line in a wrong column made of a part of the item before. */
function hasDash({ span: { source, start } }: YamlNode): boolean {
  return /-\s*$/.test(source.text.slice(Math.max(0, start - MAX_BLANKS), start));
}

/** Behind the dash of an item. */
const MAX_BLANKS = 100;

/** Keys that say what an item is, in the order Falco looks for them. */
const KINDS = [
  "required_engine_version",
  "required_plugin_versions",
  "list",
  "macro",
  "rule",
] as const;

function outerItems(
  root: YamlNode,
  broken: readonly Span[],
  report: Report,
): readonly YamlNode[] | undefined {
  if (root.kind === "null") return [];
  if (root.kind === "seq") return root.items;
  // What a mistake in its first line has made of it.
  const { source, start } = root.span;
  const { line } = source.position(start);
  if (broken.some(({ start }) => source.position(start).line === line)) return undefined;
  const lone = root.kind === "map" ? kindOf(root) : undefined;
  const nested = root.kind === "map" && !lone
    ? root.entries.find(holdsItems)?.key.value
    : undefined;
  report.add({
    code: "R001",
    title: lone
      ? `a rule file is a list of items; this ${lone} lacks its dash`
      : `a rule file is a list of items; this one holds ${shape(root)}`,
    at: firstLine(root.span),
    help: lone
      ? `write "- ${lone}: …" first, and the other keys below it, two columns to the right`
      : nested !== undefined
      ? `what is under "${nested}" is such a list: leave "${nested}:" out`
      : 'begin each item with a dash: "- rule: …", "- macro: …", "- list: …"',
  });
  return undefined;
}

/** `rules: [{rule: a}]`, as other programs have it. */
function holdsItems({ value }: YamlEntry): boolean {
  return value.kind === "seq" &&
    value.items.some((item) => item.kind === "map" && kindOf(item) !== undefined);
}

function kindOf(node: YamlMap): typeof KINDS[number] | undefined {
  const keys = new Set(node.entries.map((entry) => entry.key.value));
  return KINDS.find((key) => keys.has(key));
}

function readItem(node: YamlNode, report: Report): Item | undefined {
  if (node.kind !== "map") {
    report.add({
      code: "R002",
      title: `an item of a rule file is a mapping, not ${shape(node)}`,
      at: firstLine(node.span),
      help: 'write "- rule: …", "- macro: …" or "- list: …"',
    });
    return undefined;
  }
  switch (kindOf(node)) {
    case "required_engine_version":
      return readEngineVersion(node, report);
    case "required_plugin_versions":
      return readPluginVersions(node, report);
    case "list":
      return readNamed(node, report, "list", readList);
    case "macro":
      return readNamed(node, report, "macro", readMacro);
    case "rule":
      return readNamed(node, report, "rule", readRule);
    default:
      report.add({
        code: "R003",
        severity: "warning",
        title: "this item is neither rule, macro nor list and is ignored",
        at: node.entries[0]?.key.span ?? node.span,
        help: helpForItem(node.entries.map(({ key }) => key.value)),
      });
      return undefined;
  }
}

/** What has other keys is often from another file, or of another program. */
function helpForItem(keys: readonly string[]): string {
  if (keys.some((key) => key === "enable" || key === "disable")) {
    return "what switches rules on and off stands under rules, in falco.yaml";
  }
  if (keys.includes("library_path")) return "plugins stand under plugins, in falco.yaml";
  if (keys[0] === "action") return "actions are falco-talon's: their file goes there";
  return `an item has one of the keys ${KINDS.join(", ")}`;
}

type NamedReader = (reader: MappingReader, name: YamlScalar) => Item | undefined;

/** Reads the name first, so that what follows can be told by it. */
function readNamed(
  map: YamlMap,
  report: Report,
  kind: ItemKind,
  read: NamedReader,
): Item | undefined {
  const nameless = new MappingReader(
    map,
    report,
    `a ${kind}`,
    map.entries[0]?.key.span ?? map.span,
  );
  const name = nameless.optional(kind);
  if (!name) return undefined;
  const reader = new MappingReader(map, report, `${kind} "${name.value}"`, name.span);
  const item = read(reader, name);
  if (item && !reader.failed) return item;
  const readable = item?.kind === "rule" ? item : undefined;
  return { kind: "broken", of: kind, name: name.value, readable };
}

function readList(reader: MappingReader, name: YamlScalar): ListItem | undefined {
  if (!LIST_NAME.test(name.value)) {
    reader.report.add({
      code: "R024",
      severity: "warning",
      title: `list name "${name.value}" is no single word`,
      at: name.span,
      help: "use a name without blanks, quotes, brackets, commas and equal signs",
    });
  }
  reader.requireAll(["items"]);
  const items = reader.scalars("items");
  const keys = ["items"];
  const mode = readOverride(reader, { append: keys, replace: keys, whole: keys });
  reader.unknownKeys(["list", "items", "append", "override"]);
  if (!items || !mode) return undefined;
  return {
    kind: "list",
    name: name.value,
    at: name.span,
    items: items.map((item) => item.text),
    append: mode.deprecatedAppend !== undefined || mode.append.has("items"),
    replace: mode.replace.size > 0,
    deprecatedAppend: mode.deprecatedAppend,
  };
}

function readMacro(reader: MappingReader, name: YamlScalar): MacroItem | undefined {
  if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name.value)) {
    reader.report.add({
      code: "R009",
      severity: "warning",
      title: `macro name "${name.value}" cannot be used in a condition`,
      at: name.span,
      help: "a name begins with a letter and goes on with letters, digits and _",
    });
  }
  reader.requireAll(["condition"]);
  const condition = reader.optional("condition");
  const keys = ["condition"];
  const mode = readOverride(reader, { append: keys, replace: keys, whole: keys });
  reader.unknownKeys(["macro", "condition", "append", "override"]);
  if (!condition || !mode) return undefined;
  return {
    kind: "macro",
    name: name.value,
    at: name.span,
    condition: condition.text,
    append: mode.deprecatedAppend !== undefined || mode.append.has("condition"),
    replace: mode.replace.size > 0,
    deprecatedAppend: mode.deprecatedAppend,
  };
}

/** What can still be said of an item whose YAML is broken: its name, so that others may use it. */
function damagedItem(node: YamlNode): BrokenItem | undefined {
  if (node.kind !== "map") return undefined;
  for (const { key, value } of node.entries) {
    const kind = key.value;
    if ((kind === "rule" || kind === "macro" || kind === "list") && value.kind === "scalar") {
      return { kind: "broken", of: kind, name: value.value };
    }
  }
  return undefined;
}

function firstLine(span: Span): Span {
  const end = span.source.text.indexOf("\n", span.start);
  return end < 0 || end > span.end ? span : span.source.span(span.start, end);
}
