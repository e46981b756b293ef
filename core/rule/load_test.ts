import { assert, assertEquals } from "../../tests/assert.ts";
import { corpusTest, readCorpus } from "../../tests/corpus.ts";
import { Report, SourceText, toFile } from "../base/mod.ts";
import { eventCodesByName } from "../event/mod.ts";
import {
  commonFields,
  defineField,
  type FieldDefinition,
  type FieldTable,
  syscallFields,
  tableOf,
} from "../field/mod.ts";
import { type LoadContext, loadRules, loadRulesAside } from "./load.ts";
import { readRuleFile } from "./read.ts";
import type { Ruleset } from "./ruleset.ts";

/** Few fields of our own: these tests are about rules. */
const fields: FieldTable = new Map(
  (["proc.name", "fd.name", "evt.type", "evt.dir"] as const).map((name) => [
    name,
    defineField({ name, type: "CHARBUF", summary: "For tests", extract: () => undefined }),
  ]),
);

const context: LoadContext = {
  fieldsOf: (source) => source === "syscall" ? fields : undefined,
  engineVersion: "0.63.0",
  minimumPriority: "Debug",
};

function load(texts: string | readonly string[], changes: Partial<LoadContext> = {}) {
  const report = new Report();
  const files = (typeof texts === "string" ? [texts] : texts).map((text, i) =>
    readRuleFile(new SourceText(`${i}.yaml`, text), report)
  );
  const ruleset = loadRules(files, { ...context, ...changes }, report);
  const { diagnostics } = report;
  return { ruleset, diagnostics, codes: diagnostics.map(({ code }) => code) };
}

const rule = (name: string, condition: string, rest = "") =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: o %proc.name\n  priority: NOTICE\n${rest}`;

Deno.test("loadRules() gives rules that are ready to run, in file order", () => {
  const { ruleset, codes } = load(
    "- list: shells\n  items: [sh]\n- macro: spawned\n  condition: evt.type = execve\n" +
      rule("b", "spawned and proc.name in (shells)", "  tags: [y, x, y]\n") +
      rule("a", "evt.type = open and fd.name = /x"),
  );
  assertEquals(codes, []);
  assertEquals(ruleset!.rules.map(({ name }) => name), ["b", "a"]);
  const [first] = ruleset!.rules;
  assertEquals([first!.tags, first!.priority, first!.enabled], [["x", "y"], "Notice", true]);
  assertEquals([...first!.fields].sort(), ["evt.type", "proc.name"]);
  for (const code of eventCodesByName("execve")) assert(first!.eventTypes.has(code));
  for (const code of eventCodesByName("open")) assert(!first!.eventTypes.has(code));
  assertEquals([...ruleset!.fields].sort(), ["evt.type", "fd.name", "proc.name"]);
  assertEquals([ruleset!.macros.get("spawned")!.used, ruleset!.lists.get("shells")!.used], [
    true,
    true,
  ]);
});

Deno.test("loadRules() gives no ruleset when anything is wrong, and tells all of it", () => {
  const { ruleset, codes } = load([
    rule("a", "proc.nmae = x") + rule("b", "evt.type = open and ("),
    rule("c", "unknown_macro") + rule("fine", "evt.type = open"),
  ]);
  assertEquals(ruleset, undefined);
  assertEquals(codes.length, 3);
  assert(codes.every((code) => code.startsWith("F")));
});

Deno.test("loadRules() tells a mistake in a macro once, however many rules use it", () => {
  const uses = Array.from({ length: 5 }, (_, i) => rule(`r${i}`, "evt.type = open and m")).join("");
  const { diagnostics } = load(`- macro: m\n  condition: proc.nmae = x\n${uses}`);
  assertEquals(diagnostics.map(({ code }) => code), ["F012"]);
});

Deno.test("loadRules() tells of a mistake in a macro where one rule is skipped for it and one is not", () => {
  const skipped = rule("a", "evt.type = open and m", "  skip-if-unknown-filter: true\n");
  const failing = rule("b", "evt.type = open and m");
  for (const order of [skipped + failing, failing + skipped]) {
    const { ruleset, codes } = load(`- macro: m\n  condition: proc.nmae = x\n${order}`);
    assertEquals([ruleset, codes.sort()], [undefined, ["F012", "R045"]]);
  }
});

Deno.test("loadRules() looks at mistakes in macros once, whether these can be expanded or not", () => {
  const depth = 50;
  for (const first of ["proc.name = x", "no_such_macro or proc.name = x"]) {
    const macros = [`- macro: m0\n  condition: ${first}\n`];
    for (let i = 1; i < depth; i++) {
      macros.push(`- macro: m${i}\n  condition: m${i - 1} or proc.nmae = x${i} or fd.name = y\n`);
    }
    let looks = 0;
    const counting = new class extends Map<string, FieldDefinition> {
      override get(name: string) {
        if (name === "proc.nmae" || name === "fd.name") looks++;
        return super.get(name);
      }
    }(fields);
    const rules = Array.from({ length: 100 }, (_, i) => rule(`r${i}`, `m${i % depth}`));
    const fieldsOf = () => counting;
    const { codes } = load([...macros, ...rules].join(""), { fieldsOf });
    const unknown = codes.filter((code) => code === "F012");
    assertEquals(unknown.length, depth - 1, first);
    assert(looks <= 2 * depth, `${first}: ${looks}`);
  }
});

Deno.test("loadRules() does not call a macro unknown whose item could not be read", () => {
  const { codes } = load(`- macro: m\n  condition: []\n${rule("r", "evt.type = open and m")}`);
  assertEquals(codes, ["R007"]);
  assertEquals(load(`- macro: "m\n${rule("r", "evt.type = open and m")}`).codes, ["Y021"]);
});

