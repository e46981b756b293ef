import { assert, assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { describeRuleset } from "./describe.ts";
import { loadRules } from "./load.ts";
import { readRuleFile } from "./read.ts";

function describe(text: string) {
  const report = new Report();
  const ruleset = loadRules([readRuleFile(new SourceText("rules.yaml", text), report)], {
    fieldsOf: () => syscallFields,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  assertEquals(report.hasErrors, false, JSON.stringify(report.diagnostics.map((d) => d.title)));
  return describeRuleset(ruleset!, syscallFields);
}

Deno.test("describeRuleset() puts the items of lists in the place of their names", () => {
  const { lists } = describe("- list: a\n  items: [x]\n- list: b\n  items: [a, y]\n");
  assertEquals(lists[1]!.info.items, ["y"]);
  assertEquals(lists[1]!.details.items_compiled, ["x", "y"]);
  assertEquals(lists[1]!.details.lists, ["a"]);
});

Deno.test("describeRuleset() names fields of outputs as they are written, each once", () => {
  const output = "%proc.aname[2] %evt.arg.flags %toupper(proc.name) %proc.aname[2] %proc.aname";
  const { rules } = describe(
    `- rule: r\n  desc: d\n  condition: evt.type = open\n  output: "${output}"\n  priority: INFO\n`,
  );
  assertEquals(rules[0]!.details.output_fields, [
    "proc.aname[2]",
    "evt.arg.flags",
    "proc.name",
    "proc.aname",
  ]);
});

Deno.test("describeRuleset() has outputs as they were given, with blanks where they count", () => {
  const { rules } = describe(
    `- {rule: r, desc: d, condition: evt.type = open, output: " a ", priority: INFO}
- {rule: s, desc: d, condition: evt.type = open, output: a, priority: INFO}
- {rule: s, output: " b ", override: {output: replace}}
`,
  );
  assertEquals(rules.map(({ info }) => info.output), ["a", " b "]);
});

Deno.test("describeRuleset() ends where lists double each other, with items or without", () => {
  for (const first of ["[]", "[x]"]) {
    const doubling = Array.from(
      { length: 60 },
      (_, i) => `- list: l${i + 1}\n  items: [l${i}, l${i}]\n`,
    );
    const { lists } = describe(`- list: l0\n  items: ${first}\n${doubling.join("")}`);
    assert(lists.every(({ details }) => details.items_compiled.length <= 100_000));
  }
});

Deno.test("describeRuleset() describes a chain of very many lists", () => {
  const chain = Array.from({ length: 5000 }, (_, i) => `- list: l${i + 1}\n  items: [l${i}]\n`);
  const { lists } = describe(`- list: l0\n  items: [x]\n${chain.join("")}`);
  assertEquals(lists.at(2)!.details.items_compiled, ["x"]);
});

Deno.test("describeRuleset() names the events of plugins where a rule is for their source", () => {
  const { rules } = describe(
    ["syscall", "k8s_audit"].map((source) =>
      `- {rule: ${source}, desc: d, condition: evt.num > 1, output: x, priority: INFO, source: ${source}}\n`
    ).join(""),
  );
  assert(rules[0]!.details.events.includes("openat"));
  assertEquals(rules[1]!.details.events, ["asyncevent", "pluginevent"]);
});
