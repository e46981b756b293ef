import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "./program.ts";

const rule = (condition: string, more = "") => `
- rule: a rule
  desc: for a test
  condition: ${condition}
  output: seen %proc.name
  priority: WARNING
${more}`;

const GOOD = rule("evt.type = execve and proc.name = cat");

interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly help?: string;
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
}

async function diagnosticsOf(path: string): Promise<JsonDiagnostic[]> {
  const { code, out, error } = await falcod(["validate", "--json", path]);
  assertEquals([code, error], [1, ""], `${out}${error}`);
  const result = JSON.parse(out);
  assertEquals(result.ok, false);
  return result.diagnostics;
}

async function errorsOf(path: string): Promise<JsonDiagnostic[]> {
  return (await diagnosticsOf(path)).filter(({ severity }) => severity === "error");
}

Deno.test("falcod validate blames -o for what it switches on, not the file that leaves it off", async () => {
  using folder = new Folder({
    "rules.yaml": GOOD,
    "empty.yaml":
      'http_output: {enabled: false, url: ""}\nprogram_output: {enabled: false, program: ""}\n',
    "nothing.yaml": "",
    "unset.yaml": 'http_output: {enabled: false, url: "${FALCOD_UNSET}"}\n',
    "on.yaml": 'http_output: {enabled: true, url: ""}\n',
  });
  const told = async (config: string, ...options: string[]) => {
    const args = ["-c", folder.file(config), "-r", folder.file("rules.yaml")];
    const { out } = await falcod(["validate", ...args, ...options.flatMap((it) => ["-o", it])]);
    return out.split("\n\n").slice(0, -1).join("\n\n").replaceAll(folder.file(config), config);
  };
  const wanted = "an address that begins with http:// or https://";
  for (const config of ["empty.yaml", "nothing.yaml"]) {
    assertEquals(
      await told(config, "http_output.enabled=true"),
      `-o: error[C004]: "http_output.url" is empty, and wants ${wanted}
    1 | http_output.enabled=true
      | ^^^^^^^^^^^^^^^^^^^^^^^^
  help: add it, as -o http_output.url=…`,
    );
  }
  const program = await told("empty.yaml", "program_output={enabled: true}");
  assert(program.startsWith('-o: error[C004]: "program_output.program" is empty,'), program);
  const unset = await told("unset.yaml", "http_output.enabled=true");
  assertEquals(unset.match(/(?:error|warning)\[\w+\]/g), ["error[C033]"], unset);
  const own = await told("empty.yaml", "http_output.url=", "http_output.enabled=true");
  assert(own.includes("1 | http_output.url=\n"), own);
  assertEquals(
    await told("on.yaml"),
    `on.yaml:1:35: error[C004]: "http_output.url" wants ${wanted}, found nothing
    1 | http_output: {enabled: true, url: ""}
      |                                   ^^
  help: write one, or set http_output.enabled to false`,
  );
});

Deno.test("falcod validate takes -c and -r as others do, and rules from standard input (issue 3)", async () => {
  const rule =
    "- rule: A\n  desc: d\n  condition: evt.type = openat\n  output: o\n  priority: INFO\n";
  using folder = new Folder({
    "rules.yaml": rule,
    "wrong.yaml": rule.replace("evt.type", "evt.tpye"),
    "falco.yaml": "rules_files: [gone.yaml]\nstdout_output: {enabled: true}\n",
  });
  const [flags, wrong, input] = await Promise.all([
    falcod(["validate", "-c", folder.file("falco.yaml"), "-r", folder.file("rules.yaml")]),
    falcod(["validate", "-r", folder.file("wrong.yaml")]),
    falcod(["validate", "-"], { input: rule.replace("evt.type", "evt.tpye") }),
  ]);
  assertEquals([flags.code, wrong.code, input.code], [0, 1, 1], flags.out);
  assert(flags.out.includes("1 rule enabled)"), flags.out);
  assert(flags.out.includes("falco.yaml, "), flags.out);
  assert(input.out.includes("/dev/stdin:3:14: error[F012]"), input.out);
});