Deno.test("loadRules() shows a macro only what was there when it was last changed", () => {
  const later = "- macro: m\n  condition: n\n- macro: n\n  condition: evt.type = open\n";
  assertEquals(load(later + rule("r", "m")).codes, ["F016"]);
  const again =
    "- macro: m\n  condition: evt.type = open\n- macro: n\n  condition: evt.type = open\n";
  assertEquals(load([again, "- macro: m\n  condition: n\n" + rule("r", "m")]).codes, []);
});

Deno.test("loadRules() points into the file an appended condition came from", () => {
  const { diagnostics } = load([
    rule("r", "evt.type = open"),
    "- rule: r\n  condition: and proc.nmae = x\n  override: {condition: append}\n",
  ]);
  const { source, start } = toFile(diagnostics[0]!.at!);
  assertEquals([source.name, source.position(start)], ["1.yaml", { line: 2, column: 18 }]);
});

Deno.test("loadRules() makes exceptions part of the condition", () => {
  const { ruleset, codes } = load(rule(
    "r",
    "evt.type = open",
    "  exceptions: [{name: e, fields: [proc.name, fd.name], values: [[cat, /tmp]]}, {name: f, fields: [fd.name]}]\n",
  ));
  assertEquals(codes, []);
  const [loaded] = ruleset!.rules;
  assertEquals(
    loaded!.conditionText.text,
    "(evt.type = open) and not ((proc.name = cat and fd.name = /tmp))",
  );
  assertEquals(loaded!.exceptions, ["e", "f"]);
});

Deno.test("loadRules() keeps disabled rules and those of too low a priority, checked but not enabled", () => {
  const { ruleset } = load(
    rule("a", "evt.type = open", "  enabled: false\n").replace("NOTICE", "ERROR") +
      rule("b", "evt.type = open") + rule("c", "evt.type = open", "  enabled: false\n"),
    {
      minimumPriority: "Error",
    },
  );
  assertEquals(ruleset!.rules.map(({ enabled, disabledBy }) => [enabled, disabledBy]), [
    [false, "file"],
    [false, "priority"],
    [false, "priority"],
  ]);
  assertEquals(ruleset!.fields.size, 0);
});

