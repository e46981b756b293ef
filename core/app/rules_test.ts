import { assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { type Plugin, Registry } from "../plugin/mod.ts";
import { checkConfig } from "./config/check.ts";
import { readConfigText } from "./config/load.ts";
import { standardConfig } from "./config/schema.ts";
import { loadRuleset } from "./rules.ts";

const RULE = `
- rule: a shell
  desc: d
  condition: evt.type = execve
  output: o
  priority: INFO
`;

const source = {
  kind: "source",
  name: "syscall",
  load: () => {
    const plugin = { kind: "source", name: "syscall", fields: syscallFields };
    return Promise.resolve({ default: plugin as unknown as Plugin });
  },
} as const;

/**
 * `code severity` of what is said when `names` of a folder of `files` are loaded, and `configuration`
 * is the text of falco.yaml.
 */
async function load(
  files: Readonly<Record<string, string>>,
  names: readonly string[],
  required: boolean,
  configuration?: string,
): Promise<readonly string[]> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-rules-" });
  try {
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    const report = new Report();
    const registry = new Registry([source]);
    const paths = names.map((name) => ({ path: `${folder}/${name}`, required }));
    const configRoot = configuration === undefined
      ? undefined
      : readConfigText(new SourceText("falco.yaml", configuration), {
        environment: () => undefined,
        report,
      });
    const config = configRoot ? checkConfig(configRoot, report) : standardConfig();
    const rulesFolder = `${folder}/ours`;
    await loadRuleset(paths, { config, configRoot, registry, report, rulesFolder });
    return report.diagnostics.map(({ code, severity }) => `${code} ${severity}`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("loadRuleset() refuses a file of the command line that is not there", async () => {
  assertEquals(await load({ "a.yaml": RULE }, ["a.yaml", "b.yaml"], true), ["C011 error"]);
});

Deno.test("loadRuleset() passes over files of the configuration, but not over all of them", async () => {
  assertEquals(await load({ "a.yaml": RULE }, ["a.yaml", "b.yaml"], false), ["C011 info"]);
  assertEquals(await load({}, ["a.yaml", "b.yaml"], false), [
    "C013 error",
    "C011 info",
    "C011 info",
  ]);
});

Deno.test("loadRuleset() counts a file that holds no text among those that were read", async () => {
  const path = Deno.makeTempFileSync({ prefix: "falcod-rules-" });
  try {
    Deno.writeTextFileSync(path, "- list: a\n  items: [b\x01]\n");
    const options = { config: standardConfig(), registry: new Registry([source]) };
    const paths = [{ path, required: true }, { path: `${path}.none`, required: true }];
    const { files } = await loadRuleset(paths, { ...options, report: new Report() });
    assertEquals(files, [path]);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("loadRuleset() warns where no rule is enabled", async () => {
  const off = `${RULE}  enabled: false\n`;
  assertEquals(await load({ "a.yaml": off }, ["a.yaml"], true), ["C025 warning"]);
  assertEquals(await load({ "a.yaml": "" }, ["a.yaml"], true), ["C025 warning"]);
  assertEquals(await load({ "d/a.txt": RULE }, ["d"], true), ["C021 warning", "C025 warning"]);
  // Falco comes with one that waits for rules.
  const both = { "a.yaml": RULE, "d/a.txt": RULE };
  assertEquals(await load(both, ["a.yaml", "d"], false), ["C021 info"]);
  assertEquals(await load({ "a.yaml": off + RULE.replace("a shell", "b") }, ["a.yaml"], true), []);
});

Deno.test("loadRuleset() does not ask for files with rules where rules are skipped", async () => {
  const helps = async (rules: string) => {
    const report = new Report();
    await loadRuleset([{ path: "a.yaml", required: true, text: new SourceText("a.yaml", rules) }], {
      config: standardConfig(),
      registry: new Registry([source]),
      report,
      rulesFolder: "/nowhere",
    });
    return report.diagnostics.map(({ code, help }) => `${code}: ${help}`);
  };
  assertEquals(await helps(""), [
    "C025: name files with rules, under rules_files or behind -r",
  ]);
  assertEquals(
    (await helps(`${RULE}  source: none\n`)).at(-1),
    "C025: those that there are have been skipped: why is told of each",
  );
});

Deno.test("loadRuleset() says of what misses a plugin that load_plugins leaves it out", async () => {
  const configuration = `plugins:
  - {name: github, library_path: libgithub.so}
  - {name: okta, library_path: libokta.so}
load_plugins: [github]
`;
  const told = async (rules: string) => {
    const report = new Report();
    const text = new SourceText("falco.yaml", configuration);
    const root = readConfigText(text, { environment: () => undefined, report });
    await loadRuleset([{ path: "a.yaml", required: true, text: new SourceText("a.yaml", rules) }], {
      config: checkConfig(root!, report),
      registry: new Registry([source]),
      report,
    });
    return report.diagnostics.map(({ code, help }) => `${code}: ${help}`);
  };
  const leftOut = '"okta" stands under plugins and not under load_plugins: name it there, too';
  assertEquals(await told(`${RULE}${RULE.replace("a shell", "b")}  source: okta\n`), [
    `R042: ${leftOut}`,
  ]);
  assertEquals(
    await told(`- required_plugin_versions: [{name: okta, version: 0.9.0}]\n${RULE}`),
    [`R041: ${leftOut}`],
  );
  assertEquals(
    await told(`- required_plugin_versions: [{name: cloudtrail, version: 0.9.0}]\n${RULE}`),
    [
      "R041: falcod plugin add --trusted oci://ghcr.io/falcosecurity/plugins/plugin/cloudtrail " +
      "fetches it; name it under plugins of falco.yaml, too",
    ],
  );
  assertEquals(await told(`${RULE}${RULE.replace("a shell", "b")}  source: gcp_auditlog\n`), [
    "R042: falcod plugin add --trusted oci://ghcr.io/falcosecurity/plugins/plugin/gcpaudit fetches " +
    "the plugin that provides it; it goes under plugins",
  ]);
  // A slip comes before what may be meant.
  assertEquals(await told(`${RULE}${RULE.replace("a shell", "b")}  source: syscal\n`), [
    'R042: did you mean "syscall"?',
  ]);
});

Deno.test("loadRuleset() holds the configuration against the names of wrong rules, too", async () => {
  const said = (configuration: string, rules = RULE) =>
    load({ "a.yaml": rules }, ["a.yaml"], true, configuration);
  const vain = "rules: [{disable: {tag: none}}]\n" +
    "append_output: [{match: {rule: nobody}, extra_output: x}, ";
  const wrong = 'extra_output: "%proc.nam"}]\n';
  assertEquals(await said(`${vain}{match: {rule: a shell}, ${wrong}`), [
    "A002 error",
    "C027 warning",
    "C020 warning",
  ]);
  const meant = "rules: [{disable: {rule: a shell}}]\nappend_output: [{match: {rule: a shell}, ";
  assertEquals(await said(meant + wrong), ["A002 error"]);
});

Deno.test("loadRuleset() tells of rules whose captures are switched off", async () => {
  const said = (configuration: string | undefined, rules: string) =>
    load({ "a.yaml": rules }, ["a.yaml"], true, configuration);
  const captured = `${RULE}  capture: true\n`;
  assertEquals(await said("", captured), ["C031 warning"]);
  assertEquals(await said("", RULE), []);
  assertEquals(await said("", `${captured}${RULE.replace("a shell", "b")}  enabled: true\n`), [
    "C031 warning",
  ]);
  assertEquals(await said("capture: {enabled: true}", captured), []);
  assertEquals(await said("rules: [{disable: {rule: a shell}}]", captured), ["C025 warning"]);
  assertEquals(await said(undefined, captured), []);
});

Deno.test("loadRuleset() has no word on rules of ours whose source is not there", async () => {
  const other = `${RULE}
- list: names
  items: [a]
- macro: named
  condition: (ka.user.name in (names))
- rule: a request
  desc: d
  condition: named
  output: o
  priority: INFO
  source: k8s_audit
`;
  const names = ["ours/a.yaml"], theirs = ["R042 warning", "R043 info"];
  assertEquals(await load({ "ours/a.yaml": other }, names, false), []);
  // whoever asks for them by name, or wrote them, is told
  assertEquals(await load({ "ours/a.yaml": other }, names, true), theirs);
  assertEquals(await load({ "a.yaml": other }, ["a.yaml"], false), theirs);
});

Deno.test("loadRuleset() says what is wrong with a name of no file", async () => {
  const report = new Report();
  const paths = ["/nowhere/*.yaml", "~/rules.yaml", "-rules.yaml"].map((path) => ({
    path,
    required: false,
  }));
  await loadRuleset(paths, {
    config: standardConfig(),
    registry: new Registry([source]),
    report,
    rulesFolder: "/nowhere",
  });
  const helps = report.diagnostics.filter(({ code }) => code === "C011").map(({ help }) => help);
  assertEquals(helps, [
    "names are no patterns: of a folder all .yaml and .yml files are read",
    '"~" is no folder here: write all of it, or ${HOME}',
    "write a blank behind the dash",
  ]);
});
