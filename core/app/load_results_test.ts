import { assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { loadRules, readRuleFile } from "../rule/mod.ts";
import { loadResults } from "./load_results.ts";

/** Each finding as Falco's code and the way to its place, `type name@line:column`. */
function chains(text: string): string[] {
  const report = new Report();
  const file = readRuleFile(new SourceText("r.yaml", text), report);
  loadRules([file], {
    fieldsOf: (source) => source === "syscall" ? syscallFields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
    hasPlugin: () => false,
  }, report);
  const [result] = loadResults(["r.yaml"], report.diagnostics);
  return [...result!.errors, ...result!.warnings].map(({ code, context: { locations } }) => {
    const links = locations.map(({ item_type, item_name, position: { line, column } }) =>
      `${item_type}${item_name && ` ${item_name}`}@${line}:${column}`
    );
    return `${code} ${links.join(" > ")}`;
  });
}

const rule = (more: string) =>
  `- rule: A\n  desc: d\n  condition: evt.type = open\n  output: x\n  priority: INFO\n${more}`;

Deno.test("loadResults() leads from the file to the expression in a condition", () => {
  const text = rule("").replace("evt.type = open", "evt.type = open\n    and proc.nam = x");
  assertEquals(chains(text), [
    "LOAD_ERR_COMPILE_CONDITION rules content@0:0 > rule A@0:2 > rule condition@2:13 > " +
    "condition expression@3:8",
  ]);
});

Deno.test("loadResults() names the macro, list, output or exception that is meant", () => {
  assertEquals(chains("- macro: m\n  condition: (proc.name = x\n").slice(0, 1), [
    "LOAD_ERR_COMPILE_CONDITION rules content@0:0 > macro m@0:2 > macro condition@1:13 > " +
    "condition expression@1:13",
  ]);
  assertEquals(chains("- list: l\n  items: [a]\n"), [
    "LOAD_UNUSED_LIST rules content@0:0 > list l@0:8",
  ]);
  assertEquals(chains(rule("").replace("output: x", "output: x %proc.nam")), [
    "LOAD_ERR_COMPILE_OUTPUT rules content@0:0 > rule A@0:2 > rule output@3:13",
  ]);
  assertEquals(chains(rule("  exceptions:\n    - name: e\n      fields: [proc.nam]\n")), [
    "LOAD_ERR_VALIDATE rules content@0:0 > rule A@0:2 > exception e@7:15",
  ]);
});

const UNKNOWN_KEY = "LOAD_UNKNOWN_KEY rules content@0:0 > ";

Deno.test("loadResults() takes an item of several kinds for what it is read as", () => {
  const unknownKeys = (text: string) =>
    chains(text).filter((chain) => chain.startsWith("LOAD_UNKNOWN_KEY "));
  assertEquals(unknownKeys(rule("  macro: m\n")).at(0), UNKNOWN_KEY + "macro m@0:2");
  assertEquals(unknownKeys("- macro: m\n  list: l\n  items: [a]\n"), [
    UNKNOWN_KEY + "list l@0:2",
  ]);
});

Deno.test("loadResults() names items that are no rule, and values that cannot be read", () => {
  assertEquals(chains("- required_engine_version: 99.0.0\n"), [
    "LOAD_ERR_VALIDATE rules content@0:0 > required_engine_version@0:27",
  ]);
  assertEquals(
    chains("- required_plugin_versions:\n    - name: json\n      version: 1.0.0\n"),
    [
      "LOAD_ERR_VALIDATE rules content@0:0 > required plugin versions@0:2 > " +
      "required plugin versions entry json@1:12",
    ],
  );
  assertEquals(chains(rule("  enabled: maybe\n")), [
    "LOAD_ERR_YAML_VALIDATE rules content@0:0 > rule A@0:2 > value for enabled@5:11",
  ]);
  assertEquals(chains("a: b\n"), ["LOAD_ERR_YAML_VALIDATE rules content@0:0"]);
});

Deno.test("loadResults() has no warning with the code of an error where Falco says nothing", () => {
  const list = (more: string) => `- list: l\n  items: [a]\n${more}`;
  const unused = "LOAD_UNUSED_LIST rules content@0:0 > list l@0:8";
  assertEquals(chains(list("  items: [b]\n")), [unused]);
  assertEquals(chains(`${rule("")}  output: y\n`), []);
  assertEquals(chains(list("")), [unused]);
});
