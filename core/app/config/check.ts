/** From the merged tree of falco.yaml to a `Config`, with everything said that is to be said. */
import {
  hideSecrets,
  inFileOrder,
  type Note,
  Report,
  SourceText,
  type Span,
} from "../../base/mod.ts";
import { hideNode, hideSecretValues, isHidden } from "./hidden_values.ts";
import { readYaml } from "../../base/yaml.ts";
import { isStandard, keyNames, keyNote } from "./known_keys.ts";
import { keyMeant, missingMeant, valueMeant } from "./likely_meant.ts";
import { COMMON_KEYS } from "./sink_options.ts";
import { otherNameHelp, slipOf } from "./sink_key_names.ts";
import { formMeant, switchedOnBy } from "./option.ts";
import { isBuiltIn } from "./plugin_entry.ts";
import { warnOfRepeatedPlugins } from "./repeated_plugins.ts";
import {
  checkAgainstSchema,
  type Config,
  type ConfigIssue,
  configSchema,
  standardConfig,
} from "./schema.ts";
import {
  asWritten,
  type ConfigNode,
  type ConfigPath,
  isBlank,
  isVariable,
  type MappingNode,
  nodeAt,
  placeOf,
  plainValue,
  prune,
  type ScalarNode,
  spell,
  spellAsWritten,
  toTree,
} from "./tree.ts";

/**
 * Checks a tree. Mistakes are reported, in the order of the file, and what is mistaken is left out, so
 * that the rest can still be used to look further; whoever runs with it asks the report for errors
 * first.
 */
export function checkConfig(root: MappingNode, report: Report): Config {
  const found = new Report(report.limit);
  unfoldPluginConfig(root, found);
  commentKeys(root, found);
  warnOfRepeatedPlugins(root, found);
  const config = readTree(root, found);
  for (const diagnostic of inFileOrder(found.diagnostics)) report.add(diagnostic);
  return config;
}

/** Plugins take their `init_config` as a text of JSON too. */
function unfoldPluginConfig(root: MappingNode, report: Report): void {
  const plugins = root.entries.get("plugins")?.value;
  for (const index of plugins?.kind === "sequence" ? plugins.items.keys() : []) {
    const path = ["plugins", index, "init_config"];
    if (!isForeign(root, path)) unfoldText(root, path, report);
  }
}

/** Has a text of JSON be what it says; JSON reads as YAML. */
export function unfoldText(root: MappingNode, path: ConfigPath, report: Report): void {
  const parent = nodeAt(root, path.slice(0, -1));
  const written = nodeAt(root, path);
  if (parent?.kind !== "mapping") return;
  if (written?.kind !== "scalar" || !written.text.trimStart().startsWith("{")) return;
  const { source, start } = written.at;
  // Quotes and line breaks make places inside the text hard to tell: it is one place.
  const inner = new SourceText(source.name, written.text, { text: source, map: () => start });
  const [document] = readYaml(inner, report);
  const entry = parent.entries.get(String(path.at(-1)));
  if (document && entry) entry.value = toTree(document.root, written.at);
}

/** Reads and leaves out by turns: without a wrong value another check may see more than before. */
function readTree(root: MappingNode, report: Report): Config {
  const secrets = hideSecretValues(root, configSchema);
  const emptied = new Set<ConfigNode>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = checkAgainstSchema(plainValue(root));
    if ("config" in result) return result.config;
    const mistaken: ConfigPath[] = [];
    const ignored: ConfigPath[] = [];
    for (const issue of result.issues) {
      if (issue.unknownKeys) {
        for (const key of issue.unknownKeys) {
          const path = [...issue.path, key];
          const known = keyNames(issue.path, pluginAt(root, path)) ?? [];
          reportUnknownKey(root, path, { known, report });
          ignored.push(path);
        }
        continue;
      }
      const node = nodeAt(root, issue.path);
      const isList = isEmptyList(node, issue);
      if (!isList) (isEmpty(node) && !issue.hasNoDefault ? ignored : mistaken).push(issue.path);
      // What is missing after the first round is missing because it was left out.
      if (round > 0 && isMissing(node) && !emptied.has(node!)) continue;
      const isSecret = isHidden(asWritten(root, issue.path), secrets);
      reportValue(root, { ...issue, isSecret, isList }, report);
      if (isList) emptied.add(emptyList(root, issue.path));
    }
    prune(root, mistaken);
    prune(root, ignored, "ignored");
  }
  return standardConfig();
}

/** The default is used then, and that is no error. */
function isEmpty(node: ConfigNode | undefined): boolean {
  return node?.kind === "scalar" && node.text === "";
}

/** `{}` where a list is wanted holds nothing either, and Falco takes it. */
function isEmptyList(node: ConfigNode | undefined, { wanted }: ConfigIssue): boolean {
  return node?.kind === "mapping" && node.entries.size === 0 && wanted.startsWith("a sequence");
}