Deno.test("loadRules() skips rules of an unknown source and rules that ask for it", () => {
  const { ruleset, codes } = load(
    rule("a", "ka.verb = get", "  source: k8s_audit\n") +
      rule("b", "proc.nobody = x", "  skip-if-unknown-filter: true\n") +
      rule("c", "evt.type = open"),
  );
  assertEquals(codes, ["R042", "R045"]);
  assertEquals(ruleset!.rules.map(({ name }) => name), ["c"]);
});

Deno.test("loadRules() skips rules that ask for it where what Falco meets first is unknown", () => {
  const needy = defineField({
    name: "evt.needy",
    type: "CHARBUF",
    summary: "For this test",
    argument: { kind: "key", required: true },
    extract: () => undefined,
  });
  const fieldsOf = () => new Map([...fields, [needy.name, needy]]);
  const codesOf = (condition: string, output = "x") => {
    const text = rule("a", condition, "  skip-if-unknown-filter: true\n");
    const written = text.replace("%proc.name", output);
    const { diagnostics } = load(`- {list: l, items: [b, c]}\n${written}`, { fieldsOf });
    const told = diagnostics.filter(({ severity }) => severity !== "info");
    return [...new Set(told.map(({ code }) => code))].sort();
  };
  assertEquals(codesOf("evt.type = open", "%%"), ["R045"]);
  assertEquals(codesOf("evt.type = open", "%fd.name[0] %toupper()"), ["R045"]);
  assertEquals(codesOf("evt.type = open and (", "%proc.nobody"), ["R045"]);
  assertEquals(codesOf("no_such_macro", "%proc.nobody"), ["R045"]);
  assertEquals(codesOf("proc.name[0] = x"), ["R045"]);
  assertEquals(codesOf("evt.needy = x"), ["F015"]);
  assertEquals(codesOf("proc.nobody = x and proc.name regex '('"), ["R045"]);
  assertEquals(codesOf("proc.nobody = x and no_such_macro"), ["F012", "F016"]);
  assertEquals(codesOf("proc.nobody = x and proc.name = l"), ["F012", "F022"]);
});

Deno.test("loadRules() checks rules of a source nobody delivers when asked, and keeps them off", () => {
  const verb = defineField({
    name: "ka.verb",
    type: "CHARBUF",
    summary: "Verb",
    extract: () => undefined,
  });
  const fields = tableOf([...commonFields, verb]);
  const undeliveredFieldsOf = (source: string) => source === "k8s_audit" ? fields : undefined;
  const wrong = rule("a", "ka.vreb = get", "  source: k8s_audit\n").replace("%proc.name", "");
  assertEquals(load(wrong, { undeliveredFieldsOf }).codes, ["R042", "F012"]);
  assertEquals(load(wrong).codes, ["R042"]);
  const right = wrong.replace("vreb", "verb");
  const { ruleset, codes } = load(right, { undeliveredFieldsOf });
  assertEquals(codes, ["R042"]);
  assertEquals(ruleset!.rules.map(({ name, enabled, disabledBy }) => [name, enabled, disabledBy]), [
    ["a", false, "source"],
  ]);
});

Deno.test("loadRules() compares the engine version, and asks for plugins", () => {
  const needs = "- required_engine_version: 0.57.0\n" +
    "- required_plugin_versions: [{name: a, version: 1.2.3, alternatives: [{name: b, version: 0.1.0}]}]\n";
  const asked: string[] = [];
  const hasPlugin = (name: string, version: string) => {
    asked.push(`${name} ${version}`);
    return name === "b";
  };
  const { ruleset, codes } = load(needs, { hasPlugin });
  assertEquals([codes, asked], [[], ["a 1.2.3", "b 0.1.0"]]);
  assertEquals(ruleset!.requiredEngineVersion, { major: 0, minor: 57, patch: 0 });
  assertEquals(load(needs, { hasPlugin: () => false }).codes, ["R041"]);
  assertEquals(load("- required_engine_version: 64\n").codes, ["R040"]);
});

