/**
 * Printed diagnostics, word for word: `<area>/<case>.yaml` goes in, `<area>/<case>.txt` has to come
 * out. `UPDATE_GOLDEN=1` rewrites the expected texts; read the difference before you commit it.
 */
import {
  decodeText,
  type Diagnostic,
  renderText,
  Report,
  type SourceText,
} from "../../core/base/mod.ts";
import type { MeaningLint } from "../../core/rule/mod.ts";
import { assert, assertEquals } from "../assert.ts";

type Run = (source: SourceText, report: Report) => void;

/** What is done with the cases of a folder. */
const AREAS: Readonly<Record<string, () => Promise<Run>>> = {
  rule: () => loadingRules(),
  filter: () => loadingRules(),
  meaning: () => loadingRules("hints"),
  given: readingEvents,
  rule_test: readingRuleTests,
};

/** Names are held against the rule `Read`. */
async function readingRuleTests(): Promise<Run> {
  const { bindTests } = await import("../../core/app/rule_tests/bind.ts");
  const { readTestFile } = await import("../../core/app/rule_tests/read.ts");
  const { syscallFields } = await import("../../core/field/mod.ts");
  const { rulesetOf } = await import("../ruleset.ts");
  const ruleset = rulesetOf(
    "- rule: Read\n  desc: d\n  condition: evt.type = openat\n  output: x\n  priority: INFO\n",
  );
  const { default: { fields, documents } } = await import(
    "../../plugins/sources/k8s_audit/mod.ts"
  );
  const surroundings = {
    ruleset,
    tables: new Map([["syscall", syscallFields], ["k8s_audit", fields]]),
    documents: new Map([["k8s_audit", documents!]]),
  };
  return (source, report) => {
    const file = readTestFile(source, report);
    if (file) bindTests(file, surroundings, report);
  };
}

async function readingEvents(): Promise<Run> {
  const { readYaml } = await import("../../core/base/yaml.ts");
  const { syscallFields } = await import("../../core/field/mod.ts");
  const { readGiven } = await import("../../core/given/mod.ts");
  return (source, report) => {
    const nodes = readYaml(source, report).map(({ root }) => root);
    readGiven(nodes, { source: "syscall", fields: syscallFields, at: source.all }, report);
  };
}

async function loadingRules(lintsMeaning?: MeaningLint): Promise<Run> {
  const { lintShadows, loadRules, readRuleFile } = await import("../../core/rule/mod.ts");
  const { syscallFields } = await import("../../core/field/mod.ts");
  return (source, report) => {
    const file = readRuleFile(source, report);
    const ruleset = loadRules([file], {
      fieldsOf: (name) => name === "syscall" ? syscallFields : undefined,
      sources: ["syscall"],
      engineVersion: "0.63.0",
      minimumPriority: "Debug",
      lintsMeaning,
      hasPlugin: (name) => name === "container",
    }, report);
    if (ruleset && lintsMeaning) lintShadows(ruleset, report);
  };
}

const FOLDER = new URL("./", import.meta.url);
const update = Deno.env.get("UPDATE_GOLDEN") === "1";
const printed = new Map<string, string>();

for (const [area, prepare] of Object.entries(AREAS)) {
  for (const name of casesOf(area)) {
    Deno.test(`golden ${area}/${name} prints what it printed before`, async () => {
      const run = await prepare();
      const text = renderText(diagnose(area, name, run));
      printed.set(`${area}/${name}`, text);
      const expected = new URL(`${area}/${name}.txt`, FOLDER);
      if (update) Deno.writeTextFileSync(expected, text);
      else assertEquals(text, Deno.readTextFileSync(expected));
    });
  }
}

/** Codes whose input is no file to keep here; the named tests cover them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  Y003: "yaml_test.ts: a file of 8 MiB",
  Y004: "yaml_test.ts: a million tokens",
  R049: "lint_shadow_test.ts: more rules than are compared",
  G010: "tests/cli/explain_test.ts: an event of a file",
  T007: "tests/cli/rule_tests_test.ts: rules that are not there",
  F035: "check_test.ts: fields out of JSON, which no built-in source has yet",
};

Deno.test("every code of YAML, rule files, conditions, outputs and given events has a golden case", () => {
  const codes = new Set([
    ...codesIn("core/base", /"(Y\d{3})"/g),
    ...codesIn("core/rule", /"(R\d{3})"/g),
    ...codesIn("core/filter", /"(F\d{3})"/g),
    ...codesIn("core/alert", /"(A\d{3})"/g),
    ...codesIn("core/given", /"(G\d{3})"/g),
    ...codesIn("core/app/explain", /"(G\d{3})"/g),
    ...codesIn("core/app/rule_tests", /"(T\d{3})"/g),
  ]);
  const texts = [...printed.values()].join("\n");
  const missing = [...codes].filter((code) => !ELSEWHERE[code] && !texts.includes(`[${code}]`))
    .sort();
  assertEquals(missing, []);
  assert(codes.size > 50);
});

function diagnose(area: string, name: string, run: Run): readonly Diagnostic[] {
  const report = new Report();
  const bytes = Deno.readFileSync(new URL(`${area}/${name}.yaml`, FOLDER));
  const source = decodeText(`${name}.yaml`, bytes, report);
  if (source) run(source, report);
  return report.diagnostics;
}

function casesOf(area: string): string[] {
  const names: string[] = [];
  for (const { name } of Deno.readDirSync(new URL(`${area}/`, FOLDER))) {
    if (name.endsWith(".yaml")) names.push(name.slice(0, -".yaml".length));
  }
  return names.sort();
}

function codesIn(folder: string, pattern: RegExp): string[] {
  const codes: string[] = [];
  const place = new URL(`../../${folder}/`, FOLDER);
  for (const { name, isDirectory } of Deno.readDirSync(place)) {
    if (isDirectory) codes.push(...codesIn(`${folder}/${name}`, pattern));
    if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
    const text = Deno.readTextFileSync(new URL(name, place));
    codes.push(...[...text.matchAll(pattern)].map((match) => match[1]!));
  }
  return codes;
}
