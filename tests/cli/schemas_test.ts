/** JSON schemas for editors, held against real files by a validator that is not ours. */
import { assert, assertEquals } from "../assert.ts";
import { corpusFiles, corpusPath } from "../corpus.ts";
import { falcod, Folder, root } from "./program.ts";

/** Prints what is wrong with each file, a line each. Debian: python3-jsonschema, python3-yaml. */
const VALIDATE = `
import json, sys, yaml, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for name in sys.argv[2:]:
    with open(name) as file:
        for error in validator.iter_errors(yaml.safe_load(file)):
            print(name, "/".join(map(str, error.path)), error.message[:200].replace("\\n", " "))
`;

const hasValidator = (await new Deno.Command("python3", {
  args: ["-c", "import yaml, jsonschema; jsonschema.Draft202012Validator"],
  stdout: "null",
  stderr: "null",
}).output().catch(() => ({ success: false }))).success;

async function complaints(schema: string, files: readonly string[]): Promise<string[]> {
  using folder = new Folder({ "schema.json": schema });
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: ["-c", VALIDATE, folder.file("schema.json"), ...files],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

const CONFIGS = {
  "old.yaml": "rules_file: [/etc/a.yaml, /etc/b.yaml]\nwebserver: {k8s_audit_endpoint: /x}\n" +
    "outputs: {rate: .3, max_burst: 1000}\njson_output: yes\npriority: WARNING\n",
  "texts.yaml": 'output_timeout: "2000"\nlog_stderr: ${LOG}\nrules_files: /etc/one.yaml\n',
  "sinks.yaml": "sinks:\n  - {name: a, type: slack, webhook_url: x, timeout: 5s}\n" +
    "dedup: {keys: rule, window: 60s}\n",
};

Deno.test({
  name: "falcod --config-schema takes configurations that falcod takes, and no others",
  ignore: !hasValidator,
  fn: async () => {
    const { code, out } = await falcod(["--config-schema"]);
    assertEquals(code, 0);
    using folder = new Folder({
      ...CONFIGS,
      "bad.yaml": "json_outptu: true\npriority: [1]\noutput_timeout: soon\n",
    });
    const good = Object.keys(CONFIGS).map((name) => folder.file(name));
    assertEquals(await complaints(out, [`${root}rules/falco.yaml`, ...good]), []);
    assertEquals((await complaints(out, [folder.file("bad.yaml")])).length, 3);
  },
});

Deno.test({
  name: "falcod --rule-schema takes our rules, and refuses what no rule is like",
  ignore: !hasValidator,
  fn: async () => {
    const { code, out } = await falcod(["--rule-schema"]);
    assertEquals(code, 0);
    using folder = new Folder({
      "bad.yaml": "- rule: x\n- macro: y\n- list: z\n  itmes: []\n- {rule: a, desc: b, " +
        "condition: c, output: d, priority: urgent}\n- something: else\n",
    });
    const ours = ["falco_rules.yaml", "falco_rules.local.yaml", "k8s_audit_rules.yaml"];
    assertEquals(await complaints(out, ours.map((name) => `${root}rules/${name}`)), []);
    assertEquals((await complaints(out, [folder.file("bad.yaml")])).length, 5);
  },
});

/** Misspells "tags", of which falcod warns, too. */
const MISSPELT = "falco-0.17.1";
const upstream = ["current", ...corpusFiles("rules/historic").map((path) => path.slice(6))]
  .flatMap((folder) => corpusFiles(`rules/${folder}`))
  .filter((file) => file.endsWith("rules.yaml") && !file.includes(MISSPELT))
  .flatMap((file) => corpusPath(file) ?? []);

Deno.test({
  name: "falcod --rule-schema takes Falco's rules of all years",
  ignore: !hasValidator || upstream.length === 0,
  fn: async () => {
    const { out } = await falcod(["--rule-schema"]);
    assert(upstream.length > 5, `${upstream.length} files`);
    assertEquals(await complaints(out, upstream), []);
  },
});
