import { assertEquals } from "../../../tests/assert.ts";
import { Report, SourceText } from "../../base/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";
import { checkConfig } from "./check.ts";
import { readConfigText } from "./load.ts";
import { warnOfUnruledSources } from "./unruled_sources.ts";

function told(
  yaml: string,
  { rules, sources, areNamed = false }: {
    /** Sources of rules that are enabled. */
    readonly rules: readonly string[];
    readonly sources: readonly string[];
    readonly areNamed?: boolean;
  },
) {
  const report = new Report();
  const root = readConfigText(new SourceText("falco.yaml", yaml), {
    environment: () => undefined,
    report,
  })!;
  const loaded = { config: checkConfig(root, report), root };
  const enabled = rules.map((source) => ({ source, enabled: true }));
  const ruleset = {
    rules: [...enabled, { source: "other", enabled: false }],
  } as unknown as Ruleset;
  warnOfUnruledSources(loaded, { ruleset, sources, areNamed }, report);
  return report.diagnostics.map(({ code, severity, title, at, help }) => {
    assertEquals([code, severity, at !== undefined], ["C067", "warning", !areNamed]);
    return `${/"(.+?)"/.exec(title)![1]}: ${help}`;
  });
}

const RULES = "rules_files: [a.yaml]\n";
const AUDIT = `${RULES}plugins: [{name: k8saudit, library_path: a.so, open_params: /a}]\n`;
const BOTH = ["syscall", "k8s_audit"];

Deno.test("warnOfUnruledSources() tells of events that no enabled rule is about", () => {
  assertEquals(told(AUDIT, { rules: ["k8s_audit"], sources: BOTH }), [
    "syscall: add ${FALCOD_RULES}/falco_rules.yaml to rules_files, or leave system calls alone with engine.kind: nodriver",
  ]);
  assertEquals(told(AUDIT, { rules: ["syscall"], sources: BOTH }), [
    "k8s_audit: add ${FALCOD_RULES}/k8s_audit_rules.yaml to rules_files, or leave its plugin out of load_plugins",
  ]);
  assertEquals(told(RULES, { rules: ["syscall"], sources: ["syscall", "other"] }), [
    "other: add a file with rules for it to rules_files, or leave its plugin out of load_plugins",
  ]);
  assertEquals(told(AUDIT, { rules: ["k8s_audit"], sources: BOTH, areNamed: true }), [
    "syscall: name rules for it with -r, too, as falco_rules.yaml, or leave system calls alone with engine.kind: nodriver",
  ]);
});

Deno.test("warnOfUnruledSources() is silent where rules are there, or none at all", () => {
  assertEquals(told(AUDIT, { rules: BOTH, sources: BOTH }), []);
  assertEquals(told(AUDIT, { rules: ["k8s_audit"], sources: ["k8s_audit"] }), []);
  assertEquals(told(AUDIT, { rules: [], sources: BOTH }), []);
});

Deno.test("warnOfUnruledSources() is silent on the audit endpoint that old files of Falco came with", () => {
  const yaml = `${RULES}webserver: {enabled: true, k8s_audit_endpoint: /k8s-audit}\n`;
  assertEquals(told(yaml, { rules: ["syscall"], sources: BOTH }), []);
});
