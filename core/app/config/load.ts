/** Finds falco.yaml, reads it with what it includes and with the command line's `-o`. */
import { type Report, SourceText, type Span } from "../../base/mod.ts";
import { readYaml } from "../../base/yaml.ts";
import { filesIn, kindOf, readText } from "../files.ts";
import { checkConfig } from "./check.ts";
import { anyOf, consequencesOf, consequencesOfUnset, type IsConsequence } from "./consequences.ts";
import { type Environment, expandTree } from "./environment.ts";
import { isList } from "./known_keys.ts";
import { ownerOf, reportOwner } from "./owner.ts";
import { applyOption, type ConfigOption, gapBefore, parseOption, pathOf } from "./option.ts";
import { readEntries } from "./entries.ts";
import type { Config } from "./schema.ts";
import {
  type ConfigNode,
  emptyMapping,
  type MappingNode,
  mergeInto,
  STRATEGIES,
  type Strategy,
  toTree,
} from "./tree.ts";

/** Where falco.yaml is looked for when nobody says. */
export const CONFIG_PATHS = ["/etc/falcod/falco.yaml", "/etc/falco/falco.yaml"] as const;

export interface ConfigRequest {
  /** `-c`; absent: the first of `CONFIG_PATHS` that exists, else the configuration of the program. */
  readonly path?: string | undefined;
  /** `-o`, in order; the last one wins. */
  readonly options: readonly string[];
  /** More of them, behind all others, by what files and those say. */
  readonly furtherOptions?: ((root: MappingNode, report: Report) => readonly string[]) | undefined;
  readonly environment: Environment;
  /** Folder of the built-in falco.yaml; `${FALCOD_RULES}` in any configuration stands for it. */
  readonly rulesFolder: string;
  /** Called with every file and directory before anything of it is read. */
  readonly beforeReading?: (path: string) => void;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Every file that was read, in order. */
  readonly files: readonly string[];
  readonly root: MappingNode;
  /** What values of the configuration name with a `%`. Absent: there are no variables. */
  readonly environment?: Environment;
  /**
   * What need not be told since the file to start with could not be read, or not all of it, or since a
   * variable is not set.
   */
  readonly isConsequence?: IsConsequence | undefined;
}

/** The configuration to run with; mistakes are in the report, and then it is only good for looking on. */
export function loadConfig(request: ConfigRequest, report: Report): LoadedConfig {
  const merged = mergeConfig(request, report);
  const found = report.part();
  const config = checkConfig(merged.root, found);
  const { isConsequence } = merged;
  report.absorb(found, (problem) => isConsequence?.(problem) ? undefined : problem);
  return { config, ...merged };
}

/** What files and options say together, not looked at yet. */
export function mergeConfig(
  request: ConfigRequest,
  report: Report,
): Omit<LoadedConfig, "config"> {
  const path = request.path ?? CONFIG_PATHS.find((path) => kindOf(path) === "file") ??
    `${request.rulesFolder}/falco.yaml`;
  const environment: Environment = (name) =>
    request.environment(name) ?? (name === "FALCOD_RULES" ? request.rulesFolder : undefined);
  const own = report.part();
  request.beforeReading?.(path);
  const given = readConfigFile(path, { environment, report: own });
  report.absorb(own);
  const told = [...own.diagnostics];
  const root = given ?? emptyMapping(new SourceText(path, "").all);
  const files = [path];

  const options = parseOptions(request.options, report);
  for (const option of options) {
    // These decide what else is read; all others have the last word after it.
    if (isIncludeOption(option)) apply(root, option, report);
  }
  for (const include of includesOf(root, { mainPath: path, report, ...request })) {
    request.beforeReading?.(include.path);
    files.push(include.path);
    const inner = report.part();
    const addition = readConfigFile(include.path, { environment, report: inner, at: include.at });
    report.absorb(inner);
    told.push(...inner.diagnostics);
    if (!addition) continue;
    const nested = addition.entries.get("config_files");
    if (nested) {
      report.add({
        code: "C009",
        title: `"config_files" in a file that is itself included`,
        at: nested.keyAt,
        help: `name the files in "${path}"`,
      });
      addition.entries.delete("config_files");
    }
    mergeInto(root, addition, include.strategy);
  }
  for (const option of options) {
    if (!isIncludeOption(option)) apply(root, option, report);
  }
  for (const option of parseOptions(request.furtherOptions?.(root, report) ?? [], report)) {
    apply(root, option, report);
  }
  return {
    root,
    files,
    environment,
    isConsequence: anyOf([consequencesOf(told), consequencesOfUnset(report)]),
  };
}

interface ReadContext {
  readonly environment: Environment;
  readonly report: Report;
  /** Where the file is named. */
  readonly at?: Span | undefined;
}

function readConfigFile(path: string, context: ReadContext): MappingNode | undefined {
  const { report } = context;
  const source = readText(path, report, context.at);
  return source && readConfigText(source, context);
}

