import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "./program.ts";
import { errorsOf, GOOD, type JsonDiagnostic, rule } from "./validating.ts";

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

Deno.test("falcod validate warns where no rule would run, and calls it valid", async () => {
  using folder = new Folder({ "rules.yaml": `${GOOD}  enabled: false\n` });
  const { code, out } = await falcod(["validate", folder.file("rules.yaml")]);
  assertEquals(code, 0);
  assert(/warning\[C025\]: no rule is enabled/.test(out), out);
});

Deno.test("falcod -V checks a rules file as Falco's flag does", async () => {
  using folder = new Folder({ "good.yaml": GOOD, "bad.yaml": rule("proc.nmae = cat") });
  const [good, bad] = await Promise.all([
    falcod(["-V", folder.file("good.yaml")]),
    falcod(["-V", folder.file("bad.yaml")]),
  ]);
  assertEquals([good.code, bad.code], [0, 1]);
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
      rule("Listens", "evt.type = listen") +
      rule("Mounts", "evt.type = mount"),
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
  // What move_mount does is an event mount, too.
  assertEquals(await titles("'!mount'"), []);
  assertEquals(await titles("'!mount', '!move_mount'"), [
    left.replace("Connects", "Mounts") + " looks at: no alerts",
  ]);
  assertEquals(await titles("'!connect', '!listen'"), [`${left} and 2 more look at: no alerts`]);
});

Deno.test("falcod validate tells of a source of events that no rule is about, and counts by source", async () => {
  using folder = new Folder({
    "falco.yaml": "rules_files: [rules.yaml]\nstdout_output: {enabled: true}\n" +
      "plugins: [{name: k8saudit, library_path: a.so, open_params: audit.json}]\n",
    "audit.json": "{}\n",
    "rules.yaml": "- rule: Secret read\n  desc: d\n  condition: ka.verb = get\n  output: x\n" +
      "  priority: INFO\n  source: k8s_audit\n",
  });
  const options = { folder: folder.path };
  const { code, out } = await falcod(["validate", "falco.yaml"], options);
  assertEquals(code, 0);
  assert(out.includes('C067]: event source "syscall" is watched'), out);
  assert(out.endsWith("1 warning, 1 rule enabled: 0 for syscall, 1 for k8s_audit)\n"), out);
  const off = ["validate", "falco.yaml", "-o", "engine.kind=nodriver"];
  const alone = await falcod(off, options);
  assert(alone.out.endsWith("0 warnings, 1 rule enabled)\n"), alone.out);
});
