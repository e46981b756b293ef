/**
 * Events and rule tests that anybody may write: they are read or diagnosed, nothing throws, and what
 * explains a rule never disagrees with what runs it.
 */
import { explainRule } from "../../core/app/explain/explain_rule.ts";
import { alertsOf } from "../../core/app/explain/judge.ts";
import { outcomeOf, verdictOf } from "../../core/app/explain/sentence.ts";
import { plainExplanation, treeLines } from "../../core/app/explain/tree.ts";
import { bindTests } from "../../core/app/rule_tests/bind.ts";
import { failuresOf } from "../../core/app/rule_tests/failures.ts";
import { readTestFile } from "../../core/app/rule_tests/read.ts";
import { renderJson, renderText, Report, SourceText } from "../../core/base/mod.ts";
import { readYaml } from "../../core/base/yaml.ts";
import { eventNames } from "../../core/event/mod.ts";
import { syscallFields } from "../../core/field/mod.ts";
import { eventOf, type Given, readGiven, withGiven } from "../../core/given/mod.ts";
import { loadRules, readRuleFile } from "../../core/rule/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

const SEED = Number(Deno.env.get("FALCOD_SEED") ?? Date.now() % 2 ** 32);
const RULES = Deno.readTextFileSync(new URL("../../rules/falco_rules.yaml", import.meta.url));
const TESTS = Deno.readTextFileSync(
  new URL("../../rules/tests/falco_rules_test.yaml", import.meta.url),
);

const EXCEPTIONS = `
- rule: Sensitive file read
  exceptions:
    - name: known
      fields: [proc.name, fd.name]
      comps: [in, startswith]
      values:
        - [[cat, "a b"], /etc]
  override:
    exceptions: append
`;

function load() {
  const report = new Report();
  const files = [RULES, EXCEPTIONS].map((text, index) =>
    readRuleFile(new SourceText(`rules${index}.yaml`, text), report)
  );
  const ruleset = loadRules(files, {
    fieldsOf: (source) => source === "syscall" ? withGiven(syscallFields) : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Notice",
  }, report);
  assert(ruleset, renderText(report.diagnostics));
  return ruleset;
}

const ruleset = load();
const tables = new Map([["syscall", syscallFields]]);
const fieldNames = [...syscallFields.keys()];
const types = eventNames();

/** Most are events our rules look at. */
const LIKELY_TYPES = ["openat", "open", "execve", "connect", "ptrace", "renameat2", "chmod"];
const ARGUMENTS = ["[0]", "[1]", "[3]", "[999999999]", "[name]", ".flags", ".name", "[]", "[-1]"];
/** Fields that decide about our rules, with values that do. */
const LIKELY: readonly (readonly [field: string, ...values: readonly string[]])[] = [
  ["fd.name", "/etc/shadow", "/etc/x", "/usr/bin/x", "/tmp/x", "''"],
  ["fd.realpath", "/etc/shadow", "/tmp/x", "null"],
  ["fd.num", "3", "-1", "null"],
  ["proc.name", "cat", "sh", "sudo", "dpkg", '"\\e[2J\\n"'],
  ["proc.pname", "cron", "null"],
  ["proc.aname[2]", "apt", "'a b'"],
  ["proc.tty", "34816", "0"],
  ["container.id", "host", "3ad7b26ded6d", "x"],
  ["container.image", "'nginx:1'", "alpine"],
  ["evt.is_open_write", "true", "false"],
  ["evt.rawres", "0", "-2", "9223372036854775807"],
  ["evt.res", "SUCCESS", "ENOENT", "nonsense"],
];
const VALUES = [
  "/etc/shadow",
  "/etc/x",
  "/usr/bin/x",
  "cat",
  "sh",
  "dpkg",
  "0",
  "1",
  "-1",
  "9223372036854775807",
  "18446744073709551615",
  "true",
  "false",
  "null",
  "host",
  "3ad7b26ded6d",
  "nginx:1",
  "O_RDONLY",
  "O_WRONLY|O_CREAT",
  "PTRACE_ATTACH",
  "SUCCESS",
  "ENOENT",
  "10.0.0.1",
  "::1",
  "'10.0.0.1:1->10.0.0.2:2'",
  "'a b  c'",
  "''",
  "'a:b'",
  "[a, b]",
  "[[a]]",
  "{a: b}",
  '"\\0\\e[2J\\n"',
  '"\\ud800"',
];

