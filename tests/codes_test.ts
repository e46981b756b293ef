/** What `falcod explain-code` says of each code is held against the sources, and against the program. */
import { checkConfig } from "../core/app/config/check.ts";
import { readConfigText } from "../core/app/config/load.ts";
import { settingsOf } from "../core/app/config/settings.ts";
import { CODES, type Example } from "../core/app/codes/mod.ts";
import { type Host, run } from "../core/app/mod.ts";
import { type Diagnostic, Report, SourceText } from "../core/base/mod.ts";
import { readYaml } from "../core/base/yaml.ts";
import { readGiven } from "../core/given/mod.ts";
import { syscallFields } from "../core/field/mod.ts";
import k8sAudit from "../plugins/sources/k8s_audit/mod.ts";
import { Registry } from "../core/plugin/mod.ts";
import { lintShadows, loadRules, readRuleFile } from "../core/rule/mod.ts";
import { builtinPlugins } from "../plugins/mod.ts";
import { assert, assertEquals } from "./assert.ts";

/** Where a code comes up, for those whose cause cannot be spelled in a few lines of text. */
const WITHOUT_EXAMPLE: Readonly<Record<string, string>> = {
  Y001: "single bytes",
  Y002: "control characters",
  Y003: "megabytes",
  Y004: "a million tokens",
  Y005: "a hundred brackets",
  Y013: "a million values",
  F011: "two hundred brackets",
  F018: "a million checks",
  R049: "thousands of rules",
  A007: "a hundred transformers",
  C014: "built-in plugins take few settings, none of them from falco.yaml alone",
  G010: "captures",
  C024: "lines of standard input",
  C044: "a library, compiled",
  I003: "a registry",
  I004: "a server",
  I006: "a registry with signatures",
  I010: "a damaged archive",
  I011: "a huge archive",
  I012: "an archive with a link in it",
  I013: "an archive",
  I014: "an archive",
  I015: "a package that is called as another",
  I016: "a library",
  I017: "a package that asks for something",
  I018: "a package that is right",
  I019: "two versions of a package",
  I020: "owners and bits of a folder",
  I021: "a damaged lock file",
  I022: "two programs at a time",
  I023: "a file that was changed",
  P001: "packages of plugins: tests/golden/manifest",
  P002: "packages of plugins: tests/golden/manifest",
  P003: "packages of plugins: tests/golden/manifest",
  P010: "packages of plugins: tests/cli/plugins_test.ts",
  P011: "packages of plugins: tests/cli/plugins_test.ts",
  P012: "packages of plugins: tests/cli/plugins_test.ts",
  P013: "packages of plugins: tests/cli/plugins_test.ts",
  P014: "packages of plugins: tests/cli/plugins_test.ts",
  P015: "packages of plugins: tests/cli/plugins_test.ts",
  P016: "packages of plugins: tests/cli/plugins_test.ts",
  P017: "packages of plugins: tests/cli/plugins_test.ts",
  P018: "packages of plugins: tests/cli/plugins_test.ts",
};

/** Codes whose repair goes on to a server; here it gets as far as finding none. */
const ASKS_SERVER: ReadonlySet<string> = new Set(["I001", "I005", "I007"]);

/** Commands are to find no server: nothing listens there. */
const NO_WAY_OUT = { https_proxy: "http://127.0.0.1:1", no_proxy: "none.invalid" };

Deno.test("every code that stands in the sources is explained, and no other", () => {
  const used = new Set<string>();
  for (const folder of ["core", "plugins", "ffi"]) {
    for (const text of sourcesIn(new URL(`../${folder}/`, import.meta.url))) {
      for (const [, code] of text.matchAll(/"([A-Z]\d{3})"/g)) used.add(code!);
    }
  }
  assertEquals([...used].sort(), CODES.map(({ code }) => code).sort());
});

Deno.test("codes are explained in sentences, each with an example or a reason for none", () => {
  for (const { code, title, meaning, matters, example } of CODES) {
    assert(/^[^A-Z].*[^.]$/.test(title) || /^YAML/.test(title), `${code}: ${title}`);
    for (const text of [meaning, matters]) assert(/^\S.*\.$/.test(text), `${code}: ${text}`);
    assertEquals(example === undefined, code in WITHOUT_EXAMPLE, code);
  }
});

Deno.test("codes of a kind stand in order, and no two have one title", () => {
  for (
    const [kind, entries = []] of Object.entries(Object.groupBy(CODES, ({ code }) => code[0]!))
  ) {
    const codes = entries.map(({ code }) => code), titles = entries.map(({ title }) => title);
    assertEquals(codes, [...codes].sort());
    assertEquals(titles.filter((title, index) => titles.indexOf(title) !== index), [], kind);
  }
});

Deno.test("a command is repaired, not replaced by one that does something else", () => {
  for (const { code, example } of CODES) {
    if (example?.wrong.kind !== "command") continue;
    const [wrong, right] = [example.wrong, example.right].map(({ text }) => commandOf(text));
    assertEquals(right, wrong, code);
  }
});

function commandOf(text: string): string {
  return /^falcod(?: (?:plugin )?[a-z-]+)?/.exec(text)?.[0] ?? text;
}