Deno.test("loadRules() takes %container.info out of an output", () => {
  const { ruleset, codes } = load(
    rule("r", "evt.type = open").replace("o %proc.name", "o %container.info of %proc.name"),
  );
  assertEquals(codes, ["R052"]);
  assertEquals(ruleset!.rules[0]!.output.source.text, "o  of %proc.name");
});

const upstream = [
  "falco_rules",
  "falco-incubating_rules",
  "falco-sandbox_rules",
  "falco-deprecated_rules",
];
for (const name of upstream) {
  const file = `rules/current/${name}.yaml`;
  corpusTest(`upstream's ${name}.yaml loads unchanged and without an error`, [file], () => {
    const text = readCorpus(file);
    const { ruleset, diagnostics } = load(text, {
      fieldsOf: (source) => source === "syscall" ? syscallFields : undefined,
      hasPlugin: (plugin) => plugin === "container",
    });
    assertEquals(diagnostics.filter(({ severity }) => severity === "error"), []);
    assertEquals(ruleset!.rules.length, text.match(/^- rule:/gm)!.length);
  });
}

Deno.test("loadRules() tells once that a macro grows too large, not for each macro that uses it", () => {
  const macros = Array.from(
    { length: 40 },
    (_, i) =>
      `- macro: m${i}\n  condition: ${i === 0 ? "evt.type = open" : `m${i - 1} or m${i - 1}`}\n`,
  );
  assertEquals(load(macros.join("") + rule("a", "m39")).codes, ["F018"]);
});

Deno.test("loadRules() puts lists in whose names are no single word, but not inside quotes", () => {
  const list = '- list: my shells\n  items: [sh, "two words"]\n';
  const { ruleset, codes } = load(
    list + rule("a", 'evt.type = open and proc.name in (my shells, cat) and fd.name = "my shells"'),
  );
  assertEquals(codes, ["R024"]);
  assertEquals(
    ruleset!.rules[0]!.conditionText.text,
    'evt.type = open and proc.name in (sh, "two words", cat) and fd.name = "my shells"',
  );
  assert(ruleset!.lists.get("my shells")!.used);
  const { diagnostics } = load(list + rule("a", "evt.type = open and proc.pdi in (my shells)"));
  const { source, start } = toFile(diagnostics[1]!.at!);
  assertEquals(source.position(start), { line: 5, column: 34 });
});

Deno.test("loadRules() tells of an exception's unknown field once, and even where rules may be skipped", () => {
  const { codes } = load(rule(
    "a",
    "evt.type = open",
    "  skip-if-unknown-filter: true\n  exceptions: [{name: e, fields: [proc.nmae], values: [[a], [b]]}]\n",
  ));
  assertEquals(codes, ["R037"]);
});

Deno.test("loadRules() warns of mistakes in a definition that a later one replaces", () => {
  const wrong = rule("a", "evt.type = open and proc.nmae = cat");
  const right = rule("a", "evt.type = open");
  const { ruleset, diagnostics } = load([wrong, right, right]);
  assertEquals(diagnostics.map(({ code, severity }) => `${code} ${severity}`), ["R048 warning"]);
  assertEquals(ruleset!.rules.length, 1);
  const [{ at, notes }] = diagnostics as [(typeof diagnostics)[number]];
  assertEquals(at!.source.text.slice(at!.start, at!.end), "proc.nmae");
  assertEquals(notes!.map(({ message }) => message), ["this later one counts"]);
});

Deno.test("loadRules() counts nothing as used that only a replaced definition uses", () => {
  const macro = "- macro: m\n  condition: evt.type = open\n";
  const { ruleset, codes } = load([macro + rule("a", "m"), rule("a", "evt.type = open")]);
  assertEquals(codes, ["R043"]);
  assertEquals(ruleset!.macros.get("m")!.used, false);
});

Deno.test("loadRules() tells a mistake in a macro once, whether its users are replaced or not", () => {
  const macro = "- macro: m\n  condition: unknown_macro\n";
  assertEquals(load([macro + rule("a", "m"), rule("a", "m")]).codes, ["F016"]);
});

