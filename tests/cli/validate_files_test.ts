import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "./program.ts";
import { diagnosticsOf, errorsOf, GOOD, type JsonDiagnostic, rule } from "./validating.ts";

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
