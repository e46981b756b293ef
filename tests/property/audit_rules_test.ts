/**
 * Audit events of any shape: our rules judge them without a fault, and as the interpreter explains it;
 * files of tests with such events run or are diagnosed.
 */
import { explainRule } from "../../core/app/explain/explain_rule.ts";
import { alertsOf } from "../../core/app/explain/judge.ts";
import { outcomeOf, verdictOf } from "../../core/app/explain/sentence.ts";
import { readWrittenEvent } from "../../core/app/explain/written_event.ts";
import { bindTests } from "../../core/app/rule_tests/bind.ts";
import { failuresOf } from "../../core/app/rule_tests/failures.ts";
import { readTestFile } from "../../core/app/rule_tests/read.ts";
import { renderText, Report, SourceText } from "../../core/base/mod.ts";
import { readYaml } from "../../core/base/yaml.ts";
import { withGiven } from "../../core/given/mod.ts";
import { loadRules, readRuleFile } from "../../core/rule/mod.ts";
import plugin from "../../plugins/sources/k8s_audit/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);
const RULES = Deno.readTextFileSync(new URL("../../rules/k8s_audit_rules.yaml", import.meta.url));
const TESTS = Deno.readTextFileSync(
  new URL("../../rules/tests/k8s_audit_rules_test.yaml", import.meta.url),
);
const source = "k8s_audit";
const { fields } = plugin, documents = plugin.documents!;

function load() {
  const report = new Report();
  const ruleset = loadRules([readRuleFile(new SourceText("rules.yaml", RULES), report)], {
    fieldsOf: (name) => name === source ? withGiven(fields) : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  assert(ruleset, renderText(report.diagnostics));
  return ruleset;
}

const ruleset = load();

/** Keys that rules look at, with values that decide, and others. */
const SHAPES: Readonly<Record<string, readonly unknown[]>> = {
  verb: ["create", "get", "delete", "patch", "update", "list", 7],
  stage: ["ResponseComplete", "ResponseStarted", "RequestReceived", null],
  requestURI: ["/healthz", "/x?dryRun=All", "/x?command=%zz&command=sh", "", {}],
  user: [{ username: "mallory" }, { username: "system:anonymous" }, {}, null, "x", []],
  impersonatedUser: [{ username: "a" }, 1],
  objectRef: [
    { resource: "pods" },
    { resource: "pods", subresource: "exec" },
    { resource: "secrets", name: "s" },
    { resource: "configmaps", namespace: "kube-system" },
    { resource: "clusterroles", name: "system:node" },
    { resource: "clusterrolebindings" },
    { resource: ["pods"] },
    "pods",
    null,
  ],
  responseStatus: [{ code: 200 }, { code: 403 }, { code: "2" }, {}, 200],
  requestObject: [
    { spec: { containers: [{ image: "a:5000/b", securityContext: { privileged: true } }] } },
    { spec: { hostNetwork: true, containers: [{}], volumes: [{ hostPath: { path: "/etc" } }] } },
    { spec: { containers: {}, volumes: [[], null, 1] } },
    { rules: [{ verbs: ["*"], resources: ["pods/exec"] }, null, "x"] },
    { subjects: [{ kind: "User", name: 1 }], roleRef: { name: "cluster-admin" } },
    { data: { a: "password" } },
    [{ op: "add", path: "/spec", value: {} }],
    "text",
    null,
  ],
  annotations: [{ "authorization.k8s.io/decision": "forbid" }, [], null],
  sourceIPs: [["192.0.2.1"], "192.0.2.1", [[]]],
};
const FIELDS: readonly string[] = ["ka.user.name: eve", "ka.verb: null", "json.obj: x", "ka.no: 1"];

function randomEvent(random: Random): string {
  const keys = Object.keys(SHAPES).filter(() => random.below(3) > 0);
  const parts = keys.map((key) => `${key}: ${JSON.stringify(random.pick(SHAPES[key]!))}`);
  if (random.below(8) === 0) parts.push(random.pick(FIELDS));
  if (random.below(20) === 0) parts.push("auditID: a");
  return parts.join("\n");
}

Deno.test(`an audit event of any shape is judged as it is explained, or diagnosed (seed ${SEED})`, () => {
  const random = new Random(SEED);
  let judged = 0, alerted = 0;
  for (let round = 0; round < 200; round++) {
    const text = randomEvent(random);
    try {
      const report = new Report();
      const written = new SourceText("<event>", text);
      const nodes = readYaml(written, report).map(({ root }) => root);
      const context = { source, fields, documents, at: written.all };
      const stage = readWrittenEvent(nodes, context, report);
      assertEquals(stage === undefined, report.hasErrors, renderText(report.diagnostics));
      if (!stage) continue;
      judged++;
      const alerts = new Set(alertsOf(stage, ruleset).map(({ rule }) => rule));
      alerted += alerts.size;
      for (const rule of ruleset.rules) {
        if (!alerts.has(rule.name) && random.below(10) > 0) continue;
        const explanation = explainRule(rule, ruleset, { stage, ruleMatching: "all" });
        assertEquals(outcomeOf(explanation) === "alert", alerts.has(rule.name), rule.name);
        verdictOf(explanation);
      }
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}:\n${text}`, { cause: error });
    }
  }
  assert(judged > 100 && alerted > 20, `${judged} events judged, ${alerted} alerts`);
});

const PIECES = [
  ": ",
  "- ",
  "{",
  "}",
  "[",
  '"',
  "null",
  "kind: EventList",
  "items: [",
  "event_file: /",
  "#3",
  "\n",
  "ka.verb",
  "auditID: x",
  "source: ",
];

Deno.test(`tests with audit events changed at random run or are diagnosed (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const beginning = TESTS.slice(0, TESTS.indexOf("  # ---", TESTS.indexOf("  # ---") + 10));
  const surroundings = {
    ruleset,
    tables: new Map([[source, fields]]),
    documents: new Map([[source, documents]]),
  };
  for (let round = 0; round < 60; round++) {
    const start = random.below(beginning.length), end = start + random.below(12);
    const text = beginning.slice(0, start) + random.pick(PIECES) + beginning.slice(end);
    try {
      const report = new Report();
      const file = readTestFile(new SourceText("test.yaml", text), report);
      assert(file || report.hasErrors, "read or diagnosed");
      const tests = file ? bindTests(file, surroundings, report) : [];
      if (report.hasErrors) continue;
      for (const test of tests.slice(0, 2)) failuresOf(test, ruleset, "all");
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}:\n${text}`, { cause: error });
    }
  }
});