Deno.test("falcod validate says nothing of what only follows from a file that it cannot read", async () => {
  const rules = `rules_files: [${import.meta.dirname}/../../rules/falco_rules.yaml]`;
  using folder = new Folder({
    "alias.yaml": `${rules}\nfile_output: {enabled: true, filename: *x}\n`,
    "indent.yaml": `${rules}\nstdout_output:\n  enabled: true\n   json_output: true\n`,
    "lost.yaml": ` ${rules}\nstdout_output: {enabled: true}\n`,
    "helm.yaml": "falco: {json_output: true}\ndriver: {kind: auto}\n",
    "quote.yaml": 'rules_files:\n  - "rules.yaml\nstdout_output:\n  enabled: true\n',
  });
  const codes = { alias: "Y012", indent: "Y023", helm: "C002", quote: "Y021" };
  for (const [name, code] of Object.entries(codes)) {
    const told = await diagnosticsOf(folder.file(`${name}.yaml`));
    assertEquals(told.map((found) => found.code), [code]);
  }
  assertEquals((await errorsOf(folder.file("lost.yaml"))).length, 1);
});

Deno.test("falcod validate tells of a rules file named by a variable that is not set as that", async () => {
  using folder = new Folder({ "rules.yaml": GOOD });
  const config = folder.file("falco.yaml");
  const files = `["\${FALCOD_UNSET}", ${folder.file("rules.yaml")}]`;
  Deno.writeTextFileSync(config, `rules_files: ${files}\nstdout_output: {enabled: true}\n`);
  const { code, out } = await falcod(["validate", "--json", config]);
  const codes = JSON.parse(out).diagnostics.map((found: JsonDiagnostic) => found.code);
  assertEquals([code, codes], [0, ["C033"]], out);
});

/** What is refused where a variable is not set. */
const UNSET = [
  'http_output: {enabled: true, url: "${FALCOD_UNSET}"}',
  'http_output: {enabled: true, url: "http://${FALCOD_UNSET}/"}',
  'file_output: {enabled: true, filename: "${FALCOD_UNSET}"}',
  'sinks: [{type: redis, address: "${FALCOD_UNSET}"}]',
  'sinks: [{type: "no${FALCOD_UNSET}"}]',
  'sinks: [{type: file, filename: /tmp/x, match: "alert.rule = ${FALCOD_UNSET}"}]',
  'metrics: {enabled: true, output_file: "${FALCOD_UNSET}"}',
  'engine: {kind: replay, replay: {capture_file: "${FALCOD_UNSET}"}}',
  'plugins: [{name: k8saudit, library_path: x.so, open_params: "${FALCOD_UNSET}"}]',
  'plugins: [{name: other, library_path: "${FALCOD_UNSET}"}]',
  'webserver: {enabled: true, listen_address: "x${FALCOD_UNSET}"}',
];

for (const line of UNSET) {
  Deno.test(`falcod validate tells the cause alone of ${line}`, async () => {
    using folder = new Folder({ "rules.yaml": GOOD });
    const config = folder.file("falco.yaml");
    const rules = `rules_files: [${folder.file("rules.yaml")}]\n`;
    Deno.writeTextFileSync(config, `${rules}stdout_output: {enabled: true}\n${line}\n`);
    const { code, out } = await falcod(["validate", "--json", config]);
    const told: JsonDiagnostic[] = JSON.parse(out).diagnostics;
    assertEquals(told.map((found) => [found.code, found.severity]), [["C033", "error"]], out);
    assertEquals(code, 1);
  });
}

Deno.test("falcod validate accepts good rules and says how many", async () => {
  using folder = new Folder({ "rules.yaml": GOOD });
  const { code, out, error } = await falcod(["validate", folder.file("rules.yaml")]);
  assertEquals([code, error], [0, ""], out);
  assert(out.startsWith("valid: "), out);
  assert(out.includes("1 rule enabled"), out);
});

Deno.test("falcod validate accepts a key that is given twice, as Falco does, and tells which counts", async () => {
  using folder = new Folder({ "rules.yaml": rule("proc.name = cat", "  priority: LOUD\n") });
  const { code, out } = await falcod(["validate", folder.file("rules.yaml")]);
  assertEquals(code, 0, out);
  assert(out.includes('rules.yaml:7:3: warning[Y011]: key "priority" is given twice'), out);
  assert(out.includes("note: first given here, and this one counts"), out);
});