/** A list of nothing may be something else than the default, and may not be allowed. */
function emptyList(root: MappingNode, path: ConfigPath): ConfigNode {
  const parent = nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === "mapping" ? parent.entries.get(String(path.at(-1))) : undefined;
  const list: ConfigNode = { kind: "sequence", items: [], at: nodeAt(root, path)!.at };
  if (entry) entry.value = list;
  return list;
}

function isMissing(node: ConfigNode | undefined): boolean {
  return node === undefined || node.kind === "sequence" && node.items.length === 0;
}

/** Each round leaves something out; deeper than the schema nests it cannot go. */
const MAX_ROUNDS = 8;

/**
 * Says what is wanted at a place, and what is there instead or that it is missing. `isSecret`: what is
 * there is not shown. `isList`: it is taken for an empty list. `advice`: what to do about it.
 */
export function reportValue(
  root: MappingNode,
  issue: ConfigIssue & {
    readonly isSecret?: boolean;
    readonly isList?: boolean;
    readonly advice?: string | undefined;
  },
  report: Report,
): void {
  const { choices = [], meant, isSecret, isList, advice } = issue;
  const path = writtenPath(root, issue.path);
  const isInList = path !== issue.path && issue.wanted.startsWith("a mapping");
  const wanted = isInList ? `a sequence, each item ${issue.wanted}` : issue.wanted;
  const node = nodeAt(root, path);
  const empty = !issue.hasNoDefault && isEmpty(node);
  const option = !empty && isBlank(node) ? switchedOnBy(root, path) : undefined;
  const key = String(path.at(-1)), parent = path.slice(0, -1);
  const mapping = nodeAt(root, parent);
  if (!node && mapping?.kind === "mapping" && mapping.pruned?.has(key)) return;
  if (!node && path.length > 1 && !option) {
    // Nobody knows what is secret in a sink of no type.
    if (mapping?.kind === "mapping" && parent[0] === "sinks" && key === "type") {
      for (const [name, { value }] of mapping.entries) {
        if (!COMMON_KEYS.includes(name) && slipOf(name, ["type"]) === undefined) hideNode(value);
      }
    }
    report.add({
      code: "C004",
      title: `"${spellAsWritten(root, parent)}" has no "${key}"`,
      at: mapping?.at ?? placeOf(root, parent),
      help: missingMeant(mapping, key) ?? `"${key}" wants ${wanted}`,
    });
    return;
  }
  const name = spellAsWritten(root, path);
  const found = isList ? "an empty mapping" : describe(node, isSecret);
  report.add({
    code: "C004",
    severity: empty || isList ? "warning" : "error",
    title: option
      ? `"${name}" is empty, and wants ${wanted}`
      : `"${name}" wants ${wanted}, found ${found}`,
    // A file that says nothing of what it leaves off is not at fault.
    at: option ?? node?.at ?? placeOf(root, path),
    help: empty
      ? "the default is used"
      : isList
      ? "it is taken as [], an empty list"
      : meant
      ? `did you mean "${meant}"?`
      : advice !== undefined
      ? advice
      : option
      ? `add it, as -o ${name}=…`
      : isBlank(node)
      ? helpForNothing(root, path)
      : formMeant(name, node, wanted) ?? valueMeant(path, node, { wanted, choices }),
  });
}

function helpForNothing(root: MappingNode, path: ConfigPath): string | undefined {
  const section = path.slice(0, -1);
  if (!nodeAt(root, [...section, "enabled"])) return undefined;
  return `write one, or set ${spell([...section, "enabled"])} to false`;
}

/** A list of one may be written without brackets: its item is what stands in the list's place. */
function writtenPath(root: MappingNode, path: ConfigPath): ConfigPath {
  const list = path.slice(0, -1);
  return path.at(-1) === 0 && nodeAt(root, list)?.kind === "scalar" ? list : path;
}

/** `known`: the keys there are beside it. */
export function reportUnknownKey(
  root: MappingNode,
  path: ConfigPath,
  { known, report }: { readonly known: readonly string[]; readonly report: Report },
): void {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const where = parent.length > 0 ? ` in "${spellAsWritten(root, parent)}"` : "";
  const mapping = nodeAt(root, parent);
  const written = mapping?.kind === "mapping" ? [...mapping.entries.keys()] : [];
  report.add({
    code: "C003",
    severity: "warning",
    title: `unknown key "${key}"${where}`,
    at: placeOf(root, path),
    help: () =>
      keyMeant(root, path, known) ?? otherNameHelp(path, { known, written }) ?? "it is ignored",
  });
}

