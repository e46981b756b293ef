/** Runs a file of rule tests with the rules it names. */
import { dirname, isAbsolute, join } from "node:path";
import { type Diagnostic, Report } from "../../base/mod.ts";
import { withGiven } from "../../given/mod.ts";
import { type EventDocuments, Registry } from "../../plugin/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";
import { type Config, standardConfig } from "../config/schema.ts";
import { eventDocumentsOf } from "../event_documents.ts";
import { knownFieldTables } from "../fields.ts";
import { kindOf, readText } from "../files.ts";
import type { Host } from "../host.ts";
import { loadRuleset } from "../rules.ts";
import { prepare } from "../start.ts";
import { bindTests, type RuleTest, type Surroundings } from "./bind.ts";
import { type Failure, failuresOf } from "./failures.ts";
import { isOfOption } from "../report.ts";
import { readTestFile, type TestFile, type WrittenPath } from "./read.ts";

export interface TestRunRequest {
  /** In place of the configuration that a file names. */
  readonly configPath: string | undefined;
  /** In place of the rules that a file names. */
  readonly rulePaths: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
  readonly isWanted: (name: string) => boolean;
}

export interface FileOutcome {
  readonly path: string;
  /** What is wrong with the file, its rules or some of its tests. */
  readonly diagnostics: readonly Diagnostic[];
  readonly suppressed: number;
  /** The file or its rules are wrong: no test was run. */
  readonly broken: boolean;
  readonly tests: readonly TestOutcome[];
}

export interface TestOutcome {
  readonly test: RuleTest;
  /** None where the test has mistakes: it was not run. */
  readonly failures: readonly Failure[];
}

/** One that was not run proves nothing. */
export function hasPassed({ test, failures }: TestOutcome): boolean {
  return failures.length === 0 && test.mistakes.length === 0;
}

export async function runTestFile(
  path: string,
  request: TestRunRequest,
  host: Host,
): Promise<FileOutcome> {
  const report = new Report();
  const source = readText(path, report);
  const file = source && readTestFile(source, report);
  const surroundings = file && await loadSurroundings(file, path, request, { host, report });
  const broken = report.hasErrors || !surroundings;
  const wanted = file && !broken ? file.tests.filter(({ name }) => request.isWanted(name)) : [];
  const tests = broken ? [] : bindTests({ tests: wanted }, surroundings, report).map((test) => ({
    test,
    failures: test.mistakes.length > 0
      ? []
      : failuresOf(test, surroundings.ruleset, file.ruleMatching),
  }));
  return { path, diagnostics: report.diagnostics, suppressed: report.suppressed, broken, tests };
}

/**
 * Rules that a file names meet the standard configuration unless it names one, so that the result is
 * the same on every machine; without rules those of the configuration are tested.
 */
async function loadSurroundings(
  file: TestFile,
  path: string,
  { configPath, rulePaths, options }: TestRunRequest,
  { host, report }: { readonly host: Host; readonly report: Report },
): Promise<Surroundings | undefined> {
  const rules = rulePaths.length > 0
    ? rulePaths.map((path) => ({ path, required: true }))
    : (file.rules ?? []).map((written) => ({ ...beside(path, written, report), required: true }));
  const config = configPath ?? (file.config && beside(path, file.config, report).path);
  if (report.hasErrors) return undefined;
  if (rules.length > 0 && config === undefined && options.length === 0) {
    const own = new Report();
    const registry = new Registry(host.plugins);
    const { ruleset } = await loadRuleset(rules, {
      config: standardConfig(),
      registry,
      report: own,
      adaptFields: withGiven,
      undelivered: "tried",
    });
    passOn(own, report);
    return ruleset && await surroundingsOf(ruleset, registry, path);
  }
  const start = await prepare({
    configPath: config ?? (rules.length > 0 ? `${host.rulesFolder}/falco.yaml` : undefined),
    rulePaths: rules.map(({ path }) => path),
    options,
    adaptFields: withGiven,
    undelivered: "tried",
  }, host);
  passOn(start.report, report);
  const { ruleset, registry, loaded } = start;
  return ruleset && await surroundingsOf(ruleset, registry, path, loaded.config.static_fields);
}

async function surroundingsOf(
  ruleset: Ruleset,
  registry: Registry,
  path: string,
  statics?: Config["static_fields"],
): Promise<Surroundings> {
  const tables = await knownFieldTables(registry, statics);
  const documents = new Map<string, EventDocuments>();
  for (const source of tables.keys()) {
    const found = await eventDocumentsOf(source, registry);
    if (found) documents.set(source, found);
  }
  return { ruleset, tables, documents, resolve: (written) => fromFolderOf(path, written) };
}

/** Paths in a file of tests count from its folder, so that the tests can be run from anywhere. */
function beside(file: string, { path, at }: WrittenPath, report: Report): WrittenPath {
  const resolved = fromFolderOf(file, path);
  if (kindOf(resolved) === "missing") {
    report.add({
      code: "T007",
      title: `there is no "${resolved}"`,
      at,
      help: "is the name right? It counts from the folder of the file it stands in",
    });
  }
  return { path: resolved, at };
}

function fromFolderOf(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/** Warnings about rules are for those who validate them. */
function passOn(from: Report, to: Report): void {
  for (const diagnostic of from.diagnostics) {
    if (diagnostic.severity === "error" || isOfOption(diagnostic)) to.add(diagnostic);
  }
}