/** Each: what is wrong, the file, the line that must be named. */
const MISTAKES: readonly (readonly [string, string | Uint8Array, number])[] = [
  ["an unknown field", rule("proc.nmae = cat"), 4],
  ["a bracket that is never closed", rule("(proc.name = cat"), 4],
  ["an unknown macro", rule("spawned_process and proc.name = cat"), 4],
  ["a value of the wrong type", rule("evt.type = execve and proc.pid = many"), 4],
  ["a tab as indentation", "- rule: a rule\n\tdesc: x\n", 2],
  ["binary garbage", Uint8Array.from({ length: 512 }, (_, index) => (index * 37) % 256), 1],
  ["a priority nobody knows", rule("proc.name = cat").replace("WARNING", "LOUD"), 6],
  ["a key without its colon", "- rule a rule\n  desc: x\n", 1],
  ["a pattern that cannot be", rule("evt.type = open and fd.name regex '(a'"), 4],
  ["an address that is none", rule("evt.type = connect and fd.sip = 10.0.0.300"), 4],
  ["a switch that is neither on nor off", `${GOOD}  enabled: maybe\n`, 7],
  ["a condition in very many brackets", rule("(".repeat(10_000)), 4],
  ["a name of a megabyte", rule("x".repeat(1 << 20)), 4],
  ["text that is no YAML list", "hello, these are my rules\n", 1],
  ["an unknown field in the output", GOOD.replace("%proc.name", "%proc.nmae"), 5],
];

for (const [what, content, line] of MISTAKES) {
  Deno.test(`falcod validate points at ${what}`, async () => {
    using folder = new Folder({ "rules.yaml": content });
    const errors = await errorsOf(folder.file("rules.yaml"));
    const places = errors.map(({ at }) => at?.line);
    assert(places.includes(line), `line ${line} is not among ${places}`);
    for (const error of errors) {
      assert(/^[A-Z]\d{3}$/.test(error.code), error.code);
      assertEquals(error.at?.file, folder.file("rules.yaml"));
    }
    assert(errors.every(({ help }) => help), JSON.stringify(errors));
  });
}

Deno.test("falcod validate reports the mistakes of all files in one run, with their lines", async () => {
  using folder = new Folder({
    "a.yaml": rule("proc.nmae = cat"),
    "b.yaml": rule("(a.b = 1").replace("a rule", "b rule"),
  });
  const { code, out } = await falcod(["validate", folder.file("a.yaml"), folder.file("b.yaml")]);
  assertEquals(code, 1);
  assert(/a\.yaml:4:14: error\[F\d+\]: /.test(out), out);
  assert(/b\.yaml:4:1\d: error\[F\d+\]: /.test(out), out);
  assert(out.includes("^"), out);
  assert(out.trimEnd().split("\n").at(-1)!.startsWith("not valid: "), out);
});

Deno.test("falcod validate reads directories as -r does, sorted and only YAML", async () => {
  using folder = new Folder({ "b.yaml": GOOD, "a.yml": "- list: x\n  items: [a]\n", "c.txt": "(" });
  const { code, out } = await falcod(["validate", "--json", folder.path]);
  assertEquals(code, 0, out);
  assertEquals(JSON.parse(out).ruleFiles, [folder.file("a.yml"), folder.file("b.yaml")]);
});

Deno.test("falcod validate takes a directory with a falco.yaml for a configuration", async () => {
  using folder = new Folder({ "falco.yaml": "", "good.yaml": GOOD, "other.yaml": "what: ever\n" });
  const config = folder.file("falco.yaml"), rules = folder.file("good.yaml");
  Deno.writeTextFileSync(config, `rules_files: [${rules}]\nstdout_output: {enabled: true}\n`);
  for (const path of [folder.path, `${folder.path}/`]) {
    const { code, out } = await falcod(["validate", "--json", path]);
    assertEquals(code, 0, out);
    const { configFiles, ruleFiles } = JSON.parse(out);
    assertEquals([configFiles, ruleFiles], [[config], [rules]]);
  }
});

Deno.test("falcod validate says that a directory holds no rules", async () => {
  using folder = new Folder({ "rules.txt": GOOD });
  const { code, out } = await falcod(["validate", folder.path]);
  assertEquals(code, 0);
  assert(/warning\[C021\]: directory ".*" holds no rules files/.test(out), out);
});

