import { assert, assertEquals } from "../../../tests/assert.ts";
import { Report, SourceText } from "../../base/mod.ts";
import { readYaml } from "../../base/yaml.ts";
import { SIDEKICK_OUTPUTS } from "../sidekick/outputs/mod.ts";
import { OTHER_KEYS, SERVER_KEYS } from "../sidekick/schema.ts";
import { keyNames } from "./known_keys.ts";
import { hideInner, ownerOf, type Reader, SIDEKICK_NAMES } from "./owner.ts";
import { toTree } from "./tree.ts";

const READERS: readonly Reader[] = ["falco.yaml", "falcosidekick", "rules"];

function owners(yaml: string): readonly (string | undefined)[] {
  const [document] = readYaml(new SourceText("a.yaml", yaml), new Report());
  return READERS.map((reader) => ownerOf(toTree(document!.root), reader)?.what);
}

Deno.test("ownerOf() knows whose file it is that a reader has no use for", () => {
  const cases: readonly (readonly [what: string, ...yaml: string[]])[] = [
    [
      "this is an object for Kubernetes",
      "apiVersion: v1\nkind: ConfigMap\ndata: {falco.yaml: 'a: b'}\n",
    ],
    [
      "this is a file for docker compose",
      "services: {falco: {image: falco}}\n",
      "version: '3'\nservices:\n  a: {build: .}\nvolumes: {}\nx-own: 1\n",
    ],
    [
      "these are values for Helm",
      "falco: {json_output: true}\n",
      "tty: true\nmetrics: {enabled: true}\nfalco: {}\n",
      "falcosidekick:\n  enabled: true\n  config: {slack: {webhookurl: x}}\n",
      "driver: {kind: modern_ebpf}\ncustomRules: {a.yaml: ''}\n",
      "replicaCount: 2\nconfig: {debug: true, slack: {webhookurl: x}}\nwebui: {enabled: true}\n",
    ],
    ["this is a configuration of falcoctl", "artifact: {follow: {refs: [a]}}\nindexes: []\n"],
    ["this is a file of tests for rules", "rules: a.yaml\ntests: [{name: a}]\n"],
  ];
  for (const [what, ...texts] of cases) {
    for (const yaml of texts) assertEquals(owners(yaml), [what, what, what], yaml);
  }
});

Deno.test("ownerOf() knows where the operator of Falco has rules", () => {
  const help = (yaml: string) => {
    const [document] = readYaml(new SourceText("a.yaml", yaml), new Report());
    return ownerOf(toTree(document!.root), "rules")!.help;
  };
  const rulesfile = 'rules of a Rulesfile are what is under "spec.inlineRules"';
  const own = "apiVersion: artifact.falcosecurity.dev/v1alpha1\nkind: ";
  assertEquals(help(`${own}Rulesfile\nspec: {inlineRules: []}\n`), rulesfile);
  // What else has a spec, and what has neither that nor data.
  const others = [
    `${own}Plugin\nspec: {}\n`,
    "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {rules: []}\n",
    "apiVersion: example.org/v1\nkind: Rulesfile\nspec: {}\n",
    "apiVersion: [a]\nkind: {b: c}\n",
  ];
  for (const yaml of others) assertEquals(help(yaml), "rules files are lists of rules", yaml);
  const map = "apiVersion: v1\nkind: ConfigMap\ndata: {a.yaml: ''}\n";
  assertEquals(help(map), "rules files may be texts under its data");
});

Deno.test("hideInner() shows names of files with their variables, and no other values", () => {
  const line = "{rules_files: ['${FALCOD_RULES}/a.yaml'], sinks: [word]}";
  const source = new SourceText("a.yaml", line);
  const [document] = readYaml(source, new Report());
  hideInner(toTree(document!.root));
  assertEquals(source.shownLine(1), line.replace("word", "****"));
});

Deno.test("ownerOf() lets each reader have its own, and tells the others whose it is", () => {
  const falco = "this is a falco.yaml", sidekick = "this is a configuration of falcosidekick";
  const rules = "this is a rules file", nobody = undefined;
  const cases: readonly (readonly [yaml: string, readonly (string | undefined)[]])[] = [
    ["rules_files: [a.yaml]\njson_output: true\n", [nobody, falco, falco]],
    ["priority: INFO\nrule: a\ndesc: d\n", [nobody, nobody, nobody]],
    ["json_outptu: true\nhttp_output: {enabled: true}\n", [nobody, falco, falco]],
    ["slack: {webhookurl: x}\n", [sidekick, nobody, sidekick]],
    ["ListenPort: 1\ncustomFields: {a: b}\nkaffka: {}\n", [sidekick, nobody, sidekick]],
    ["- rule: a\n", [rules, rules, nobody]],
    ["- something: a\n- required_engine_version: 3\n", [rules, rules, nobody]],
    // What is in both, or in none, or begins as one and goes on as another, is the reader's to judge.
    ["sinks: [{type: slack}]\n", [nobody, nobody, nobody]],
    ["json_output: true\nslack: {webhookurl: x}\n", [nobody, nobody, nobody]],
    ["debug: true\n", [nobody, nobody, nobody]],
    ["rules:\n  - rule: a\n", [nobody, nobody, nobody]],
    ["rule: a\ndesc: b\n", [nobody, nobody, nobody]],
    ["falco: true\n", [nobody, nobody, nobody]],
    ["services: {a: b}\n", [nobody, nobody, nobody]],
    ["- a\n- b\n", [nobody, nobody, nobody]],
    ["text\n", [nobody, nobody, nobody]],
    ["{}\n", [nobody, nobody, nobody]],
  ];
  for (const [yaml, wanted] of cases) assertEquals(owners(yaml), wanted, yaml);
});

Deno.test("SIDEKICK_NAMES are all that falcod sidekick reads, and none of falco.yaml", () => {
  const sections = SIDEKICK_OUTPUTS.map(({ section }) => section);
  const tops = [...sections, ...OTHER_KEYS, ...SERVER_KEYS].map((key) => key.split(".")[0]!);
  assertEquals(tops.filter((name) => !SIDEKICK_NAMES.has(name)), []);
  assert(!keyNames([], undefined)!.some((name) => SIDEKICK_NAMES.has(name)));
});
