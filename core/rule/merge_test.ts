import { assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { Deprecations } from "./deprecation.ts";
import { mergeFiles } from "./merge.ts";
import { readRuleFile } from "./read.ts";

function merge(...texts: string[]) {
  const report = new Report();
  const files = texts.map((text, i) => readRuleFile(new SourceText(`${i}.yaml`, text), report));
  const deprecations = new Deprecations();
  const merged = mergeFiles(files, report, deprecations);
  deprecations.reportAll(report);
  return {
    merged,
    diagnostics: report.diagnostics,
    codes: report.diagnostics.map(({ code }) => code),
  };
}

const rule = (name: string, rest = "") =>
  `- rule: ${name}\n  desc: d\n  condition: c\n  output: o\n  priority: INFO\n${rest}`;

Deno.test("mergeFiles() lets a later definition take the place of an earlier one, in its order", () => {
  const { merged, codes } = merge(rule("a") + rule("b"), rule("a", "  enabled: false\n"));
  assertEquals(codes, []);
  assertEquals([...merged.rules.keys()], ["a", "b"]);
  assertEquals([...merged.rules.values()].map(({ enabled }) => enabled), [false, true]);
});

Deno.test("mergeFiles() warns of what is defined twice in one file, and takes the last", () => {
  const list = (item: string) => `- list: l\n  items: [${item}]\n`;
  const macro = (condition: string) => `- macro: m\n  condition: ${condition}\n`;
  const { merged, diagnostics, codes } = merge(
    list("a") + macro("x") + rule("r") + list("b") + macro("y") + rule("r", "  enabled: false\n"),
    list("c") + macro("z") + rule("r"),
  );
  assertEquals(codes, ["R053", "R053", "R053"]);
  assertEquals(diagnostics.map(({ title }) => title.split(" ", 2).join(" ")), [
    'list "l"',
    'macro "m"',
    'rule "r"',
  ]);
  assertEquals(merged.lists.get("l")!.items.map(({ text }) => text), ["c"]);
  const meant = macro("x") + macro("y").trimEnd() + "\n  override: {condition: replace}\n";
  assertEquals(merge(meant).codes, []);
});

Deno.test("mergeFiles() appends to and replaces the keys an override names", () => {
  const { merged, codes } = merge(
    rule("a", "  tags: [x]\n"),
    "- rule: a\n  condition: and e\n  output: p\n  desc: more\n  tags: [y]\n  priority: ERROR\n" +
      "  override: {condition: append, output: append, desc: append, tags: append, priority: replace}\n",
  );
  assertEquals(codes, []);
  const { condition, output, description, tags, priority } = merged.rules.get("a")!;
  assertEquals(condition.map(({ text }) => text), ["c", "and e"]);
  assertEquals(output.map(({ text }) => text), ["o", "p"]);
  assertEquals([description, tags, priority], ["d more", ["x", "y"], "Error"]);
});

Deno.test("mergeFiles() appends to lists and macros over files", () => {
  const { merged, codes } = merge(
    "- list: l\n  items: [a]\n- macro: m\n  condition: x\n",
    "- list: l\n  items: [b]\n  override: {items: append}\n" +
      "- macro: m\n  condition: or y\n  override: {condition: append}\n",
  );
  assertEquals(codes, []);
  assertEquals(merged.lists.get("l")!.items.map(({ text }) => text), ["a", "b"]);
  assertEquals(merged.macros.get("m")!.condition.map(({ text }) => text), ["x", "or y"]);
});

Deno.test("mergeFiles() wants something to append to, and suggests the near name", () => {
  const { diagnostics, codes } = merge(
    "- list: shells\n  items: [a]\n",
    "- list: shels\n  items: [b]\n  override: {items: append}\n- rule: r\n  enabled: true\n",
  );
  assertEquals(codes, ["R030", "R030", "R051"]);
  assertEquals(diagnostics[0]!.help, 'did you mean "shells"?');
});

Deno.test("mergeFiles() says of a file alone how it is checked with those that it changes", () => {
  const change = "- rule: r\n  enabled: true\n";
  const { help } = merge(change).diagnostics[0]!;
  assertEquals(help!.includes("falcod validate -r falco_rules.yaml -r 0.yaml"), true, help);
  const beside = merge(rule("some other name"), change).diagnostics[0]!;
  assertEquals(beside.help!.startsWith("files are read in order"), true, beside.help);
});

Deno.test("mergeFiles() suggests a name for the first of thousands that are misspelt", () => {
  const names = Array.from({ length: 1000 }, (_, i) => i);
  const { diagnostics } = merge(
    names.map((i) => rule(`Some long rule name that is here ${i}`)).join(""),
    names.map((i) => `- rule: Sme long rule name that is here ${i}\n  enabled: false\n`).join(""),
  );
  const helps = diagnostics.filter(({ code }) => code === "R030").map(({ help }) => help!);
  assertEquals(helps.length, 1000);
  assertEquals(helps[5], 'did you mean "Some long rule name that is here 5"?');
  assertEquals(helps.at(-1)!.startsWith("files are read in order"), true);
});

Deno.test("mergeFiles() shows where that is defined which is changed before", () => {
  // falco issue 2999
  const change = "- rule: a\n  condition: and e\n  override: {condition: append}\n";
  const other = merge(change, rule("a")).diagnostics[0]!;
  assertEquals([other.code, other.help], ["R030", "name that file before this one"]);
  assertEquals(other.notes!.map(({ at }) => at!.source.name), ["1.yaml"]);
  assertEquals(merge(change + rule("a")).diagnostics[0]!.help, "put the change below it");
  const append = "- list: l\n  items: [x]\n  override: {items: append}\n";
  assertEquals(merge(append + append).diagnostics.map(({ notes }) => notes), [
    undefined,
    undefined,
  ]);
});

Deno.test("mergeFiles() does not miss what could not be read", () => {
  const { codes } = merge(
    "- list: l\n  items: x\n",
    "- list: l\n  items: [b]\n  override: {items: append}\n",
  );
  assertEquals(codes, ["R007"]);
});

Deno.test("mergeFiles() refuses a change of source", () => {
  assertEquals(merge(rule("a"), rule("a", "  source: k8s_audit\n")).codes, ["R031"]);
  assertEquals(merge(rule("a"), rule("a", "  source: syscall\n")).codes, []);
});

Deno.test("mergeFiles() passes over a source beside a change of anything but the condition", () => {
  const change = (keys: string, override: string) =>
    `- rule: a\n  source: k8s_audit\n  ${keys}\n  override: {${override}}\n`;
  const severityOf = (text: string) => merge(rule("a"), text).diagnostics[0]!.severity;
  const tagged = merge(rule("a"), change("tags: [t]", "tags: append"));
  assertEquals(tagged.codes, ["R031"]);
  assertEquals(tagged.merged.rules.get("a")!.tags, ["t"]);
  assertEquals(tagged.merged.rules.get("a")!.source, "syscall");
  assertEquals(severityOf(change("enabled: false", "enabled: replace")), "warning");
  assertEquals(severityOf(change("condition: and x", "condition: append")), "error");
  assertEquals(severityOf(change("condition: x", "condition: replace")), "error");
});

Deno.test("mergeFiles() tells each deprecated spelling once, with the other places", () => {
  const again = "- rule: a\n  condition: and x\n  append: true\n";
  const { diagnostics, codes } = merge(rule("a"), again.repeat(6));
  assertEquals(codes, ["R050"]);
  assertEquals(diagnostics[0]!.notes!.map(({ message }) => message), [
    "also here",
    "also here",
    "also here",
    "and in 2 more places",
  ]);
});

Deno.test("mergeFiles() tells how what is appended is written today", () => {
  const help = (keys: string) =>
    merge(rule("a"), `- rule: a\n${keys}  append: true\n`).diagnostics[0]!.help;
  const exceptions = "  exceptions:\n    - {name: e, fields: [proc.name], values: [[x]]}\n";
  assertEquals(help("  condition: and x\n"), "write override: {condition: append}");
  assertEquals(help(exceptions), "write override: {exceptions: append}");
  assertEquals(
    help(`  condition: and x\n${exceptions}`),
    "write override: {condition: append, exceptions: append}",
  );
});
