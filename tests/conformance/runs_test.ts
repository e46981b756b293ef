/**
 * Upstream's end-to-end tests, today's and those of old versions: whether configuration and rules load,
 * and what validation says. Which alerts captures raise stands in replays_test.ts.
 */
import { checkConfig } from "../../core/app/config/check.ts";
import { mergeConfig } from "../../core/app/config/load.ts";
import { type OldFlags, readOldFlags } from "../../core/app/old_flags.ts";
import { Report } from "../../core/base/mod.ts";
import { corpusFiles, corpusPath } from "../corpus.ts";
import { conformanceSuite } from "./corpus.ts";
import { load, type Loaded, type RuleText, ruleText } from "./rule_files.ts";

/** A file, or all of a directory. */
interface NamedFile {
  readonly file?: string;
  readonly dir?: string;
}

interface Said {
  readonly code: string;
}

/** Both files of cases, in the same terms. */
interface Run {
  readonly rules: readonly NamedFile[];
  readonly config: NamedFile | undefined;
  readonly options: readonly string[];
  readonly flags?: Pick<OldFlags, "disabledRules" | "disabledTags" | "tags">;
  /** `-l`: the one rule to describe. */
  readonly described?: string | undefined;
  /** Configuration and rules load. */
  readonly ok: boolean;
  readonly errors: readonly Said[];
  readonly warnings: readonly Said[];
  /** How many of the files are fine by themselves. */
  readonly okFiles: number;
}

interface OldCase {
  readonly tag: string;
  readonly suite: string;
  readonly name: string;
  readonly rules_file?: readonly NamedFile[];
  readonly validate_rules_file?: readonly NamedFile[];
  readonly conf_file?: NamedFile;
  readonly exit_status?: number;
  readonly validate_errors?: readonly Said[];
  readonly validate_warnings?: readonly Said[];
  readonly validate_ok?: readonly string[];
  /** `-D`, `-T` and `-t`. */
  readonly disabled_rules?: readonly string[];
  readonly disable_tags?: readonly string[];
  readonly run_tags?: readonly string[];
}

conformanceSuite<OldCase>({
  file: "oldtests.jsonl",
  behaviour: "configuration and rules of old end-to-end tests load or fail as they did",
  name: ({ tag, suite, name }) => `${tag}/${suite}/${name}`,
  judge: (item) =>
    judge({
      rules: item.validate_rules_file ?? item.rules_file ?? [],
      config: item.conf_file,
      options: [],
      flags: {
        disabledRules: item.disabled_rules ?? [],
        disabledTags: item.disable_tags ?? [],
        tags: item.run_tags ?? [],
      },
      ok: (item.exit_status ?? (item.validate_errors ? 1 : 0)) === 0,
      errors: item.validate_errors ?? [],
      warnings: item.validate_warnings ?? [],
      okFiles: item.validate_ok?.length ?? 0,
    }),
  concerns: (item) => (item.rules_file ?? item.validate_rules_file ?? []).length > 0,
  exceptions: [{
    matches: /^0\.23\.0\/.*invalid_unexpected object$/,
    reason: "an item of an unknown kind is warned of and ignored, as Falco does since 0.31",
  }, {
    matches: /\/(?:incompat(?:ible)?|overlap)_(?:extract|plugin)_/,
    reason: "libraries have to be compiled: tests/c_plugin/falco_cases_test.ts runs these",
  }],
});

interface CurrentCase {
  readonly name: string;
  readonly options: {
    readonly rules?: readonly NamedFile[];
    readonly validate?: readonly NamedFile[];
    readonly config?: NamedFile;
    /** Those that are worked out in the test itself are no text. */
    readonly args?: readonly unknown[];
  };
  readonly expect: {
    readonly exit_code?: number;
    readonly error?: boolean;
    readonly validation?: readonly {
      readonly kind?: "error" | "warning";
      readonly code?: string;
      readonly at?: number;
      readonly successful?: boolean;
    }[];
  };
}

