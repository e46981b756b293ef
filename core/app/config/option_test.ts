import { assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { applyOption, type OptionStep, parseOption } from "./option.ts";
import { readConfigText } from "./load.ts";
import { type ConfigNode, emptyMapping, type MappingNode, plainValue } from "./tree.ts";

function steps(text: string): unknown[] | undefined {
  const option = parseOption(text, new Report());
  return option?.steps.map((step: OptionStep) => {
    if (step.kind === "name") return step.name;
    return step.kind === "index" ? step.index : "[]";
  });
}

function problem(text: string) {
  const report = new Report();
  assertEquals(parseOption(text, report), undefined);
  assertEquals(report.diagnostics.length, 1);
  const { code, at } = report.diagnostics[0]!;
  return { code, marked: text.slice(at!.start, at!.end) };
}

/** The tree after options with plain values. */
function applied(yaml: string, ...texts: string[]): unknown {
  const report = new Report();
  const source = new SourceText("falco.yaml", yaml);
  const root = readConfigText(source, { environment: () => undefined, report }) as MappingNode;
  for (const text of texts) {
    const option = parseOption(text, report)!;
    const { source, start, end } = option.value;
    const value: ConfigNode = {
      kind: "scalar",
      text: source.text.slice(start, end),
      at: option.value,
    };
    applyOption(root, option, value);
  }
  assertEquals(report.diagnostics.length, 0);
  return JSON.parse(JSON.stringify(plainValue(root)));
}

Deno.test("parseOption() reads names, indices and appends", () => {
  assertEquals(steps("json_output=true"), ["json_output"]);
  assertEquals(steps("a.b.c=1"), ["a", "b", "c"]);
  assertEquals(steps("list[3].sub=1"), ["list", 3, "sub"]);
  assertEquals(steps("matrix[1][2]=1"), ["matrix", 1, 2]);
  assertEquals(steps("rules[].disable.tag=network"), ["rules", "[]", "disable", "tag"]);
  assertEquals(steps(String.raw`annotations.kubernetes\.io/role=x`), [
    "annotations",
    "kubernetes.io/role",
  ]);
  assertEquals(steps(String.raw`a\[0\]\\=x`), ["a[0]\\"]);
});

Deno.test("parseOption() takes everything behind the first = as the value", () => {
  const option = parseOption("a=b=c", new Report())!;
  assertEquals(option.value.source.text.slice(option.value.start, option.value.end), "b=c");
});

Deno.test("parseOption() points at what is wrong", () => {
  assertEquals(problem("json_output"), { code: "C008", marked: "json_output" });
  assertEquals(problem("=1"), { code: "C008", marked: "=" });
  assertEquals(problem("a..b=1"), { code: "C008", marked: "." });
  assertEquals(problem("a.=1"), { code: "C008", marked: "." });
  assertEquals(problem("a[1=1"), { code: "C008", marked: "[" });
  assertEquals(problem("a[x]=1"), { code: "C008", marked: "x" });
  assertEquals(problem("a[99999999]=1"), { code: "C008", marked: "99999999" });
  assertEquals(problem("a[0]b=1"), { code: "C008", marked: "b" });
  assertEquals(problem(String.raw`a\x=1`), { code: "C008", marked: "\\" });
  assertEquals(problem("a\\=1"), { code: "C008", marked: "\\" });
});

Deno.test("applyOption() sets, appends, and makes what is missing on the way", () => {
  assertEquals(applied("a: {b: 1}", "a.b=2", "a.c=3"), { a: { b: "2", c: "3" } });
  assertEquals(applied("l: [x, y]", "l[1]=z", "l[]=w"), { l: ["x", "z", "w"] });
  assertEquals(applied("", "rules[].disable.tag=a", "rules[].enable.rule=b"), {
    rules: [{ disable: { tag: "a" } }, { enable: { rule: "b" } }],
  });
});

Deno.test("applyOption() has the last word over what is of another kind", () => {
  assertEquals(applied("a: text", "a.b=1"), { a: { b: "1" } });
  assertEquals(applied("a: {b: 1}", "a=text"), { a: "text" });
  assertEquals(applied("a: one", "a[]=two"), { a: ["one", "two"] });
});

Deno.test("applyOption() treats __proto__ as a key like any other", () => {
  const root = emptyMapping(new SourceText("x", "").all);
  const option = parseOption("__proto__.polluted=1", new Report())!;
  applyOption(root, option, { kind: "scalar", text: "1", at: option.value });
  plainValue(root);
  assertObjectMatch({ polluted: ({} as Record<string, unknown>).polluted }, {
    polluted: undefined,
  });
});

Deno.test("parseOption() refuses keys that nest deeper than any configuration, by names and by indices", () => {
  for (
    const key of ["a.".repeat(20_000) + "a", "a" + "[0]".repeat(20_000), "a[].".repeat(40) + "b"]
  ) {
    assertEquals(problem(`${key}=1`).code, "C008");
  }
});
