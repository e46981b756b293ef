import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { type Diagnostic, Report, SourceText, toFile } from "../base/mod.ts";
import { readRuleFile } from "./read.ts";
import type { Item } from "./rule_file.ts";

function read(text: string) {
  const report = new Report();
  const file = readRuleFile(new SourceText("rules.yaml", text), report);
  const codes = report.diagnostics.map(({ code }) => code);
  return { file, items: file.items, diagnostics: report.diagnostics, codes };
}

function only(text: string): Item {
  const { items, diagnostics } = read(text);
  assertEquals(diagnostics, []);
  assertEquals(items.length, 1);
  return items[0]!;
}

const RULE = `- rule: A shell
  desc: d
  condition: >
    evt.type = execve and
    proc.name = sh
  output: "o %proc.name"
  priority: WARNING
`;

Deno.test("readRuleFile() reads a rule with the defaults of what it leaves out", () => {
  const item = only(RULE);
  assert(item.kind === "rule");
  assertObjectMatch(item, {
    name: "A shell",
    source: "syscall",
    priority: "Warning",
    description: "d",
  });
  assertEquals(item.condition.text, "evt.type = execve and proc.name = sh\n");
  assertEquals([item.tags, item.enabled, item.exceptions], [undefined, undefined, undefined]);
});

Deno.test("readRuleFile() refuses an output of nothing but blanks", () => {
  assertEquals(read(RULE.replace("o %proc.name", " \\n ")).codes, ["R006"]);
});

Deno.test("readRuleFile() keeps the place of every word of a condition", () => {
  const item = only(RULE);
  assert(item.kind === "rule");
  const start = item.condition.text.indexOf("sh\n");
  const { source, start: at } = toFile(item.condition.span(start, start + 2));
  assertEquals(source.position(at), { line: 5, column: 17 });
});

Deno.test("readRuleFile() reads every key of a rule", () => {
  const item = only(`${RULE}  source: syscall
  enabled: no
  tags: [b, a]
  capture: true
  capture_duration: 3000
  warn_evttypes: False
  skip-if-unknown-filter: true
  exceptions:
    - name: e
      fields: [proc.name, fd.name]
      comps: [=, in]
      values:
        - [cat, [/a, /b]]
`);
  assertObjectMatch(item, {
    enabled: false,
    tags: ["b", "a"],
    capture: true,
    captureDurationMs: 3000,
    warnEventTypes: false,
    skipIfUnknownFilter: true,
  });
  assert(item.kind === "rule");
  const [exception] = item.exceptions!;
  assertEquals([exception!.name, exception!.fields!.kind, exception!.values.length], [
    "e",
    "many",
    1,
  ]);
});

Deno.test("readRuleFile() reads priorities in any case, and INFO for Informational", () => {
  for (
    const [text, priority] of [["warning", "Warning"], ["INFO", "Informational"], [
      "eMeRgEnCy",
      "Emergency",
    ]]
  ) {
    assertObjectMatch(only(RULE.replace("WARNING", text!)), { priority });
  }
});

Deno.test("readRuleFile() reads lists and macros, and both spellings of appending", () => {
  assertObjectMatch(only("- list: l\n  items: [a, 'b c', 1]\n"), { kind: "list", append: false });
  const { items, codes } = read(
    "- list: l\n  items: [c]\n  append: true\n- macro: m\n  condition: or x\n  override: {condition: append}\n" +
      "- macro: m\n  condition: x\n  override: {condition: replace}\n",
  );
  assertEquals(codes, []);
  assertEquals(items.map((item) => "append" in item && item.append), [true, true, false]);
  assert(items[0]!.kind === "list" && items[0]!.deprecatedAppend);
});

Deno.test("readRuleFile() tells whole rules from changes and from a lone enabled", () => {
  const { items, codes } = read(
    "- rule: a\n  enabled: false\n" +
      "- rule: a\n  condition: and x\n  append: true\n" +
      "- rule: a\n  condition: and x\n  priority: ERROR\n  override: {condition: append, priority: replace}\n",
  );
  assertEquals(codes, []);
  assertEquals(items.map(({ kind }) => kind), ["rule-enabled", "rule-update", "rule-update"]);
  const [, appended, overridden] = items;
  assert(appended?.kind === "rule-update" && overridden?.kind === "rule-update");
  assertEquals(appended.append!.condition!.text, "and x");
  assertEquals(overridden.replace, { priority: "Error" });
});