Deno.test("loadRulesAside() loads as loadRules() does, and makes room between macros and rules", async () => {
  const text = "- macro: m\n  condition: evt.type = open\n" + rule("a", "m") + rule("b", "m");
  const files = [readRuleFile(new SourceText("0.yaml", text), new Report())];
  const report = new Report();
  let breaths = 0;
  const breathe = () => Promise.resolve(void breaths++);
  const ruleset = await loadRulesAside(files, context, { report, breathe });
  assertEquals(ruleset?.rules.map(({ name }) => name), ["a", "b"]);
  assertEquals([breaths, report.diagnostics], [4, []]);
});

Deno.test("loadRules() tells of what is unused beside mistakes, unless they may hide the use", () => {
  const definitions =
    "- list: idle\n  items: [a]\n- macro: idle_macro\n  condition: proc.name = x\n" +
    "- list: two\n  items: [a, b]\n";
  const right = rule("right", "evt.type = open and proc.name in (two)");
  const codesWith = (condition: string, rest = "") =>
    load(definitions + right + rule("wrong", condition, rest)).codes;
  assertEquals(codesWith("evt.type = open and proc.name = two"), ["F022", "R043", "R044"]);
  // What cannot be read may use what it names.
  assertEquals(codesWith("evt.type = open and and idle_macro"), ["F004", "R044"]);
  // Somebody wanted to use the one macro, and nobody the list.
  assertEquals(codesWith("evt.type = open and idle_macros"), ["F016", "R044"]);
  assertEquals(codesWith("evt.type = open and nothing_like_it"), ["F016", "R043", "R044"]);
  const exceptions = "  exceptions: [{name: e, fields: [proc.nam], values: [[idle]]}]\n";
  assertEquals(codesWith("evt.type = open and idle_macro", exceptions), ["R037"]);
});

Deno.test("loadRules() hands out the rules that are right beside those that are not", () => {
  const right: string[] = [];
  const rest = ({ rules }: Ruleset) => right.push(...rules.map(({ name }) => name));
  const wrong = rule("wrong", "evt.type = open and proc.nam = x");
  assertEquals(load(rule("a", "evt.type = open") + wrong, { rest }).ruleset, undefined);
  assertEquals(right, ["a"]);
  // Nothing is known of what a broken item was to change.
  load(`${rule("a", "evt.type = open")}${wrong}- rule: b\n  condition: x\n`, { rest });
  assertEquals(right, ["a"]);
});

Deno.test("loadRules() looks for what was meant by some unknown macros, not by thousands", () => {
  const unused = (count: number) => {
    const names = Array.from({ length: count }, (_, i) => `no_such_macro_${i}`);
    const text = "- macro: lonely\n  condition: proc.name = a\n" +
      rule("a", `evt.type = open and (${names.join(" or ")})`);
    return load(text).codes.filter((code) => code !== "F016");
  };
  assertEquals(unused(2), ["R043"]);
  // Any of them may have been meant by one that was not looked for.
  assertEquals(unused(1000), []);
});

Deno.test("loadRules() judges output and condition of a rule whose keys are misspelt, too", () => {
  const text = (keys: string) => `- rule: r\n  desc: d\n  priority: INFO\n${keys}`;
  const right = "evt.type = open", wrong = "proc.nmae = x";
  const { ruleset, diagnostics } = load(
    text(`  conditon: ${right}\n  output: "%proc.nmae"\n`) +
      text(`  condition: ${right}\n  ouput: "%proc.nmae"\n`).replace("rule: r", "rule: s") +
      text(`  conditon: ${wrong}\n  output: x\n`).replace("rule: r", "rule: t"),
  );
  assertEquals(ruleset, undefined);
  const told = diagnostics.map(({ code, at }) => {
    const { source, start } = toFile(at!);
    return `${source.position(start).line} ${code}`;
  });
  assertEquals(
    told.sort(),
    ["10 R005", "10 A002", "14 F012", "14 R005", "4 R005", "5 A002"].sort(),
  );
});