Deno.test("falcod validate warns where no rule would run, and calls it valid", async () => {
  using folder = new Folder({ "rules.yaml": `${GOOD}  enabled: false\n` });
  const { code, out } = await falcod(["validate", folder.file("rules.yaml")]);
  assertEquals(code, 0);
  assert(/warning\[C025\]: no rule is enabled/.test(out), out);
});

Deno.test("falcod validate refuses a configuration none of whose rules files exists", async () => {
  using folder = new Folder({ "falco.yaml": "" });
  const config = folder.file("falco.yaml");
  Deno.writeTextFileSync(config, `rules_files: [${folder.file("missing.yaml")}]\n`);
  const { code, out } = await falcod(["validate", config]);
  assertEquals(code, 1);
  assert(/falco\.yaml:1:15: error\[C013\]: no rules/.test(out), out);
});

Deno.test("falcod refuses files that would keep it waiting, wherever they are named", async () => {
  using folder = new Folder({ "falco.yaml": "" });
  const pipe = folder.file("pipe.yaml"), config = folder.file("falco.yaml");
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  Deno.writeTextFileSync(config, `rules_files: [${pipe}]\n`);
  for (
    const args of [["validate", pipe], ["validate", config], ["run", "-c", pipe], [
      "run",
      "-r",
      pipe,
    ]]
  ) {
    const { code, out, error } = await falcod(args);
    assertEquals(code, 1, args.join(" "));
    assert(
      /error\[C001\]: cannot read ".*pipe\.yaml": it is a named pipe/.test(out + error),
      out + error,
    );
  }
  const { code, out } = await falcod(["validate", "/dev/zero"]);
  assertEquals([code, out.includes("it is a device")], [1, true]);
  // Says that it is a file. Without root it is refused for that.
  Deno.symlinkSync("/proc/kmsg", folder.file("kmsg.yaml"));
  const kmsg = await falcod(["validate", folder.file("kmsg.yaml")]);
  const reason = /C001\]: cannot read ".*kmsg\.yaml": (it is a stream|permission denied)/;
  assertEquals([kmsg.code, reason.test(kmsg.out)], [1, true], kmsg.out);
});

Deno.test("falcod validate checks a configuration and the rules it names", async () => {
  using folder = new Folder({ "rules.yaml": rule("proc.nmae = cat") });
  const config = folder.file("falco.yaml");
  Deno.writeTextFileSync(
    config,
    `json_output: maybe\nrules_files: [${folder.file("rules.yaml")}]\n`,
  );
  const errors = await errorsOf(config);
  const places = errors.map(({ at }) => `${at?.file.split("/").at(-1)}:${at?.line}:${at?.column}`);
  assertEquals(places.sort(), ["falco.yaml:1:14", "rules.yaml:4:14"]);
});

Deno.test("falcod validate takes one configuration at a time", async () => {
  using folder = new Folder({ "a.yaml": "json_output: true\n", "b.yaml": "json_output: true\n" });
  const { code, out } = await falcod(["validate", folder.file("a.yaml"), folder.file("b.yaml")]);
  assertEquals(code, 1);
  assert(/error\[C019\]/.test(out), out);
});

Deno.test("falcod validate without paths judges what falcod would run with", async () => {
  const { out } = await falcod(["validate", "--json"]);
  assertEquals(JSON.parse(out).configFiles.length >= 1, true);
});

Deno.test("falcod validate says why a file cannot be read", async () => {
  using folder = new Folder({ "loop.yaml": "" });
  Deno.removeSync(folder.file("loop.yaml"));
  Deno.symlinkSync("loop.yaml", folder.file("loop.yaml"));
  for (const path of [folder.file("missing.yaml"), folder.file("loop.yaml")]) {
    const errors = await errorsOf(path);
    assert(errors.some(({ title }) => title.includes(path)), JSON.stringify(errors));
  }
  const config = folder.file("falco.yaml");
  const titles = (await errorsOf(config)).map(({ title }) => title);
  assertEquals(titles, [`cannot read "${config}": there is no such file`]);
});

