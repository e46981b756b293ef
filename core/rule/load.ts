/** All rule files together: checked as a whole, then either a complete ruleset or none. */
import type { Priority } from "../alert/mod.ts";
import {
  didYouMean,
  Report,
  runSteps,
  runStepsAside,
  type Span,
  type Steps,
  toFile,
} from "../base/mod.ts";
import type { BytesFormat, FieldTable } from "../field/mod.ts";
import type { ContainerInfo } from "./_output_text.ts";
import { Compiler } from "./compile.ts";
import { Deprecations } from "./deprecation.ts";
import type { ExtraOutput, RuleNames } from "./extra_output.ts";
import type { MeaningLint } from "./lint_conditions.ts";
import { type Merged, mergeFiles, type RuleDraft } from "./merge.ts";
import type { EngineVersionItem, PluginRequirement, RuleFile } from "./rule_file.ts";
import type { List, Rule, Ruleset } from "./ruleset.ts";
import { isCompatible, parseVersion, type Version, versionText } from "../base/version.ts";

export interface LoadContext {
  /** Fields that rules of an event source may use; absent for a source nobody provides. */
  fieldsOf(source: string): FieldTable | undefined;
  /**
   * Fields of a source that is known and that nobody provides: its rules are checked, and stay off.
   * Absent: they are not looked at.
   */
  undeliveredFieldsOf?(source: string): FieldTable | undefined;
  /** How events of a source come in that nobody provides; absent for a source that is not known. */
  undeliveredHelp?(source: string): string | undefined;
  /** The same where plugins are at hand: one that by its name brings the source, or any of them. */
  leftOutHelp?(
    source: string,
  ): { readonly likely?: string | undefined; readonly possible?: string | undefined };
  /** Whether a file holds rules for whatever source is there, and others need no word. */
  mayBeIdle?(file: string): boolean;
  /** For suggestions. */
  readonly sources?: readonly string[];
  /** The rule engine's own version, `0.63.0`. */
  readonly engineVersion: string;
  /** Rules less severe than this are checked and kept disabled. */
  readonly minimumPriority: Priority;
  /** Absent: rules are not asked whether they can mean what was meant. */
  readonly lintsMeaning?: MeaningLint | undefined;
  /** Added to the outputs of rules, in order. */
  readonly extraOutputs?: readonly ExtraOutput[];
  /** For outputs of system calls that get no suggested fields. Absent: it prints nothing. */
  readonly containerInfo?: ContainerInfo;
  /** How bytes print in outputs; as dots where they are not printable by default. */
  readonly bytesFormat?: BytesFormat;
  /**
   * Where some rules are wrong it gets those that are right, and what all of them are called: there may
   * be more to say of them.
   */
  rest?(ruleset: Ruleset, all: readonly RuleNames[]): void;
  /** Whether a plugin of that name and of a compatible version is there. Absent: nobody asks. */
  hasPlugin?(name: string, version: string): boolean;
  /** What to do where none of these plugins is there. */
  pluginHelp?(names: readonly string[]): string | undefined;
}

/** Reports everything that is wrong; a ruleset only when nothing is. Does not change the files. */
export function loadRules(
  files: readonly RuleFile[],
  context: LoadContext,
  report: Report,
): Ruleset | undefined {
  return runSteps(loadingSteps(files, context, report));
}

/** What `loadRules` does, while other things go on: `breathe` is asked between one rule and the next. */
export function loadRulesAside(
  files: readonly RuleFile[],
  context: LoadContext,
  { report, breathe }: {
    readonly report: Report;
    /** Absent: there is time for more. */
    readonly breathe: () => Promise<void> | undefined;
  },
): Promise<Ruleset | undefined> {
  return runStepsAside(loadingSteps(files, context, report), breathe);
}

/** Stops after each macro and each rule. */
function* loadingSteps(
  files: readonly RuleFile[],
  context: LoadContext,
  report: Report,
): Steps<Ruleset | undefined> {
  // Errors of reading stand in the caller's report; ours are counted apart from them.
  const own = new Report(report.limit);
  const deprecations = new Deprecations();
  const requiredEngineVersion = checkRequirements(files, context, own);
  const merged = mergeFiles(files, own, deprecations);
  const isMerged = merged.complete && merged.broken.size === 0 && !own.hasErrors;
  const compiler = new Compiler(merged, context, own, deprecations);
  yield* compiler.compileMacros();
  const rules: Rule[] = [];
  /** What stands in them may be used by rules that are passed over. */
  const skippedFiles = new Set<string>();
  for (const draft of merged.rules.values()) {
    warnOfSource(draft, context, own);
    if (!compiler.knowsSource(draft) && mayBeWatched(draft, context)) {
      skippedFiles.add(fileOf(draft.at));
    }
    const rule = compiler.rule(draft);
    if (rule) rules.push(rule);
    yield;
  }
  yield* warnOfReplaced(merged, context, own);
  const lists = listsOf(merged, compiler.usedLists);
  if (isMerged && compiler.knowsUse) reportUnused(compiler, merged, skippedFiles, own);
  deprecations.reportAll(own);
  report.absorb(own);
  const complete = merged.complete && merged.broken.size === 0;
  if (!complete) return undefined;
  const fields = new Set<string>();
  for (const rule of rules) if (rule.enabled) { for (const name of rule.fields) fields.add(name); }
  const ruleset: Ruleset = {
    rules,
    macros: compiler.macros(),
    lists,
    requiredEngineVersion,
    requiredPlugins: pluginRequirements(files),
    fields,
  };
  if (!report.hasErrors && !own.hasErrors) return ruleset;
  if (isMerged) context.rest?.(ruleset, [...merged.rules.values()]);
  return undefined;
}

