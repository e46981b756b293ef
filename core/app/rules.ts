/** From the rule files that somebody named to the ruleset that runs. */
import { dirname, isAbsolute } from "node:path";
import { type Diagnostic, Report, type SourceText, type Span, toFile } from "../base/mod.ts";
import { isCompatible, parseVersion } from "../base/version.ts";
import { readYaml } from "../base/yaml.ts";
import type { FieldTable } from "../field/mod.ts";
import type { NativePlugin, Registry } from "../plugin/mod.ts";
import {
  type ContainerInfo,
  lintShadows,
  loadRulesAside,
  type MeaningLint,
  readRuleFileAside,
  type RuleFile,
  type RuleNames,
  type Ruleset,
} from "../rule/mod.ts";
import { fetchingOfFalco, fetchingOfSource } from "../package/falco_artifacts.ts";
import { extraOutputs, warnOfUnusedOutputs } from "./append_output.ts";
import { PLAIN_CONTAINER_INFO } from "./container_info.ts";
import { K8S_AUDIT } from "./config/k8s_audit.ts";
import { helpForLeftOut, helpForSource } from "./config/left_out.ts";
import { hideInner, ownerOf } from "./config/owner.ts";
import { isBuiltIn } from "./config/plugin_entry.ts";
import type { Config } from "./config/schema.ts";
import { type MappingNode, toTree } from "./config/tree.ts";
import { knownFieldTables } from "./fields.ts";
import { filesIn, kindOf, readText } from "./files.ts";
import { inSlices } from "./pause.ts";
import { warnOfCapturesOff } from "./recording/check_captures.ts";
import { reportVainSelections, selectRules } from "./rule_selection.ts";
import { ENGINE_VERSION } from "./version.ts";

/** A file or directory of rules, as somebody wrote it. */
export interface RulePath {
  readonly path: string;
  /** Where it is written, if in a file. */
  readonly at?: Span | undefined;
  /** Missing is a mistake; paths in falco.yaml may be missing, as in Falco. */
  readonly required: boolean;
  /** What it says, where that has been read already. */
  readonly text?: SourceText;
}

export interface LoadedRules {
  /** Absent when there are errors. */
  readonly ruleset: Ruleset | undefined;
  /** The files that were read, in order; also those that turned out to hold no text. */
  readonly files: readonly string[];
}

/**
 * What becomes of rules for sources that are known and that nobody delivers: they are checked and stay
 * off, or are as good as others, for events that somebody made up.
 */
export type Undelivered = "checked" | "tried";

export type AdaptFields = (fields: FieldTable) => FieldTable;