conformanceSuite<CurrentCase>({
  file: "regression.jsonl",
  behaviour: "configuration and rules of upstream's end-to-end tests load or fail as they do there",
  name: ({ name }) => name,
  judge: ({ options, expect: { exit_code, error, validation = [] } }) => {
    const said = (kind: string) =>
      validation.flatMap(({ kind: of, code }) => of === kind && code !== undefined ? { code } : []);
    return judge({
      rules: options.validate ?? options.rules ?? [],
      config: options.config,
      options: behind("-o", options.args ?? []),
      described: behind("-l", options.args ?? [])[0],
      ok: (exit_code ?? 0) === 0 && !error,
      errors: said("error"),
      warnings: said("warning"),
      okFiles: validation.filter(({ successful }) => successful).length,
    });
  },
  concerns: ({ options }) => (options.rules ?? options.validate ?? []).length > 0,
  gaps: [
    {
      matches: /_Print_Rules\/json-/,
      reason: "the fields of JSON are built in for audit events, and not for system calls",
    },
  ],
});

function judge(run: Run): string | undefined {
  const files = run.rules.flatMap(filesOf);
  const loaded = loadFiles(files);
  if (typeof loaded === "string") return loaded;
  const ok = loaded.ruleset !== undefined;
  const problem = ok
    ? configProblem(run) ?? describeProblem(loaded, run.described)
    : loaded.errors[0];
  if (run.ok !== (problem === undefined)) return problem ?? "accepted, Falco refuses it";
  for (const { code } of run.errors) {
    if (!loaded.errorCodes.has(code)) return `${code} not found, but ${[...loaded.errorCodes]}`;
  }
  for (const { code } of run.warnings) {
    // Nothing is called unused in rules that are not complete.
    if (!ok && code.startsWith("LOAD_UNUSED_")) continue;
    if (!loaded.warningCodes.has(RENAMED[code] ?? code)) return `no warning ${code}`;
  }
  if (run.okFiles > 0 && load(textsOf(files.slice(0, run.okFiles))).errors.length > 0) {
    return "the first file fails";
  }
  return undefined;
}

const known = new Map<string, Loaded>();

/** Many cases load the same files. Text says which one is missing. */
function loadFiles(files: readonly string[]): Loaded | string {
  const texts = textsOf(files);
  if (texts.length === 0 || texts.length < files.length) return `not all of ${files} are there`;
  const key = files.join("\n");
  const loaded = known.get(key) ?? load(texts);
  known.set(key, loaded);
  return loaded;
}

function textsOf(files: readonly string[]): readonly RuleText[] {
  return files.flatMap((file) => ruleText(file) ?? []);
}

/** Falco's codes of old that have another name today. */
const RENAMED: Readonly<Record<string, string>> = { LOAD_UNKNOWN_FIELD: "LOAD_UNKNOWN_FILTER" };

function filesOf({ file, dir }: NamedFile): readonly string[] {
  // What a package installs there is upstream's current file.
  if (file !== undefined) return [file.replace(/^\/etc\/falco\//, "rules/current/")];
  return dir === undefined ? [] : corpusFiles(dir);
}

function configProblem({ config, options: given, flags }: Run): string | undefined {
  const report = new Report();
  const none = { print: undefined, others: new Map() };
  const sources = ["syscall"];
  const old = flags ? readOldFlags({ ...none, ...flags }, { sources, report }).options : [];
  const options = [...given, ...old];
  // One that a test writes itself has no file.
  const path = config?.file === undefined ? undefined : corpusPath(config.file);
  if (config?.file !== undefined && path === undefined) return `${config.file} is not there`;
  if (path === undefined && options.length === 0) return firstError(report);
  const request = { path: path ?? "/dev/null", options, environment: () => "", rulesFolder: "/" };
  checkConfig(mergeConfig(request, report).root, report);
  return firstError(report);
}

function describeProblem({ ruleset }: Loaded, rule: string | undefined): string | undefined {
  const isThere = rule === undefined || ruleset?.rules.some(({ name }) => name === rule);
  return isThere ? undefined : `no rule "${rule}"`;
}

function firstError(report: Report): string | undefined {
  return report.diagnostics.find(({ severity }) => severity === "error")?.title;
}

/** What stands behind each flag of that name. */
function behind(flag: string, args: readonly unknown[]): string[] {
  return args.flatMap((argument, index) =>
    args[index - 1] === flag && typeof argument === "string" ? [argument] : []
  );
}
