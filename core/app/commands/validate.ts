/** `falcod validate`: every mistake in configuration and rules, with its place, in one run. */
import { basename } from "node:path";
import { escapeUnprintable } from "../../alert/mod.ts";
import { type Diagnostic, grouped, Report, toFile } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import type { Description, Ruleset } from "../../rule/mod.ts";
import { counted } from "../count.ts";
import { countBySource } from "../enabled_rules.ts";
import { standardConfig } from "../config/schema.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import { allFields } from "../fields.ts";
import { kindOf, STANDARD_INPUT } from "../files.ts";
import type { Host } from "../host.ts";
import { jsonText } from "../json.ts";
import { loadResults } from "../load_results.ts";
import { plainDiagnostics, printDiagnostics } from "../report.ts";
import { loadRuleset } from "../rules.ts";
import { prepare, type Start } from "../start.ts";
import { printFalcoVerdict } from "./_falco_verdict.ts";
import { describeWanted, descriptionText } from "./describe.ts";
import { type UsedPlugins, usedPlugins } from "../used_plugins.ts";
import { looksLikeConfig } from "../config/recognize.ts";

export interface ValidateRequest {
  /** `-`: rules from standard input. */
  readonly paths: readonly string[];
  /** Beside those among the paths: `-c` and `-r`. */
  readonly configPath?: string | undefined;
  readonly rulePaths?: readonly string[];
  /** `-o`, in order. */
  readonly options: readonly string[];
  /** `falco`: as its `-V` prints it, with the one `json` where `json_output` is set. */
  readonly format: "text" | "json" | "falco";
  /** Also what is odd and perhaps meant so. */
  readonly hints?: boolean;
  /** Falco's `-L` and `-l` beside `-V`: what rules that are valid are made of, all or one. */
  readonly describes?: { readonly rule: string | undefined };
}

interface Verdict {
  readonly report: Report;
  readonly configFiles: readonly string[];
  readonly ruleFiles: readonly string[];
  /** Absent when there are errors. */
  readonly ruleset: Ruleset | undefined;
  /** Event sources that the configuration watches. */
  readonly sources: readonly string[];
  readonly registry: Registry;
  readonly pluginsOf: UsedPlugins;
  /** What the configuration says of it. */
  readonly jsonOutput: boolean;
}

/** Exit code 0 when nothing is wrong; warnings do not count. */
export async function validateCommand(request: ValidateRequest, host: Host): Promise<number> {
  const verdict = await judge(request, host);
  const { format, describes } = request;
  const { ruleset, registry } = verdict;
  const isJson = format === "json" || (format === "falco" && verdict.jsonOutput);
  const described = ruleset && (isJson || describes)
    ? describeWanted(ruleset, {
      rule: describes?.rule,
      configPath: request.configPath,
      rulePaths: request.rulePaths ?? [],
      fields: await allFields(registry),
      pluginsOf: verdict.pluginsOf,
    })
    : undefined;
  if (described && "missing" in described) {
    host.error.write(described.missing);
    return EXIT_FAILURE;
  }
  if (isJson) {
    printJson(verdict, described, host);
  } else if (format === "falco") {
    printFalcoVerdict(verdict, host);
    if (described) host.out.write(`\n${descriptionText(described)}`);
  } else printText(verdict, host);
  return verdict.report.hasErrors ? EXIT_FAILURE : EXIT_OK;
}

/** What is a configuration is told from rules by its text; rules alone meet the standard configuration. */
async function judge(
  { paths, configPath: given, rulePaths = [], options, hints = false, format }: ValidateRequest,
  host: Host,
): Promise<Verdict> {
  const lintsMeaning = hints ? "hints" : "mistakes";
  const named = paths.map((path) => path === "-" ? STANDARD_INPUT : configIn(path) ?? path);
  const found = named.filter(isConfig);
  const configs = [...given === undefined ? [] : [given], ...found];
  const rules = [...rulePaths, ...named.filter((path) => !found.includes(path))];
  const isAlone = rules.length > 0 && configs.length === 0 && options.length === 0;
  // Falco's flag goes by the configuration of the machine: plugins, outputs added to rules, JSON.
  if (isAlone && format !== "falco") {
    const report = new Report();
    const registry = new Registry(host.plugins);
    const { files, ruleset } = await loadRuleset(
      rules.map((path) => ({ path, required: true })),
      { config: standardConfig(), registry, report, lintsMeaning, undelivered: "checked" },
    );
    const pluginsOf = usedPlugins({ natives: [], packages: [] });
    const read = { configFiles: [], sources: [], ruleFiles: files, jsonOutput: false };
    return { report, ruleset, registry, pluginsOf, ...read };
  }
  const [configPath, ...others] = configs;
  const start = await prepare(
    {
      configPath,
      rulePaths: rules,
      options,
      lintsMeaning,
      undelivered: "checked",
      // Rules are asked about, and where they are checked nothing may have been set up.
      ...format !== "falco" && {
        looksAtOutputs: "check" as const,
        looksAtStart: "look" as const,
      },
    },
    host,
  );
  for (const path of others) {
    start.report.add({
      code: "C019",
      title: `"${path}" is a second configuration`,
      help: `falcod runs with one; "${configPath}" can include it with config_files`,
    });
  }
  const report = format === "falco" ? ofRules(start) : start.report;
  return {
    report,
    configFiles: start.loaded.files,
    ruleFiles: start.ruleFiles,
    ruleset: start.ruleset,
    sources: start.settings.sources.map(({ name }) => start.registry.eventSource(name)),
    registry: start.registry,
    pluginsOf: usedPlugins({
      natives: start.natives.map(({ plugin }) => plugin),
      packages: start.packages,
    }),
    jsonOutput: start.loaded.config.json_output,
  };
}