/** Says of every known key that is written what its note has to say. */
function commentKeys(root: MappingNode, report: Report): void {
  const planned: Note[] = [];
  const idle: Note[] = [];
  const old: Note[] = [];
  const visit = (node: ConfigNode, path: ConfigPath) => {
    if (node.kind === "sequence") {
      node.items.forEach((item, index) => visit(item, [...path, index]));
    }
    if (node.kind !== "mapping") return;
    for (const [key, { keyAt, value }] of node.entries) {
      const at = [...path, key];
      const note = keyNote(at, pluginAt(root, at));
      if (note?.standing === "planned") {
        if (!asksNothing(root, at, note.today)) planned.push(noteOf(spell(at), keyAt));
      } else if (note?.standing === "idle") {
        if (!asksNothing(root, at)) idle.push(noteOf(`${spell(at)}: ${note.because}`, keyAt));
      } else if (note?.standing === "replaced" && note.acts) {
        old.push(noteOf(`${spell(at)}: today ${note.by}`, keyAt));
        visit(value, at);
      } else if (note?.standing === "replaced") {
        report.add({
          code: "C005",
          severity: "warning",
          title: `"${spell(at)}" is an old spelling`,
          at: keyAt,
          help: `write ${note.by}; as it stands it has no effect`,
        });
      } else if (!isForeign(root, at)) visit(value, at);
    }
  };
  visit(root, []);
  // As good as the new ones: files that are years old are taken as they are.
  list("C005", "spelled as in older versions of Falco", old, report);
  list("C006", "known, but not acted on yet", planned, report);
  list("C007", "without effect in falcod", idle, report);
}

/** Whether a path leads to what only some plugin that is not built in can read. */
function isForeign(root: MappingNode, path: ConfigPath): boolean {
  if (path.length !== 3 || path[0] !== "plugins" || path[2] !== "init_config") return false;
  const name = pluginAt(root, path);
  return name === undefined || !isBuiltIn(name);
}

/** Name of the plugin that a path leads into. */
function pluginAt(root: MappingNode, path: ConfigPath): string | undefined {
  if (path.length < 3 || path[0] !== "plugins") return undefined;
  const name = nodeAt(root, [...path.slice(0, 2), "name"]);
  return name?.kind === "scalar" ? name.text : undefined;
}

/** The place as text: a list of keys is read as a list, quoting each line would bury it. */
function noteOf(message: string, at: Span): Note {
  const { line } = at.source.position(at.start);
  return { message: `${message} (${at.source.name}:${line})` };
}

function list(code: string, what: string, notes: readonly Note[], report: Report): void {
  if (notes.length === 0) return;
  const title = `${notes.length} ${notes.length === 1 ? "key is" : "keys are"} ${what}`;
  report.add({ code, severity: "info", title, notes });
}

/**
 * What nobody has chosen: Falco's default, which its own falco.yaml spells out, and settings of an engine
 * that is not the one in use.
 */
function asksNothing(root: MappingNode, path: ConfigPath, today?: string): boolean {
  const [section, engine] = path;
  if (section === "engine" && OTHER_ENGINES.has(engine!)) {
    const kind = nodeAt(root, ["engine", "kind"]);
    if (kind?.kind !== "scalar" || kind.text !== engine) return true;
  }
  const node = nodeAt(root, path)!;
  return isHonoured(node, today) || isStandard(path, pluginAt(root, path), plainValue(node));
}

const OTHER_ENGINES: ReadonlySet<string | number> = new Set(["kmod", "ebpf", "gvisor"]);

/** Asks for nothing beyond what falcod does in any case: switched off, empty, or today's value. */
function isHonoured(node: ConfigNode, today: string | undefined): boolean {
  switch (node.kind) {
    case "null":
      return true;
    case "scalar":
      return node.text === "" || node.text.toLowerCase() === today;
    case "sequence":
      return node.items.length === 0;
    case "mapping": {
      const enabled = node.entries.get("enabled")?.value;
      if (enabled) return enabled.kind === "scalar" && /^(false|no|off|n)$/i.test(enabled.text);
      return node.entries.size === 0;
    }
  }
}

function describe(node: ConfigNode | undefined, isSecret = false): string {
  switch (node?.kind) {
    case undefined:
    case "null":
      return "nothing";
    case "scalar":
      if (node.text === "") return "nothing";
      // What it holds may be a secret, and to show its name as if that stood there would mislead.
      if (isVariable(node)) return `what ${node.written?.value} holds`;
      return isSecret ? "a text that is not shown" : shownText(node);
    case "sequence":
      return "a sequence";
    case "mapping":
      return "a mapping";
  }
}

/** As it was written: what a variable of the environment brings in may be a secret. */
export function shownText({ text, written }: ScalarNode): string {
  const shown = written?.value ?? text;
  return hideSecrets(JSON.stringify(shown.length > 60 ? shown.slice(0, 60) + "…" : shown));
}
