/** The `exceptions` of a rule as written. */
import type { YamlNode } from "../base/yaml.ts";
import { MappingReader, shape } from "./_mapping_reader.ts";
import type { ExceptionEntry, ExceptionItem } from "./rule_file.ts";

/** Upstream nests at most list in list. */
const MAX_DEPTH = 4;

/** With `append`, an exception may name an earlier one and give it values alone. */
export function readExceptions(rule: MappingReader, append: boolean): readonly ExceptionItem[] {
  const value = rule.value("exceptions");
  if (!value || value.kind === "null") return [];
  const exceptions: ExceptionItem[] = [];
  const byName = new Map<string, ExceptionItem>();
  for (const node of rule.sequence("exceptions") ?? []) {
    const exception = readException(rule, node, append);
    if (!exception) continue;
    const earlier = byName.get(exception.name);
    if (earlier) {
      rule.report.add({
        code: "R022",
        severity: "warning",
        title: `${rule.label} has two exceptions named "${exception.name}"`,
        at: exception.at,
        notes: [{ message: "the other one", at: earlier.at }],
      });
    } else byName.set(exception.name, exception);
    exceptions.push(exception);
  }
  return exceptions;
}

function readException(
  rule: MappingReader,
  node: YamlNode,
  append: boolean,
): ExceptionItem | undefined {
  if (node.kind !== "map") {
    const title = `an exception is a mapping, not ${shape(node)}`;
    return rule.fail("R013", title, node.span, "write {name: …, fields: […], values: […]}");
  }
  const nameless = new MappingReader(
    node,
    rule.report,
    "an exception",
    node.entries[0]?.key.span ?? node.span,
  );
  nameless.requireAll(["name"]);
  const name = nameless.optional("name");
  if (!name) {
    rule.failed = true;
    return undefined;
  }
  const label = `exception "${name.value}"`;
  const reader = new MappingReader(node, rule.report, label, name.span);
  const fields = readEntryOf(reader, "fields");
  const instead = reader.has("values")
    ? "to add values to an exception that is there, write override: {exceptions: append}"
    : undefined;
  if (!append) reader.requireAll(["fields"], instead);
  const comparisons = readEntryOf(reader, "comps");
  const nodes = reader.sequence("values");
  const values = (nodes ?? []).map((value) => readEntry(reader, "values", value, 0));
  if (!nodes && append && !reader.failed) {
    rule.report.add({
      code: "R023",
      severity: "warning",
      title: `${label} appends no values`,
      at: name.span,
      help: 'add "values: […]"',
    });
  }
  // A code of its own, since Falco has none: it leaves these to its schema.
  reader.unknownKeys(["name", "fields", "comps", "values"], "R025");
  if (reader.failed) {
    rule.failed = true;
    return undefined;
  }
  return {
    name: name.value,
    at: name.span,
    fields,
    comparisons,
    values: values.filter((entry) => entry !== undefined),
  };
}

/** What is there and holds nothing says nothing, as in Falco: `comps: []` leaves the operators to it. */
function readEntryOf(reader: MappingReader, key: string): ExceptionEntry | undefined {
  const node = reader.value(key);
  const isEmpty = node?.kind === "null" || (node?.kind === "seq" && node.items.length === 0);
  return node && !isEmpty ? readEntry(reader, key, node, 0) : undefined;
}

function readEntry(
  reader: MappingReader,
  key: string,
  node: YamlNode,
  depth: number,
): ExceptionEntry | undefined {
  if (node.kind === "scalar" && node.value !== "") {
    return { kind: "one", text: node.text, at: node.span };
  }
  if (node.kind === "seq" && depth < MAX_DEPTH) {
    const entries: ExceptionEntry[] = [];
    for (const item of node.items) {
      const entry = readEntry(reader, key, item, depth + 1);
      if (entry) entries.push(entry);
    }
    return { kind: "many", entries, at: node.span };
  }
  const found = node.kind === "seq" ? "a list nested too deeply" : shape(node);
  return reader.fail(
    "R013",
    `"${key}" of ${reader.label} holds ${found}`,
    node.span,
    "values are texts, or lists of texts",
  );
}
