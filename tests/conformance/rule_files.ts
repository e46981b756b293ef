/** Rule files as Falco loads them, and what both say about them. */
import { decodeText, Report, SourceText } from "../../core/base/mod.ts";
import { type FieldTable, syscallFields } from "../../core/field/mod.ts";
import {
  type ExtraOutput,
  loadRules,
  readRuleFile,
  type RuleFile,
  type Ruleset,
  upstreamCode,
} from "../../core/rule/mod.ts";
import { corpusPath, readCorpus } from "../corpus.ts";

export interface RuleText {
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface LoadOptions {
  readonly fields?: FieldTable;
  /** As `LoadContext`; absent: requirements are not looked at. */
  readonly hasPlugin?: (name: string, version: string) => boolean;
  readonly extraOutputs?: readonly ExtraOutput[];
}

export interface Loaded {
  readonly ruleset: Ruleset | undefined;
  /** Titles of errors. */
  readonly errors: readonly string[];
  /** Falco's codes for what was found, each once. */
  readonly errorCodes: ReadonlySet<string>;
  readonly warningCodes: ReadonlySet<string>;
}

export function load(texts: readonly RuleText[], options: LoadOptions = {}): Loaded {
  const { fields = syscallFields, hasPlugin, extraOutputs = [] } = options;
  const report = new Report();
  const files: RuleFile[] = [];
  for (const { name, content } of texts) {
    const source = typeof content === "string"
      ? new SourceText(name, content)
      : decodeText(name, content, report);
    if (source) files.push(readRuleFile(source, report));
  }
  const ruleset = loadRules(files, {
    fieldsOf: (source) => source === "syscall" ? fields : undefined,
    sources: ["syscall"],
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
    extraOutputs,
    ...hasPlugin && { hasPlugin },
  }, report);
  const codes = (isError: boolean) =>
    new Set(
      report.diagnostics.filter(({ severity }) => (severity === "error") === isError)
        .flatMap(({ code }) => upstreamCode(code) ?? []),
    );
  const errors = report.diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, title }) => `${code} ${title}`);
  return { ruleset, errors, errorCodes: codes(true), warningCodes: codes(false) };
}

/** A rule file of the corpus. */
export function ruleText(file: string): RuleText | undefined {
  const path = corpusPath(file);
  return path === undefined ? undefined : { name: file, content: Deno.readFileSync(path) };
}

interface FieldFacts {
  readonly classes: readonly {
    readonly source: string;
    readonly fields: readonly { readonly name: string }[];
  }[];
}

let plain: FieldTable | undefined;

/** The fields Falco has without its container plugin. */
export function fieldsWithoutPlugins(): FieldTable {
  return plain ??= new Map([...syscallFields].filter(([name]) => !pluginFields().has(name)));
}

function pluginFields(): ReadonlySet<string> {
  if (corpusPath("fields.json") === undefined) return new Set();
  const { classes } = JSON.parse(readCorpus("fields.json")) as FieldFacts;
  return new Set(
    classes.filter(({ source }) => source !== "libs")
      .flatMap(({ fields }) => fields.map(({ name }) => name)),
  );
}

export interface Finding {
  readonly code: string;
}

/**
 * What differs between our findings and Falco's. Falco stops a file at its first error, we go on: of
 * our codes only those are compared that it must have come to.
 */
export function compareFindings(
  loaded: Loaded,
  errors: readonly Finding[],
  warnings: readonly Finding[],
): string | undefined {
  const missing = [...new Set(errors.map(({ code }) => code))]
    .filter((code) => !loaded.errorCodes.has(code));
  if (missing.length > 0) return `${missing} not found, but ${[...loaded.errorCodes]}`;
  const failed = errors.length > 0;
  const theirs = new Set(warnings.map(({ code }) => code));
  // Nothing is called unused in rules that are not complete, or old-fashioned in an item that is broken.
  const absent = [...theirs].filter((code) =>
    !loaded.warningCodes.has(code) && !(failed && /^LOAD_(UNUSED|DEPRECATED)_/.test(code))
  );
  if (absent.length > 0) return `no warning ${absent}`;
  const surplus = [...loaded.warningCodes].filter((code) => !theirs.has(code));
  if (!failed && surplus.length > 0) return `a warning ${surplus} that Falco has not`;
  return undefined;
}