/** With what is wrong elsewhere; what the configuration only warns of is nothing to who asks for rules. */
function ofRules({ report, loaded: { files } }: Start): Report {
  const own = new Report();
  own.absorb(report, (found) => {
    const { code, severity, at } = found;
    const isOfConfig = code === NO_OUTPUT || (at && files.includes(toFile(at).source.name));
    return severity === "error" || !isOfConfig ? found : undefined;
  });
  return own;
}

const NO_OUTPUT = "C017";

/** That of `/etc/falco`: other files there are what it names, or nobody's. */
function configIn(folder: string): string | undefined {
  if (kindOf(folder) !== "directory") return undefined;
  const path = `${folder.replace(/\/+$/, "")}/falco.yaml`;
  return kindOf(path) === "file" ? path : undefined;
}

/** What is not there is what it is called. */
function isConfig(path: string): boolean {
  switch (kindOf(path)) {
    case "file":
      return looksLikeConfig(path);
    case "directory":
      return false;
    case "missing":
      return basename(path) === "falco.yaml";
  }
}

/** Rules that would run. */
function countEnabled(ruleset: Ruleset | undefined): number | undefined {
  return ruleset?.rules.filter((rule) => rule.enabled).length;
}

/** Falcod's own findings, and beside them Falco's two results. */
function printJson(verdict: Verdict, described: Description | undefined, host: Host): void {
  const { report, configFiles, ruleFiles, ruleset } = verdict;
  const rules = countEnabled(ruleset);
  host.out.write(`${
    jsonText({
      ok: !report.hasErrors,
      configFiles,
      ruleFiles,
      ...(rules === undefined ? {} : { rules }),
      diagnostics: plainDiagnostics(report.diagnostics),
      suppressed: report.suppressed,
      falco_load_results: loadResults(ruleFiles, report.diagnostics),
      ...described && { falco_describe_results: described },
    })
  }\n`);
}

/** By event source where there are several: one without rules gives no alerts. */
function enabledText(ruleset: Ruleset, sources: readonly string[]): string {
  const enabled = ruleset.rules.filter((rule) => rule.enabled);
  const text = `${counted(enabled.length, "rule")} enabled`;
  const all = new Set([...sources, ...enabled.map(({ source }) => source)]);
  if (all.size < 2) return text;
  const counts = [...countBySource(ruleset, all)].map(([source, count]) =>
    `${count} for ${source}`
  );
  return `${text}: ${counts.join(", ")}`;
}

function printText(
  { report, configFiles, ruleFiles, ruleset, sources }: Verdict,
  host: Host,
): void {
  const { diagnostics } = report;
  printDiagnostics(diagnostics, report.suppressed, { output: host.out });
  const wrong = report.hasErrors ? wrongOnes(diagnostics) : [];
  const files = (wrong.length > 0 ? wrong : [...configFiles, ...ruleFiles]).join(", ") ||
    "nothing was read";
  const shown = grouped(diagnostics);
  const counts = [
    count(shown, "error"),
    count(shown, "warning"),
    ...ruleset ? [enabledText(ruleset, sources)] : [],
  ].join(", ");
  if (diagnostics.length > 0) host.out.write("\n");
  const verdict = `${report.hasErrors ? "not valid" : "valid"}: ${files} (${counts})`;
  host.out.write(`${escapeUnprintable(verdict)}\n`);
}

/** Where errors are: files, or `-o`; those that are right need not be named beside them. */
function wrongOnes(diagnostics: readonly Diagnostic[]): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const names = errors.flatMap(({ at }) => at ? [toFile(at).source.name] : []);
  // An argument's name is in brackets there, so that it is told from a file's.
  return [...new Set(names.map((name) => name.replace(/^<(.+)>$/, "$1")))];
}

function count(diagnostics: readonly Diagnostic[], severity: Diagnostic["severity"]): string {
  const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return counted(number, severity);
}