/** Reads and compiles rules; all mistakes of all files are reported. */
export async function loadRuleset(
  paths: readonly RulePath[],
  options: {
    readonly config: Config;
    /** What `config` was read from, to tell places in it. */
    readonly configRoot?: MappingNode | undefined;
    /** What need not be told since the configuration could not be read, or not all of it. */
    readonly isConsequence?: ((found: Diagnostic) => boolean) | undefined;
    readonly registry: Registry;
    readonly report: Report;
    /** Absent: what Falco printed for `%container.info` when nobody asked for more. */
    readonly containerInfo?: ContainerInfo | undefined;
    /** Other fields in place of those of a source, for rules that judge events somebody made up. */
    readonly adaptFields?: AdaptFields | undefined;
    /** Also tells of rules that cannot mean what was meant; a start has no time for it. */
    readonly lintsMeaning?: MeaningLint | undefined;
    /** Event sources that are watched; absent: all there are. */
    readonly sources?: readonly string[] | undefined;
    /** Rules judge what was recorded: they make no captures of it. */
    readonly isRecorded?: boolean;
    /** Absent: rules for other sources are left out. */
    readonly undelivered?: Undelivered | undefined;
    /** Where the rules are that came with the program: they are for every source there may be. */
    readonly rulesFolder?: string | undefined;
    /** Plugins that are loaded beside those that are built in. */
    readonly natives?: readonly NativePlugin[];
    /** Versions of packages of third parties, by name. */
    readonly pluginVersions?: ReadonlyMap<string, string>;
  },
): Promise<LoadedRules> {
  const { config, configRoot, registry, report, containerInfo = PLAIN_CONTAINER_INFO } = options;
  const { adaptFields = (fields) => fields, lintsMeaning, undelivered } = options;
  const adapted = (tables: ReadonlyMap<string, FieldTable>) =>
    new Map([...tables].map(([source, table]) => [source, adaptFields(table)]));
  const known = adapted(await knownFieldTables(registry, config.static_fields));
  const { sources } = options;
  const fields = undelivered === "tried" || sources === undefined
    ? known
    : new Map([...known].filter(([source]) => sources.includes(source)));
  const extras = extraOutputs(config.append_output, configRoot);
  const files: RuleFile[] = [];
  const names: string[] = [];
  const breathe = inSlices();
  // A mistake in the configuration is no reason to say less of the rules.
  const own = report.part();
  refuseNoneThere(paths, own);
  const forAnySource = new Set<string>();
  for (const { path, at, required, text } of expandPaths(paths, own)) {
    // Whoever names them on the command line expects something of them.
    if (!required && dirname(path) === options.rulesFolder) forAnySource.add(path);
    const told = own.diagnostics.length;
    const source = text ?? readText(path, own, at);
    if (source || own.diagnostics.slice(told).some((found) => isIn(path, found))) names.push(path);
    if (!source) continue;
    const read = own.part();
    files.push(await readRuleFileAside(source, { report: read, breathe }));
    own.absorb(read, withOwner(source, read));
    await breathe();
  }
  const right: Ruleset[] = [];
  const named: RuleNames[] = [];
  const ruleset = await loadRulesAside(files, {
    fieldsOf: (source) => fields.get(source),
    undeliveredFieldsOf: (source) => undelivered ? known.get(source) : undefined,
    undeliveredHelp: (source) => known.has(source) ? helpToWatch(source) : undefined,
    leftOutHelp: (source) => {
      const { likely, possible } = helpForSource(config, source);
      return { likely, possible: helpToFetchSource(source) ?? possible };
    },
    mayBeIdle: (file) => forAnySource.has(file),
    sources: [...known.keys()],
    engineVersion: ENGINE_VERSION,
    minimumPriority: config.priority,
    lintsMeaning,
    extraOutputs: extras,
    containerInfo,
    bytesFormat: config.buffer_format_base64 ? "base64" : "dots",
    // What these plugins do for Falco is there without them.
    hasPlugin: (name, wanted) => isBuiltIn(name) || isLoaded(options, { name, wanted }),
    pluginHelp: (names) => helpForLeftOut(config, names) ?? helpToFetch(config, names),
    rest: (rules, all) => {
      right.push(rules);
      named.push(...all);
    },
  }, { report: own, breathe });
  const lintsShadows = lintsMeaning && config.rule_matching === "first";
  // What is right is held against itself; the configuration may be about what is not.
  for (const rules of lintsShadows ? right : []) {
    lintShadows(selectRules(rules, config.rules, { report: new Report() }), own);
  }
  const { isConsequence } = options;
  report.absorb(own, (problem) => isConsequence?.(problem) ? undefined : problem);
  const rules = ruleset?.rules ?? named;
  if (rules.length > 0) warnOfUnusedOutputs(extras, configRoot, { rules, tables: known, report });
  if (!ruleset) {
    if (named.length > 0) reportVainSelections(named, config.rules, { root: configRoot, report });
    return { ruleset: undefined, files: names };
  }
  const selected = selectRules(ruleset, config.rules, { root: configRoot, report });
  if (!options.isRecorded) {
    warnOfCapturesOff(selected.rules, { config, root: configRoot }, report);
  }
  if (!report.hasErrors) warnOfSilence(selected, report);
  if (lintsShadows) lintShadows(selected, report);
  return { ruleset: report.hasErrors ? undefined : selected, files: names };
}

function isIn(path: string, { at }: Diagnostic): boolean {
  return at !== undefined && toFile(at).source.name === path;
}

/** Says whose file it is that has no rules, and that once. */
function withOwner(
  source: SourceText,
  { diagnostics }: Report,
): (found: Diagnostic) => Diagnostic | undefined {
  const first = diagnostics.find(({ code }) => code === NO_RULE_FILE);
  const [document] = first ? readYaml(source, new Report()) : [];
  const root = document && toTree(document.root);
  const owner = root && ownerOf(root, "rules");
  if (!owner) return (found) => found;
  hideInner(root);
  const { what, help } = owner;
  return (found) => {
    if (found === first) return { ...found, title: `${what}, and no rules file`, help };
    return found.code === NO_RULE_FILE ? undefined : found;
  };
}

/** It holds no list. */
const NO_RULE_FILE = "R001";

