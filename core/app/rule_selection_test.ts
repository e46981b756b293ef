import { assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { loadRules, readRuleFile } from "../rule/mod.ts";
import { checkConfig } from "./config/check.ts";
import { readConfigText } from "./config/load.ts";
import { applyOption, parseOption } from "./config/option.ts";
import { reportVainSelections, selectRules } from "./rule_selection.ts";

const rule = (name: string, tags: string, more: string) => `
- rule: ${name}
  desc: x
  condition: evt.type = open
  output: "%proc.name"
  tags: [${tags}]
  ${more}
`;
const RULES = rule("Terminal shell", "a, b", "priority: ERROR") +
  rule("Other shell", "b", "priority: ERROR\n  enabled: false") +
  rule("Low", "b", "priority: DEBUG") +
  rule("Low and off", "b", "priority: DEBUG\n  enabled: false");

/** Names of the rules that run after a selection, and the codes of what was reported. */
function select(...selections: Parameters<typeof selectRules>[1]) {
  const report = new Report();
  const file = readRuleFile(new SourceText("rules.yaml", RULES), report);
  const ruleset = loadRules([file], {
    fieldsOf: () => syscallFields,
    engineVersion: "0.63.0",
    minimumPriority: "Warning",
  }, report)!;
  const own = new Report();
  const selected = selectRules(ruleset, selections, { report: own });
  return {
    running: selected.rules.filter((rule) => rule.enabled).map((rule) => rule.name),
    fields: selected.fields.size,
    codes: own.diagnostics.map((diagnostic) => diagnostic.code),
  };
}

Deno.test("selectRules() switches rules by name pattern and by tag, in order", () => {
  assertEquals(select().running, ["Terminal shell"]);
  assertEquals(select({ enable: { rule: "*shell" } }).running, ["Terminal shell", "Other shell"]);
  assertEquals(
    select({ enable: { tag: "b" } }, { disable: { tag: "a" } }).running,
    ["Other shell"],
  );
});

Deno.test("selectRules() does not bring back what is below the configured priority", () => {
  assertEquals(select({ enable: { rule: "*" } }).running, ["Terminal shell", "Other shell"]);
});

Deno.test("selectRules() keeps the fields of running rules only", () => {
  assertEquals(select({ disable: { rule: "*" } }), { running: [], fields: 0, codes: [] });
});

Deno.test("selectRules() reports a selection that matches no rule", () => {
  assertEquals(select({ disable: { tag: "c" } }).codes, ["C020"]);
});

Deno.test("reportVainSelections() names the rule or tag that was probably meant", () => {
  const rules = [{
    name: "Directory traversal monitored file read",
    tags: ["network"],
    source: "syscall",
  }];
  const help = (selection: { readonly rule?: string; readonly tag?: string }) => {
    const report = new Report();
    reportVainSelections(rules, [{ enable: selection }], { report });
    return report.diagnostics[0]?.help;
  };
  const name = "Directory traversal monitored file read";
  assertEquals(
    help({ rule: "directory traversal monitored" }),
    `did you mean "${name}"? "*" stands for any letters`,
  );
  assertEquals(help({ rule: "Directory traversal monitord file read" }), `did you mean "${name}"?`);
  assertEquals(help({ tag: "networks" }), 'did you mean "network"?');
  assertEquals(help({ rule: "rea" }), "see falcod list rules");
  assertEquals(help({ rule: "k8s_*" }), "see falcod list rules");
});

Deno.test("reportVainSelections() points at what no rule has, on the command line, too", () => {
  const report = new Report();
  const root = readConfigText(new SourceText("falco.yaml", "rules: [{disable: {tag: x}}]"), {
    environment: () => undefined,
    report,
  })!;
  const option = parseOption("rules[0].disable.tag=nope", report)!;
  applyOption(root, option, { kind: "scalar", text: "nope", at: option.value });
  reportVainSelections([], [{ disable: { tag: "nope" } }], { root, report });
  assertEquals(report.diagnostics.map(({ code, at }) => [code, at?.source.name, at?.start]), [
    ["C020", "<-o>", 21],
  ]);
});

Deno.test("reportVainSelections() says nothing of a selection whose names were wrong", () => {
  const said = (yaml: string) => {
    const report = new Report();
    const source = new SourceText("falco.yaml", yaml);
    const root = readConfigText(source, { environment: () => undefined, report: new Report() })!;
    const { rules } = checkConfig(root, new Report());
    reportVainSelections([], rules, { root, report });
    return report.diagnostics.map(({ title }) => title);
  };
  assertEquals(said("rules: [{enable: a}, {disable: {tags: [a]}}, {enabled: {rule: a}}]"), []);
  assertEquals(said("rules: [{disable: }]"), ["nothing says which rule to disable"]);
  assertEquals(said("rules: [{disable: {}}]"), ["nothing says which rule to disable"]);
  assertEquals(said("rules: [{}]"), ["nothing says which rule to enable or disable"]);
});

Deno.test("selectRules() enables with an entry that has both keys, and tells of it", () => {
  const { running, codes } = select({
    enable: { rule: "Other shell" },
    disable: { rule: "Terminal shell" },
  });
  assertEquals([running, codes], [["Terminal shell", "Other shell"], ["C020"]]);
});