function pluginRequirements(files: readonly RuleFile[]): readonly PluginRequirement[] {
  return files.flatMap(({ items }) =>
    items.flatMap((item) => item.kind === "plugin-versions" ? item.requirements : [])
  );
}

function checkRequirements(
  files: readonly RuleFile[],
  context: LoadContext,
  report: Report,
): Version | undefined {
  const engine = parseVersion(context.engineVersion);
  if (!engine) throw new Error(`bad engine version ${context.engineVersion}`);
  let newest: Version | undefined;
  for (const item of files.flatMap((file) => file.items)) {
    if (item.kind === "engine-version") {
      checkEngineVersion(item, engine, report);
      if (!newest || isCompatible(item.version, newest)) newest = item.version;
    } else if (item.kind === "plugin-versions") {
      for (const requirement of item.requirements) checkPlugin(requirement, context, report);
    }
  }
  return newest;
}

function checkEngineVersion(
  { version, at }: EngineVersionItem,
  engine: Version,
  report: Report,
): void {
  if (isCompatible(engine, version)) return;
  report.add({
    code: "R040",
    title: `the file asks for rule engine ${versionText(version)}; this one is ${
      versionText(engine)
    }`,
    at,
    help: "update falcod, or use the rule files made for this version",
  });
}

function checkPlugin(
  { alternatives, at }: PluginRequirement,
  context: LoadContext,
  report: Report,
): void {
  const { hasPlugin } = context;
  if (!hasPlugin) return;
  if (alternatives.some(({ name, version }) => hasPlugin(name, versionText(version)))) return;
  const wanted = alternatives.map(({ name, version }) => `${name} ${versionText(version)}`);
  report.add({
    code: "R041",
    title: `the file needs plugin ${wanted.join(" or ")} or newer, which is not loaded`,
    at,
    help: context.pluginHelp?.(alternatives.map(({ name }) => name)) ??
      "add the plugin to falco.yaml (plugins, load_plugins), or do not load this file",
  });
}

/** The source is one that the configuration leaves out. Of one that nobody has all is told, as by Falco. */
function mayBeWatched({ source, at }: RuleDraft, context: LoadContext): boolean {
  return context.mayBeIdle?.(fileOf(at)) || context.undeliveredHelp?.(source) !== undefined;
}

function fileOf(at: Span): string {
  return toFile(at).source.name;
}

function warnOfSource({ name, source, at }: RuleDraft, context: LoadContext, report: Report): void {
  if (context.fieldsOf(source) || context.mayBeIdle?.(fileOf(at))) return;
  const { likely, possible } = context.leftOutHelp?.(source) ?? {};
  const forSource = `for event source "${source}", which nobody provides`;
  report.add({
    code: "R042",
    severity: "warning",
    title: `rule "${name}" is ${forSource}; it is skipped`,
    at,
    help: likely ?? didYouMean(source, context.sources ?? []) ??
      context.undeliveredHelp?.(source) ?? possible ?? "load the plugin that provides the source",
    group: {
      key: `R042 ${source}`,
      title: (count) => `${count} rules are ${forSource}; they are skipped`,
    },
  });
}

/**
 * A definition that a later one of its name takes the place of never runs, and Falco does not look at
 * it; yet somebody wrote it, so its mistakes are told as warnings.
 */
function* warnOfReplaced(merged: Merged, context: LoadContext, report: Report): Generator<void> {
  if (merged.replaced.length === 0) return;
  const found = new Report(report.limit);
  // One of its own: what only such definitions use, or do in an old way, is used by nobody.
  const compiler = new Compiler(merged, context, found, new Deprecations());
  yield* compiler.compileMacros();
  for (const { draft, by } of merged.replaced) {
    yield;
    const before = found.diagnostics.length;
    compiler.rule(draft);
    for (const { severity, title, at, help, notes = [] } of found.diagnostics.slice(before)) {
      if (severity !== "error") continue;
      report.add({
        code: "R048",
        severity: "warning",
        title: `a definition of rule "${draft.name}" that is not in effect: ${title}`,
        at,
        notes: [...notes, { message: "this later one counts", at: by }],
        help,
      });
    }
  }
}

function listsOf(merged: Merged, used: ReadonlySet<string>): ReadonlyMap<string, List> {
  const lists = new Map<string, List>();
  for (const { name, items, at } of merged.lists.values()) {
    lists.set(name, { name, items, at, used: used.has(name) });
  }
  return lists;
}

/** `info`, where Falco warns: a rule file made to be built upon has parts nobody uses yet. */
function reportUnused(
  compiler: Compiler,
  merged: Merged,
  skippedFiles: ReadonlySet<string>,
  report: Report,
): void {
  for (const { name, at } of merged.macros.values()) {
    if (compiler.usedMacros.has(name) || skippedFiles.has(fileOf(at))) continue;
    const title = `macro "${name}" is used by no rule and no macro`;
    report.add({ code: "R043", severity: "info", title, at });
  }
  for (const { name, at } of merged.lists.values()) {
    if (compiler.usedLists.has(name) || skippedFiles.has(fileOf(at))) continue;
    const title = `list "${name}" is used by no rule, macro or list`;
    report.add({ code: "R044", severity: "info", title, at });
  }
}