/** Examples have "..." for what they leave out; in YAML it ends a document. */
function helpForSecond(before: string): string {
  const [line = "---"] = before.match(/^(?:\.\.\.|---)(?=\s)/gm)?.slice(-1) ?? [];
  return `the line "${line}" ends the first: take it away, or put the rest into a file of config_files`;
}

/** One text of falco.yaml; `undefined` when it is no mapping. An empty one is an empty mapping. */
export function readConfigText(source: SourceText, context: ReadContext): MappingNode | undefined {
  const { environment, report } = context;
  const { documents, broken } = readEntries(source, report);
  const root = documents[0] && toTree(documents[0].root);
  const owner = root && ownerOf(root, "falco.yaml");
  if (owner) {
    reportOwner(root, { ...owner, instead: "no configuration of falcod" }, report);
    return undefined;
  }
  const second = documents[1];
  if (second) {
    report.add({
      code: "C010",
      severity: "warning",
      title: "only the first document of a configuration file is read",
      at: source.span(second.root.span.start, second.root.span.start),
      help: helpForSecond(source.text.slice(0, second.root.span.start)),
    });
  }
  if (!root || root.kind === "null") return emptyMapping(source.all);
  if (root.kind !== "mapping") {
    report.add({
      code: "C002",
      title: "a configuration is a mapping of keys to values",
      at: root.at,
    });
    return undefined;
  }
  const tree = expandTree(root, { environment, report }) as MappingNode;
  // It has been told what is wrong with them: what they seem to lack need not be.
  if (broken.length > 0) tree.pruned = new Set(broken);
  return tree;
}

function parseOptions(texts: readonly string[], report: Report): readonly ConfigOption[] {
  return texts.map((text) => parseOption(text, report)).filter((option) => option !== undefined);
}

function isIncludeOption(option: ConfigOption): boolean {
  const first = option.steps[0];
  return first?.kind === "name" && first.name === "config_files";
}

function apply(root: MappingNode, option: ConfigOption, report: Report): void {
  const gap = gapBefore(root, option);
  if (!gap) return applyOption(root, option, valueOf(option, report));
  const { list, length, at } = gap;
  report.add({
    code: "C008",
    title: `"${list}" has ${length} element${length === 1 ? "" : "s"}: this would leave a gap`,
    at,
    help: `write [${length}] or []: both append`,
  });
}

/** Text, what a flow mapping in braces says, or a sequence in brackets where a list is wanted. */
function valueOf(option: ConfigOption, report: Report): ConfigNode {
  const { source, start, end } = option.value;
  const text = source.text.slice(start, end);
  const scalar: ConfigNode = { kind: "scalar", text, at: option.value };
  const isFlow = text.startsWith("{") && text.endsWith("}") ||
    text.startsWith("[") && text.endsWith("]") && isList(pathOf(option));
  if (!isFlow) return scalar;
  const inner = new SourceText(source.name, text, {
    text: source,
    map: (offset) => start + offset,
  });
  const [document] = readYaml(inner, report);
  return document ? toTree(document.root) : scalar;
}

interface Include {
  readonly path: string;
  readonly strategy: Strategy;
  readonly at: Span;
}

interface IncludeContext extends Pick<ConfigRequest, "beforeReading"> {
  readonly mainPath: string;
  readonly report: Report;
}

/** The files `config_files` leads to; directories are read sorted, what is missing is passed over. */
function includesOf(
  root: MappingNode,
  { mainPath, report, beforeReading }: IncludeContext,
): Include[] {
  const node = root.entries.get("config_files")?.value;
  const items = node?.kind === "sequence" ? node.items : node ? [node] : [];
  const includes: Include[] = [];
  for (const item of items) {
    const named = item.kind === "mapping" ? item.entries.get("path")?.value : item;
    if (named?.kind !== "scalar") continue; // the schema says what is wrong with it
    const strategy = strategyOf(item, report);
    const at = named.at;
    if (named.text === mainPath) {
      report.add({
        code: "C009",
        title: `"config_files" includes "${mainPath}" in itself`,
        at,
        help: "take this entry out",
      });
      continue;
    }
    beforeReading?.(named.text);
    switch (kindOf(named.text)) {
      case "file":
        includes.push({ path: named.text, strategy, at });
        break;
      case "directory":
        for (const path of filesIn(named.text, { use: "configuration", report, at })) {
          includes.push({ path, strategy, at });
        }
        break;
      case "missing":
        report.add({
          code: "C011",
          severity: "info",
          title: `"${named.text}" does not exist and is passed over`,
          at,
        });
    }
  }
  return includes;
}

function strategyOf(item: ConfigNode, report: Report): Strategy {
  const node = item.kind === "mapping" ? item.entries.get("strategy")?.value : undefined;
  if (node?.kind !== "scalar") return "append";
  const strategy = STRATEGIES.find((strategy) => strategy === node.text);
  if (strategy) return strategy;
  report.add({
    code: "C012",
    severity: "warning",
    title: `unknown strategy "${node.text}"`,
    at: node.at,
    help: `one of ${STRATEGIES.join(", ")}; "append" is used`,
  });
  return "append";
}