Deno.test("readRuleFile() reads required versions, the old number included", () => {
  const { items, codes } = read(
    "- required_engine_version: 13\n- required_engine_version: 0.57.0\n" +
      "- required_plugin_versions:\n  - name: a\n    version: 1.2.3\n    alternatives: [{name: b, version: 0.1.0}]\n",
  );
  assertEquals(codes, []);
  assertObjectMatch(items[0], { version: { major: 0, minor: 13, patch: 0 } });
  assertObjectMatch(items[1], { version: { major: 0, minor: 57, patch: 0 } });
  assert(items[2]?.kind === "plugin-versions");
  assertEquals(items[2].requirements[0]!.alternatives.map(({ name }) => name), ["a", "b"]);
});

Deno.test("readRuleFile() accepts an empty file, comments and empty items", () => {
  for (const text of ["", "# nothing\n", "---\n---\n", "[]", "-\n-\n"]) {
    const { items, diagnostics, file } = read(text);
    assertEquals([items, diagnostics, file.complete], [[], [], true], text);
  }
});

Deno.test("readRuleFile() reports every mistake of a file in one run and reads what is right", () => {
  const { codes, items, file } = read(`- macro: m
  condition: [a]
- list: l
- rule: r
  desc: d
  condition: x
  output: o
  priority: SEVERE
  enabled: perhaps
  colour: red
- rule: ok
  desc: d
  condition: x
  output: o
  priority: INFO
`);
  assertEquals(codes, ["R007", "R005", "R004", "R012", "R008"]);
  assertEquals(items.map(({ kind }) => kind), ["broken", "broken", "broken", "rule"]);
  assertEquals(file.complete, true);
});

Deno.test("readRuleFile() knows a file with broken YAML as incomplete, and still reads other items", () => {
  const { codes, items, file } = read(
    '- macro: m\n  condition: "evt.type = open\n- list: l\n  items: [a]\n',
  );
  assertEquals(codes, ["Y021"]);
  assertEquals(items.map(({ kind }) => kind), ["broken", "list"]);
  assertEquals(file.complete, false);
});

Deno.test("readRuleFile() does not tell what a mistake in the first line makes of the file", () => {
  for (const line of ["-rule: a", "rule a", "rule:a"]) {
    const { codes, items, file } = read(`${line}\n desc: d\n`);
    assertEquals([codes.length, items.length, file.complete], [1, 0, false], line);
    assert(codes[0]!.startsWith("Y"), codes[0]);
  }
  assertEquals(read("rule: a\ndesc: d\n").codes, ["R001"]);
});

Deno.test("readRuleFile() says of an item without its dash that it lacks one", () => {
  const titleOf = (text: string) => read(text).diagnostics.map(({ title }) => title);
  assertEquals(titleOf("priority: INFO\nrule: a\ndesc: d\n"), [
    "a rule file is a list of items; this rule lacks its dash",
  ]);
  assertEquals(titleOf("a: b\n"), ["a rule file is a list of items; this one holds a mapping"]);
});

Deno.test("readRuleFile() reads an item with very many keys or exceptions all the same", () => {
  const keys = Array.from({ length: 50_000 }, (_, i) => `  k${i}: v\n`).join("");
  const { codes, items } = read(RULE + keys);
  assertEquals([codes.length, codes[0], items[0]!.kind], [1000, "R004", "rule"]);
  const exceptions = Array.from(
    { length: 20_000 },
    (_, i) => `  - {name: e${i}, fields: proc.name, values: [a]}\n`,
  );
  const item = only(`${RULE}  exceptions:\n${exceptions.join("")}`);
  assert(item.kind === "rule");
  assertEquals(item.exceptions?.length, 20_000);
});