function randomEvent(random: Random): string {
  const type = random.below(4) === 0 ? random.pick(types) : random.pick(LIKELY_TYPES);
  const lines = random.below(20) === 0 ? [] : [`evt.type: ${type}`];
  for (let count = random.below(8); count > 0; count--) {
    if (random.below(8) > 0) {
      const [field, ...values] = random.pick(LIKELY);
      lines.push(`"${field}": ${random.pick(values)}`);
      continue;
    }
    const argument = random.below(3) === 0 ? random.pick(ARGUMENTS) : "";
    lines.push(`"${random.pick(fieldNames)}${argument}": ${random.pick(VALUES)}`);
  }
  return lines.join("\n");
}

function readEvent(text: string): Given | undefined {
  const report = new Report();
  const source = new SourceText("<event>", text);
  const nodes = readYaml(source, report).map(({ root }) => root);
  const given = readGiven(
    nodes,
    { source: "syscall", fields: syscallFields, at: source.all },
    report,
  );
  renderText(report.diagnostics);
  const broken = report.diagnostics.some(({ code, severity }) =>
    code.startsWith("G") && severity === "error"
  );
  assertEquals(given === undefined, broken, text);
  return given;
}

Deno.test(`an event of random fields is judged or diagnosed, and explained as judged (seed ${SEED})`, () => {
  const random = new Random(SEED);
  let judged = 0, alerted = 0;
  for (let round = 0; round < 1000; round++) {
    const text = randomEvent(random);
    try {
      const given = readEvent(text);
      if (!given) continue;
      judged++;
      const stage = () => eventOf(given);
      const alerts = new Set(alertsOf(stage, ruleset).map(({ rule }) => rule));
      alerted += alerts.size;
      const rule = random.pick(ruleset.rules);
      for (const each of [rule, ...ruleset.rules.filter(({ name }) => alerts.has(name))]) {
        const explanation = explainRule(each, ruleset, { stage, ruleMatching: "all" });
        assertEquals(outcomeOf(explanation) === "alert", alerts.has(each.name), each.name);
        assertEquals(explanation.alert !== undefined, explanation.condition.truth, each.name);
        verdictOf(explanation);
        treeLines(explanation, ruleset.macros);
        JSON.stringify(plainExplanation(explanation));
      }
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}:\n${text}`, { cause: error });
    }
  }
  assert(judged > 200 && alerted > 5, `${judged} events judged, ${alerted} alerts`);
});

const PIECES = [
  "\n",
  "  ",
  ": ",
  "- ",
  "[",
  "]",
  "{",
  "}",
  '"',
  "null",
  "expect",
  "expect_not: [",
  "events:",
  "output_fields: {fd.num: [3, {a: b}]}",
  "evt.type",
  "proc.name",
  "name: x\n",
  "\t",
  "&a ",
  "*a",
];

function mutate(text: string, random: Random): string {
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const start = random.below(text.length + 1);
    const end = Math.min(text.length, start + random.below(random.below(5) === 0 ? 300 : 10));
    const insert = random.below(3) === 0 ? "" : random.pick(PIECES);
    text = text.slice(0, start) + insert + text.slice(end);
  }
  return text;
}

Deno.test(`a file of rule tests changed at random runs or is diagnosed (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const beginning = TESTS.slice(0, TESTS.indexOf("  # ---", TESTS.indexOf("Link to")));
  for (let round = 0; round < 400; round++) {
    const text = mutate(beginning, random);
    try {
      const report = new Report();
      const file = readTestFile(new SourceText("test.yaml", text), report);
      assert(file || report.hasErrors, "read or diagnosed");
      const tests = file ? bindTests(file, { ruleset, tables }, report) : [];
      for (const { at } of renderJson(report.diagnostics)) {
        assert(at && at.offset >= 0 && at.endOffset >= at.offset && at.endOffset <= text.length);
      }
      if (report.hasErrors) continue;
      for (const test of tests.slice(0, 2)) failuresOf(test, ruleset, "all");
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}:\n${text}`, { cause: error });
    }
  }
});