/** As Falco: of the same major version, and not older. */
function isLoaded(
  { natives = [], pluginVersions }: {
    readonly natives?: readonly NativePlugin[];
    readonly pluginVersions?: ReadonlyMap<string, string>;
  },
  { name, wanted }: { readonly name: string; readonly wanted: string },
): boolean {
  const version = pluginVersions?.get(name) ??
    natives.find((plugin) => plugin.name === name)?.version;
  const there = version && parseVersion(version), needed = parseVersion(wanted);
  return !!there && needed !== undefined && isCompatible(there, needed);
}

/** For Falco's own that nothing under `plugins` names; of one that is named, more is told there. */
function helpToFetch({ plugins }: Config, names: readonly string[]): string | undefined {
  const fetching = fetchingOfFalco(
    names.filter((wanted) => !plugins.some(({ name }) => name === wanted)),
  );
  return fetching && `${fetching} fetches it; name it under plugins of falco.yaml, too`;
}

function helpToFetchSource(source: string): string | undefined {
  const fetching = fetchingOfSource(source);
  return fetching && `${fetching} fetches the plugin that provides it; it goes under plugins`;
}

function helpToWatch(source: string): string {
  const how = source === K8S_AUDIT
    ? "a plugin named k8saudit in falco.yaml brings its events"
    : `let falco.yaml and the command line leave source "${source}" on`;
  return `${how}; falcod validate checks such rules all the same`;
}

function warnOfSilence({ rules }: Ruleset, report: Report): void {
  if (rules.some((rule) => rule.enabled)) return;
  // A source that nobody provides, or a name that is unknown here.
  const areSkipped = report.diagnostics.some(({ code }) => code === "R042" || code === "R045");
  report.add({
    code: "C025",
    severity: "warning",
    title: "no rule is enabled, so there will be no alerts",
    help: rules.length === 0 && areSkipped
      ? "those that there are have been skipped: why is told of each"
      : rules.length === 0
      ? "name files with rules, under rules_files or behind -r"
      : 'look at "enabled" of the rules, and at "rules" and "priority" of falco.yaml',
  });
}

/** What a shell would have made another name of, and YAML an item. */
function helpForName(path: string): string | undefined {
  if (/^-[^\s-]/.test(path)) return "write a blank behind the dash";
  if (/[*?]/.test(path)) {
    return "names are no patterns: of a folder all .yaml and .yml files are read";
  }
  return path.startsWith("~") ? '"~" is no folder here: write all of it, or ${HOME}' : undefined;
}

/** Single files of a configuration may be missing; without any, Falco does not start. */
function refuseNoneThere(paths: readonly RulePath[], report: Report): void {
  const noneThere = paths.every(({ path, required, text }) =>
    !text && !required && kindOf(path) === "missing"
  );
  if (paths.length === 0 || !noneThere) return;
  report.add({
    code: "C013",
    title: "no rules: of the rules files in the configuration none exists",
    at: paths[0]!.at,
    help: paths.map(({ path }) => helpForName(path)).find((help) => help !== undefined) ??
      "are the names right? Relative ones count from the current directory",
  });
}

/** Directories become their files, sorted. */
function* expandPaths(
  paths: readonly RulePath[],
  report: Report,
): Generator<RulePath> {
  for (const rulePath of paths) {
    const { path, at, required, text } = rulePath;
    switch (text ? "file" : kindOf(path)) {
      case "missing":
        report.add({
          code: "C011",
          severity: required ? "error" : "info",
          title: required
            ? `rules file "${path}" does not exist`
            : `"${path}" does not exist and is passed over`,
          at,
          help: helpForName(path) ??
            (required ? `is the name right?${countsFrom(path)}` : undefined),
        });
        break;
      case "directory": {
        const files = filesIn(path, { use: "rules", report, at });
        if (files.length === 0) reportNoRules(rulePath, report);
        for (const file of files) yield { path: file, at, required };
        break;
      }
      case "file":
        yield rulePath;
    }
  }
}

function countsFrom(path: string): string {
  return isAbsolute(path) ? "" : " It counts from the current directory";
}

/**
 * Whoever names a directory expects rules in it; a wrong name would otherwise mean no alerts, silently.
 * The configuration that comes with Falco names one for whoever wants to put some there.
 */
function reportNoRules({ path, at, required }: RulePath, report: Report): void {
  report.add({
    code: "C021",
    severity: required ? "warning" : "info",
    title: `directory "${path}" holds no rules files`,
    at,
    help: "only files that end in .yaml or .yml are read",
  });
}
