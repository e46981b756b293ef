import { assertEquals } from "../../tests/assert.ts";
import { rulesetOf } from "../../tests/ruleset.ts";
import { renderJson, Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { checkExtraOutput } from "../rule/mod.ts";
import { extraOutputs, warnOfUnusedOutputs } from "./append_output.ts";
import { checkConfig } from "./config/check.ts";
import { readConfigText } from "./config/load.ts";

const RULESET = rulesetOf(
  "- rule: Read\n  desc: d\n  condition: evt.type = openat\n  output: x\n  priority: INFO\n  tags: [files]\n",
);

/** What is said about the additions: of each finding its place, code and help. */
function said(text: string): string[] {
  const report = new Report();
  const environment = () => undefined;
  const root = readConfigText(new SourceText("falco.yaml", text), { environment, report })!;
  const extras = extraOutputs(checkConfig(root, report).append_output, root);
  const tables = new Map([["syscall", syscallFields]]);
  warnOfUnusedOutputs(extras, root, { rules: RULESET.rules, tables, report });
  for (const extra of extras) checkExtraOutput(extra, syscallFields, report);
  return renderJson(report.diagnostics).map(({ code, severity, at, help }) =>
    `${at?.line}:${at?.column} ${severity} ${code} ${help}`
  );
}

Deno.test("mistakes in append_output have their place in falco.yaml", () => {
  const text = `append_output:
  - extra_fields:
      - proc.nam
      - "%proc.name"
      - who: by %user.nmae
    extra_output: >
      more
      of %proc.nam
`;
  assertEquals(said(text), [
    '8:11 error A002 did you mean "proc.name"?',
    '3:9 error A002 did you mean "proc.name"?',
    "4:10 error A002 write proc.name, without the percent sign",
    '5:18 error A002 did you mean "user.name"?',
  ]);
});

Deno.test("additions that no rule gets are told, and looked at all the same", () => {
  const of = (match: string) => said(`append_output: [{match: ${match}, extra_output: a}]`);
  assertEquals(of("{source: syscall, rule: Read, tags: [files]}"), []);
  const warning = (help: string) => [`1:18 warning C027 ${help}`];
  assertEquals(of("{source: sycall}"), warning('did you mean "syscall"?'));
  assertEquals(of("{rule: Raed}"), warning('did you mean "Read"?'));
  assertEquals(of("{tags: [fils]}"), warning('did you mean "files"?'));
  assertEquals(of("{rule: nosuch}"), warning("see falcod list rules"));
  const wrong = said("append_output: [{match: {rule: nosuch}, extra_fields: proc.nam}]");
  assertEquals(wrong[1], '1:55 warning A002 did you mean "proc.name"?');
});

Deno.test("additions that have nothing to add are told, unless that is meant or told already", () => {
  const of = (entry: string) => said(`append_output: [${entry}]`);
  const help = "give it extra_output, extra_fields or suggested_output: true, or take it out";
  for (
    const entry of ["{}", "{match: {rule: Read}}", "{match: {rule: no}}", "{extra_fields: []}"]
  ) {
    assertEquals(of(entry), [`1:17 warning C027 ${help}`], entry);
  }
  assertEquals(said('append_output:\n  - extra_output: ""\n'), [`2:5 warning C027 ${help}`]);
  assertEquals(said("append_output: [{extra_output: a}, {}]"), [`1:36 warning C027 ${help}`]);
  assertEquals(of("{suggested_output: false}"), []);
  for (const entry of ['{extra_output: "${NONE}"}', '{extra_fields: [{a: "${NONE}"}]}']) {
    assertEquals(of(entry).filter((line) => line.includes("C027")), [], entry);
  }
  assertEquals(of("{extra_outputs: a}"), ['1:18 warning C003 did you mean "extra_output"?']);
  assertEquals(of("{extra_output: [a]}").length, 1);
});