Deno.test("falcod validate reads a rule file of 10 MB and keeps its head", async () => {
  const filler = "# " + "x".repeat(97) + "\n";
  const rules = Array.from({ length: 2000 }, (_, index) => GOOD.replace("a rule", `rule ${index}`));
  using folder = new Folder({ "big.yaml": filler.repeat(95_000) + rules.join("\n") });
  const { code, out } = await falcod(["validate", "--json", folder.file("big.yaml")]);
  // Too large is a fine answer as long as it is an answer with a place.
  const { ok, diagnostics } = JSON.parse(out);
  assertEquals(code, ok ? 0 : 1);
  if (!ok) assertEquals(diagnostics[0].at.file, folder.file("big.yaml"));
});

Deno.test("falcod validate refuses a bad -o at its place, and names no file that is right", async () => {
  const { code, out } = await falcod(["validate", "-o", "json_output"]);
  assertEquals(code, 1);
  assert(/^-o: error\[C008\]/.test(out), out);
  assert(/^not valid: -o \(1 error,/m.test(out), out);
});

Deno.test("falcod -V checks a rules file as Falco's flag does", async () => {
  using folder = new Folder({ "good.yaml": GOOD, "bad.yaml": rule("proc.nmae = cat") });
  const [good, bad] = await Promise.all([
    falcod(["-V", folder.file("good.yaml")]),
    falcod(["-V", folder.file("bad.yaml")]),
  ]);
  assertEquals([good.code, bad.code], [0, 1]);
});

Deno.test("falcod says in one line whose file it is that was given for another, and shows no secret", async () => {
  using folder = new Folder({
    "sidekick.yaml": "{slack: {webhookurl: https://chat.example/T0/sEcReT}, debug: true}\n",
    "falco.yaml": "{http_output: {url: https://chat.example/T0/sEcReT}, json_output: true}\n",
    "rules.yaml": GOOD,
    "pod.yaml": "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Secret\n",
  });
  const sidekick = "this is a configuration of falcosidekick";
  const cases = [
    ["validate sidekick.yaml", `${sidekick}, and no configuration of falcod`],
    ["--dry-run -c sidekick.yaml", `${sidekick}, and no configuration of falcod`],
    ["-V sidekick.yaml", `${sidekick}, and no rules file`],
    ["sidekick --dry-run -c falco.yaml", "this is a falco.yaml, and no configuration of falcosid"],
    ["validate -r falco.yaml", "this is a falco.yaml, and no rules file"],
    ["--dry-run -c rules.yaml", "this is a rules file, and no configuration of falcod"],
    ["sidekick -c rules.yaml", "this is a rules file, and no configuration of falcosidekick"],
    ["validate -c pod.yaml", "this is an object for Kubernetes, and no configuration of falcod"],
    ["list rules -r pod.yaml", "this is an object for Kubernetes, and no rules file"],
  ] as const;
  for (const [args, wanted] of cases) {
    const { code, out, error } = await falcod(args.split(" "), { folder: folder.path });
    const told = out + error;
    assertEquals([code, told.match(/(?:error|warning)\[/g)?.length], [1, 1], `${args}: ${told}`);
    assert(told.includes(`]: ${wanted}`), `${args}: ${told}`);
    assert(!told.includes("sEcReT"), told);
  }
});

const canUnshare = Deno.uid() === 0 &&
  (await new Deno.Command("unshare", { args: ["-m", "true"], stderr: "null" }).output()).success;

Deno.test({
  name: "falcod -V goes by the configuration of the machine, as Falco's flag does" +
    (canUnshare ? "" : " (skipped: it needs root and unshare)"),
  ignore: !canUnshare,
  fn: async () => {
    using folder = new Folder({
      "good.yaml": GOOD,
      "falco.yaml": "json_outptu: true\nfile_output: {enabled: true, filename: /nowhere/alerts}\n",
    });
    const inside = `cp -a /etc ${folder.path}/etc && mkdir -p ${folder.path}/etc/falco &&
      cp ${folder.path}/falco.yaml ${folder.path}/etc/falco/ &&
      mount --bind ${folder.path}/etc /etc && exec "$@"`;
    const under = ["unshare", "-m", "sh", "-c", inside, "sh"];
    const again = ["unshare", "-m", "sh", "-c", inside.replace(/^.*?&&/, ""), "sh"];
    const { code, out, error } = await falcod(["-V", folder.file("good.yaml")], { under });
    assertEquals([code, error, out], [0, "", `${folder.file("good.yaml")}: Ok\n`]);
    Deno.writeTextFileSync(folder.file("falco.yaml"), "json_output: true\n");
    const json = await falcod(["-V", folder.file("good.yaml")], { under: again });
    const { falco_load_results: [{ successful }], diagnostics } = JSON.parse(json.out);
    assertEquals([successful, diagnostics, json.error], [true, [], ""]);
    // Another who checks rules that may be meant for any machine.
    const validated = await falcod(["validate", folder.file("good.yaml")], { under: again });
    assert(validated.out.startsWith("valid: "), validated.out);
  },
});

Deno.test("falcod validate tells of rules that cannot mean what was meant", async () => {
  const first = rule("evt.type = execve and proc.name in (cat, dog)");
  const second = rule("evt.type = execve and proc.name = cat and user.uid = 0")
    .replace("a rule", "a narrower rule");
  const third = rule("evt.type = execve and fd.name = /etc/passwd").replace("a rule", "no file");
  const fourth = rule("evt.type = execve and proc.pid = 1 and not proc.pid = 2")
    .replace("a rule", "one that only says too much");
  using folder = new Folder({ "rules.yaml": `${first}${second}${third}${fourth}` });
  const path = folder.file("rules.yaml");
  const codesOf = async (...more: string[]) => {
    const { code, out } = await falcod(["validate", "--json", path, ...more]);
    assertEquals(code, 0, out);
    return JSON.parse(out).diagnostics.map((found: JsonDiagnostic) => found.code);
  };
  assertEquals(await codesOf(), ["R047", "F042"]);
  assertEquals(await codesOf("--hints"), ["R047", "F042", "F043"]);
  // Where every rule that matches alerts, none is in the shadow of another.
  assertEquals(await codesOf("-o", "rule_matching=all"), ["F042"]);
});

Deno.test("falcod validate checks rules of sources that are off, and a start passes them over", async () => {
  const audit = (name: string, condition: string) =>
    rule(condition, "  source: k8s_audit\n").replace("a rule", name).replace("%proc.name", "");
  const text = `${GOOD}${audit("b", "ka.verb = get")}${audit("c", "ka.vreb = get")}`;
  const falco = "rules_files: [rules.yaml]\nstdout_output: {enabled: true}\n";
  using folder = new Folder({ "rules.yaml": text, "falco.yaml": falco });
  const [config, path] = [folder.file("falco.yaml"), folder.file("rules.yaml")];
  const [valid, json, start] = await Promise.all([
    falcod(["validate", config, path]),
    falcod(["validate", "--json", config, path]),
    falcod(["-c", config, "-r", path, "--dry-run"]),
  ]);
  assertEquals(valid.code, 1);
  assert(valid.out.includes('2 rules are for event source "k8s_audit"'), valid.out);
  assert(valid.out.includes("(1 error, 1 warning)"), valid.out);
  const [result] = JSON.parse(json.out).falco_load_results;
  const codes = (found: readonly { code: string }[]) => found.map(({ code }) => code);
  assertEquals(codes(result.errors), ["LOAD_ERR_COMPILE_CONDITION"]);
  assertEquals(codes(result.warnings), ["LOAD_UNKNOWN_SOURCE", "LOAD_UNKNOWN_SOURCE"]);
  assertEquals(start.code, 0, start.error);
});

Deno.test("falcod validate says as much of rules beside mistakes elsewhere (issue 3)", async () => {
  const second = GOOD.replace("a rule", "b").replace("= cat", "= cat and user.uid = 0");
  using folder = new Folder({
    "rules.yaml": GOOD + second,
    "wrong.yaml": GOOD + second +
      rule("evt.type = execve and proc.nmae = cat").replace("a rule", "c"),
    "falco.yaml": "priority: warn\nstdout_output: {enabled: true}\nrules: [{disable: {rule: x}}]\n",
  });
  const codesOf = async (...parameters: string[]) => {
    const { code, out } = await falcod(["validate", "--json", ...parameters]);
    assertEquals(code, 1, out);
    return JSON.parse(out).diagnostics.map((found: JsonDiagnostic) => found.code).sort();
  };
  const config = folder.file("falco.yaml");
  assertEquals(await codesOf(folder.file("wrong.yaml")), ["F012", "R047"]);
  assertEquals(await codesOf(config, folder.file("rules.yaml")), ["C004", "C020", "R047"]);
});

Deno.test("falcod validate prints hostile names of files and rules without what they do to a terminal", async () => {
  const name = 'a\x1b[31m"\n}.yaml';
  const rule = '- rule: "b\\e[2J\\0\\n\\"}"\n  desc: d\n  condition: evt.type = open\n' +
    '  output: "\\e]0;x\\a %proc.nam"\n  priority: NOTICE\n';
  using folder = new Folder({ [name]: rule });
  const [text, json] = await Promise.all([
    falcod(["validate", name], { folder: folder.path }),
    falcod(["validate", "--json", name], { folder: folder.path }),
  ]);
  assertEquals([text.code, json.code], [1, 1]);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\x00-\x09\x0b-\x1f]/.test(text.out + text.error), false, text.out + text.error);
  assert(/^not valid: a\S+\.yaml \(1 error/m.test(text.out), text.out);
  const [result] = JSON.parse(json.out).falco_load_results;
  assertEquals(result.name, name);
  assertEquals(result.errors[0].context.locations[1].item_name, 'b\x1b[2J\0\n"}');
});

Deno.test("falcod validate tells of fields in match and dedup that no rule's output has", async () => {
  using folder = new Folder({
    "rules.yaml": GOOD,
    "falco.yaml": `rules_files: [rules.yaml]
stdout_output: {enabled: true}
append_output: [{extra_fields: [{team: ops, a.b: c}, "proc.aname[2]"]}]
sinks:
  - {name: a, type: stdout, match: proc.name = cat and not container.id = host and alert.rule = x}
  - {name: b, type: stdout, match: 'alert.field[a.b] = c and alert.field[proc.nmae] = "cat"'}
  - {name: c, type: stdout, match: 'alert.field[team] = ops and alert.field[falco.version] exists'}
  - {name: d, type: stdout, match: 'proc.aname[2] = sh and proc.aname[3] = sh and container.id = x'}
dedup: {keys: [rule, proc.name, a.c], window: 1m}
`,
  });
  const { code, out } = await falcod(["validate", "--json", "falco.yaml"], {
    folder: folder.path,
  });
  assertEquals(code, 0, out);
  const found = JSON.parse(out).diagnostics.filter(({ code }: JsonDiagnostic) => code === "C046");
  const add = (name: string) => `append_output: [{extra_fields: [${name}]}] adds it to alerts`;
  assertEquals(
    found.map(({ title, help, at }: JsonDiagnostic) => [
      /"(\S+)" asks for "(\S+)"/.exec(title)!.slice(1).join(" "),
      help,
      at!.line,
    ]),
    [
      ["sinks[0].match container.id", add("container.id"), 5],
      ["sinks[1].match proc.nmae", 'did you mean "proc.name"?', 6],
      ["sinks[3].match proc.aname[3]", 'did you mean "proc.aname[2]"?', 8],
      ["sinks[3].match container.id", add("container.id"), 8],
      ["dedup.keys[2] a.c", 'did you mean "a.b"?', 9],
    ],
  );
});

Deno.test("falcod validate tells of rules that base_syscalls blinds, and of no others", async () => {
  const rule = (name: string, condition: string) =>
    `- {rule: ${name}, desc: d, condition: ${condition}, output: o, priority: INFO}\n`;
  using folder = new Folder({
    "rules.yaml": rule("Connects", "evt.type = connect") +
      rule("Connects or listens", '"evt.type in (connect, listen)"') +
      rule("Listens", "evt.type = listen"),
  });
  const titles = async (set: string) => {
    const config = `base_syscalls: {custom_set: [${set}]}\nrules_files: [rules.yaml]\n` +
      "stdout_output: {enabled: true}\n";
    Deno.writeTextFileSync(folder.file("falco.yaml"), config);
    const { out } = await falcod(["validate", "--json", "falco.yaml"], { folder: folder.path });
    const { diagnostics } = JSON.parse(out);
    return diagnostics.flatMap(({ code, title }: JsonDiagnostic) => code === "C064" ? [title] : []);
  };
  const left = '"base_syscalls.custom_set" leaves out all that rule "Connects"';
  assertEquals(await titles("connect, '!mprotect'"), []);
  assertEquals(await titles("'!connect'"), [`${left} looks at: no alerts`]);
  assertEquals(await titles("'!connect', '!listen'"), [`${left} and 2 more look at: no alerts`]);
});