for (const { code, example } of CODES) {
  if (!example) continue;
  Deno.test(`the example of ${code} causes it, and its repair nothing`, async () => {
    const wrong = await findingsOf(example.wrong);
    assert(wrong.some((found) => found.code === code), `the example has ${printed(wrong)}`);
    // A list that a short example does not use may be told of.
    const right = await findingsOf(example.right);
    const bad = right.filter((found) => found.code === code || found.severity !== "info");
    assertEquals(printed(bad), ASKS_SERVER.has(code) ? "error I002" : "");
  });
}

type Finding = Pick<Diagnostic, "code"> & { readonly severity: string };

function printed(findings: readonly Finding[]): string {
  return findings.map(({ code, severity }) => `${severity} ${code}`).join(", ");
}

async function findingsOf(example: Example): Promise<readonly Finding[]> {
  switch (example.kind) {
    case "condition":
      return diagnoseRules(ruleOf({ condition: example.text }));
    case "output":
      return diagnoseRules(ruleOf({ output: example.text }));
    case "rules":
      return diagnoseRules(example.text);
    case "event":
      return diagnoseEvent(example.text);
    case "config":
      return diagnoseConfig(example.text);
    case "command":
      return await diagnoseCommand(example);
    default:
      return example.kind satisfies never;
  }
}

function ruleOf({ condition = "evt.type = execve", output = '"started %proc.name"' }): string {
  return `- rule: Shell started
  desc: Somebody starts a shell
  condition: ${condition}
  output: ${output}
  priority: NOTICE
`;
}

function diagnoseRules(text: string): readonly Diagnostic[] {
  const report = new Report();
  const file = readRuleFile(new SourceText("rules.yaml", text), report);
  const ruleset = loadRules([file], {
    fieldsOf: (source) =>
      source === "syscall" ? syscallFields : source === "k8s_audit" ? k8sAudit.fields : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
    hasPlugin: (name) => name === "container",
    lintsMeaning: "hints",
  }, report);
  if (ruleset) lintShadows(ruleset, report);
  return report.diagnostics;
}

function diagnoseEvent(text: string): readonly Diagnostic[] {
  const report = new Report();
  const source = new SourceText("event.yaml", text);
  const nodes = readYaml(source, report).map(({ root }) => root);
  readGiven(nodes, { source: "syscall", fields: syscallFields, at: source.all }, report);
  return report.diagnostics;
}

function diagnoseConfig(text: string): readonly Diagnostic[] {
  const report = new Report();
  const source = new SourceText("falco.yaml", text);
  const root = readConfigText(source, {
    environment: (name) => name === "HOME" ? "/root" : undefined,
    report,
  });
  if (root) {
    const loaded = { config: checkConfig(root, report), root, files: [] };
    settingsOf(loaded, { rulePaths: [], scopeProcessId: undefined }, {
      registry: new Registry(builtinPlugins),
      report,
    });
  }
  return report.diagnostics;
}

/** Runs the command line in a folder of its files; the word falcod is left out. */
async function diagnoseCommand({ text, files = {} }: Example): Promise<Finding[]> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-codes-" });
  const names = new Set(["falco.yml", "rule.yaml", "rules.d", ...Object.keys(files)]);
  // Behind a slash stands what is in a folder of its own.
  const inFolder = (text: string) =>
    text.replace(/(?<!\/)\b[\w.]+/g, (word) => names.has(word) ? `${folder}/${word}` : word);
  const argument = (word: string) =>
    word.startsWith("./") ? `${folder}/${word.slice(2)}` : inFolder(word);
  const environment = new Map(Object.keys(NO_WAY_OUT).map((name) => [name, Deno.env.get(name)]));
  try {
    for (const [name, content] of Object.entries(files)) {
      Deno.mkdirSync(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${folder}/${name}`, inFolder(content));
    }
    let said = "";
    const output = { write: (more: string) => void (said += more), isTerminal: false };
    const words = [...text.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
    for (const [name, value] of Object.entries(NO_WAY_OUT)) Deno.env.set(name, value);
    await run(words.slice(1).map(argument), host(output));
    return [...said.matchAll(/(error|warning|info)\[(\w+)\]/g)].map(([, severity, code]) => ({
      code: code!,
      severity: severity!,
    }));
  } finally {
    for (const [name, value] of environment) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    Deno.removeSync(folder, { recursive: true });
  }
}

function host(output: Host["out"]): Host {
  const release = () => {};
  return {
    plugins: builtinPlugins,
    out: output,
    error: output,
    input: { read: () => Promise.resolve(null) },
    errorBytes: { write: (bytes) => Promise.resolve(bytes.length) },
    environment: () => undefined,
    onStop: () => ({ release }),
    onHangup: () => ({ release }),
    rulesFolder: new URL("../rules", import.meta.url).pathname,
  };
}

function* sourcesIn(folder: URL): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory && !(name === "codes" && folder.pathname.endsWith("/core/app/"))) {
      yield* sourcesIn(new URL(`${name}/`, folder));
    } else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      yield Deno.readTextFileSync(new URL(name, folder));
    }
  }
}