Deno.test("readRuleFile() passes over an override that is a text where the item is whole, as Falco does", () => {
  const whole = [
    "- list: l\n  items: [c]\n  override: append\n",
    "- macro: m\n  condition: x\n  override: append\n",
    `${RULE}  override: replace\n`,
  ];
  for (const text of whole) {
    const { items, diagnostics } = read(text);
    assertEquals(diagnostics.map(({ code, severity }) => `${severity} ${code}`), ["warning R015"]);
    assertEquals(items.length, 1);
    assert(items[0]!.kind !== "broken" && !("append" in items[0]! && items[0].append));
  }
  const lone = read("- rule: a\n  enabled: false\n  override: replace\n");
  assertObjectMatch(lone.items[0]!, { kind: "rule-enabled", name: "a", enabled: false });
  assertObjectMatch(lone.diagnostics[0]!, {
    code: "R015",
    severity: "warning",
    help: "write override: {enabled: replace}",
  });
  const partly = "- rule: a\n  enabled: false\n  condition: and x\n  override: replace\n";
  assertEquals(read(partly).items[0]!.kind, "broken");
  const { diagnostics } = read("- rule: a\n  condition: and x\n  override: append\n");
  assertEquals(diagnostics.map(({ code, severity }) => `${severity} ${code}`), ["error R015"]);
  assertEquals(read("- list: l\n  items: [c]\n  override: [items]\n").codes, ["R015"]);
});

Deno.test("readRuleFile() knows what keys are called elsewhere, and changes that do not say so", () => {
  const report = new Report();
  readRuleFile(
    new SourceText(
      "rules.yaml",
      "- rule: a\n  description: d\n  condition: c\n  output: o\n  severity: INFO\n" +
        "- rule: b\n  condition: and c\n" +
        "- rule: c\n  condition: c\n  output: o\n  desc: d\n",
    ),
    report,
  );
  assertEquals(report.diagnostics.map(({ code, help }) => `${code} ${help}`), [
    'R005 did you mean "desc"?',
    'R005 did you mean "priority"?',
    'R005 add "output: …" and "desc: …" and "priority: …"; to change a rule that is there, ' +
    "write override: {condition: append}, or replace",
    'R005 add "priority: …"',
  ]);
});

Deno.test("readRuleFile() tells how to change a rule, of which only what is new is written", () => {
  const help = (text: string) => read(text).diagnostics.map(({ code, help }) => `${code} ${help}`);
  // falco issues 2477, 1340, 2314
  assertEquals(help("- rule: a\n  output: o\n"), [
    'R005 add "condition: …" and "desc: …" and "priority: …"; to change a rule that is there, ' +
    "write override: {output: append}, or replace",
  ]);
  assertEquals(help("- rule: a\n  output: o\n  priority: INFO\n"), [
    'R005 add "condition: …" and "desc: …"; to change a rule that is there, ' +
    "write override: {output: replace, priority: replace}",
  ]);
  assertEquals(help("- rule: a\n  condition: c\n  output: o\n"), [
    'R005 add "desc: …" and "priority: …"',
  ]);
  assertEquals(help("- rule: a\n  enabled: true\n  tags: [t]\n  append: true\n"), [
    'R020 write override: {tags: append, enabled: replace} in place of "append: true"',
  ]);
});

Deno.test("readRuleFile() knows an override that is turned round", () => {
  const helps = (text: string) =>
    read(text).diagnostics.filter(({ code }) => /R008|R016/.test(code)).map(({ help }) => help);
  const change = "- rule: a\n  condition: and c\n";
  assertEquals(helps(`${change}  override: {append: condition}\n`), [
    "write override: {condition: append}",
  ]);
  // falco issue 1340
  assertEquals(helps("- rule: a\n  priority: INFO\n  append: priority\n"), [
    "write override: {priority: replace}",
  ]);
  assertEquals(helps(`${change}  append: maybe\n`), ["write append: true, or append: false"]);
});

Deno.test("readRuleFile() says of a list of items under a key that the key is too much", () => {
  const [{ code, help }] = read("version: 1\nrules:\n  - rule: a\n").diagnostics as [Diagnostic];
  assertEquals([code, help], [
    "R001",
    'what is under "rules" is such a list: leave "rules:" out',
  ]);
});

Deno.test("readRuleFile() tells once of a rule that another item has swallowed", () => {
  // falco issue 1315
  const { items, diagnostics } = read(`${RULE}  required_engine_version: 6\n`);
  assertEquals(items.map(({ kind }) => kind), ["engine-version"]);
  assertEquals(diagnostics.length, 1);
  assertObjectMatch(diagnostics[0]!, {
    code: "R004",
    severity: "warning",
    title: 'rule "A shell" is ignored: it stands in one item with "required_engine_version"',
    help: 'begin each with a dash: "- rule: …" and "- required_engine_version: …"',
  });
  assertEquals(read("- list: l\n  items: [a]\n  macro: m\n  condition: c\n").codes, ["R004"]);
});
