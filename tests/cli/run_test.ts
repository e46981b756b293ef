import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder, root } from "./program.ts";

const RULES = `
- rule: cat runs
  desc: for a test
  condition: evt.type = execve and proc.name = cat
  output: cat was run (command=%proc.cmdline)
  priority: WARNING
`;

function config(folder: Folder, more = ""): string {
  Deno.writeTextFileSync(
    folder.file("falco.yaml"),
    `rules_files: [${folder.file("rules.yaml")}]\nstdout_output: {enabled: true}\n${more}`,
  );
  return folder.file("falco.yaml");
}

Deno.test("falcod --dry-run loads everything and stops", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const { code, out, error } = await falcod(["--dry-run", "-c", config(folder)]);
  assertEquals([code, out], [0, ""], error);
  assert(error.includes("dry run"), error);
});

Deno.test("falcod starts with the configuration and the rules that come with it", async () => {
  const { code, error } = await falcod(["--dry-run", "-c", "rules/falco.yaml"]);
  assertEquals(code, 0, error);
});

Deno.test("falcod takes -r in place of the configured rules", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "more.yaml": "- rule: x\n" });
  const { code, error } = await falcod(["-c", config(folder), "-r", folder.file("more.yaml")]);
  assertEquals(code, 1);
  assert(error.includes("more.yaml:1:"), error);
});

Deno.test("falcod tells of keys that are old or unknown and runs all the same", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const path = config(
    folder,
    "jsn_output: true\nsyscall_buf_size_preset: 4\nfalco_libs: {thread_table_size: 9}\n",
  );
  const { code, error } = await falcod(["--dry-run", "-c", path]);
  assertEquals(code, 0, error);
  assert(/falco\.yaml:3:1: warning\[C003\][^]*did you mean "json_output"/.test(error), error);
  assert(
    /older versions of Falco: .* today engine\.modern_ebpf\.buf_size_preset/.test(error),
    error,
  );
  assert(/1 key is known, but not acted on yet: falco_libs.thread_table_size/.test(error), error);
});

Deno.test("falcod says when there is no file that its rules are from", async () => {
  using folder = new Folder({});
  const { code, error } = await falcod(["--dry-run", "-r", folder.path]);
  assertEquals(code, 0, error);
  assert(/: rules from no file$/m.test(error), error);
});

Deno.test("falcod refuses to run with a configuration that is wrong", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  for (
    const [more, expected] of [
      ["json_output: maybe\n", /falco\.yaml:3:14: error\[C004\]/],
      ["engine: {kind: replay}\n", /error\[C016\]/],
      ["json_output: [true\n", /error\[Y\d+\]/],
    ] as const
  ) {
    const { code, error } = await falcod(["-c", config(folder, more)]);
    assertEquals(code, 1, error);
    assert(expected.test(error), error);
  }
});

Deno.test("falcod does not start without the file that -P asks for", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const { code, error } = await falcod(["-c", config(folder), "-P", folder.file("gone/pid")]);
  assertEquals(code, 1);
  assert(
    /cannot write the process id to ".*pid": there is no folder ".*"\n {2}make it first .*\n$/.test(
      error,
    ),
    error,
  );
  const device = await falcod(["-c", config(folder), "-P", "/dev/full"]);
  assertEquals(device.code, 1);
  assert(device.error.includes("what is there is no file"), device.error);
  assert(Deno.statSync("/dev/full").isCharDevice);
});

Deno.test("falcod says which configuration it cannot read, and nothing of what is not in it", async () => {
  const { code, error } = await falcod(["-c", "/nowhere/falco.yaml"]);
  assertEquals(
    [code, error],
    [
      1,
      `error[C001]: cannot read "/nowhere/falco.yaml": there is no such file\n` +
      "  help: is the name right?\n",
    ],
  );
});

Deno.test("falcod without the right to watch says what is missing", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const { code, out, error } = await falcod(["-c", config(folder), "-M", "1"], {
    under: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"],
  });
  assertEquals([code, out], [1, ""], error);
  const said = error.split("\n").filter((line) => !/^\w{3} \w{3} /.test(line));
  assert(said[0]?.startsWith("falcod: "), error);
  assert(said.length >= 2, "no line says what to do");
});

Deno.test("falcod probe says what this machine can do, and its exit code agrees", async () => {
  const [text, json] = await Promise.all([falcod(["probe"]), falcod(["probe", "--json"])]);
  const support = JSON.parse(json.out);
  assertEquals(json.code, support.ok ? 0 : 1);
  assertEquals(text.code, json.code);
  for (const { name } of support.items) assert(text.out.includes(name), name);
});

Deno.test("falcod says that no rule is enabled", async () => {
  using folder = new Folder({ "empty.yaml": "" });
  const { code, error } = await falcod(["--dry-run", "-r", folder.file("empty.yaml")]);
  assertEquals(code, 0);
  assert(error.includes("warning[C025]: no rule is enabled"), error);
});

Deno.test("falcod finds its own files below a folder with blanks and other letters", async () => {
  using folder = new Folder({});
  Deno.symlinkSync(root, folder.file("falcod für 100%"));
  const program = folder.file("falcod für 100%/main.ts");
  const { code, error } = await falcod(["--dry-run"], { program });
  assertEquals([code, error.includes("dry run, everything is fine")], [0, true], error);
});

Deno.test("falcod takes Falco's old flags and says how to write them today", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const flags = ["-D", "cat", "-T", "x", "-A", "-pc"];
  const { code, error } = await falcod(["--dry-run", "-c", config(folder), ...flags]);
  assertEquals(code, 0, error);
  for (const flag of ["-A", "-D", "-T", "-pc"]) {
    assert(error.includes(`${flag} is a flag of Falco`), error);
  }
  assert(error.includes("no rule is enabled"), error);
});

Deno.test("falcod knows the other flags of Falco, of today and of before (issue 3)", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const dry = (...flags: string[]) => falcod(["--dry-run", "-c", config(folder), ...flags]);
  const [keys, idle, manner, off, unknown, gvisor] = await Promise.all([
    dry("-v", "-S", "200", "--cri", "/run/c.sock", "--enable-source", "syscall"),
    dry("-u", "-d", "--modern-bpf", "-k", "http://127.0.0.1", "-w", "x.scap"),
    dry("-N", "--markdown", "--format", "json"),
    dry("--disable-source", "syscall"),
    dry("--enable-source", "syscal"),
    dry("--gvisor-generate-config"),
  ]);
  assertEquals([keys.code, idle.code, off.code, unknown.code], [0, 0, 1, 1], keys.error);
  for (const key of ["log_level=debug", "falco_libs.snaplen=200", '"sockets":["/run/c.sock"]']) {
    assert(keys.error.includes(`-o '`) && keys.error.includes(key), keys.error);
  }
  assert(/dry run, falcod would start, with \d+ warnings\n$/.test(keys.error), keys.error);
  assert(!keys.error.includes("is an old spelling"), keys.error);
  for (const flag of ["-u", "-d", "--modern-bpf", "-k", "-w"]) {
    assert(idle.error.includes(`warning[C028]: ${flag} has no effect`), idle.error);
  }
  for (const flag of ["-N", "--markdown", "--format"]) {
    const told = `error[C028]: ${flag} is about --list`;
    assert(manner.error.includes(told), manner.error);
  }
  // Nobody who asks a question means to watch the machine.
  assertEquals([manner.code, manner.error.includes("dry run")], [1, false], manner.error);
  assert(off.error.includes("leaves no source of events"), off.error);
  assert(unknown.error.includes('did you mean "syscall"?'), unknown.error);
  assertEquals(gvisor.code, 1, gvisor.error);
  assert(gvisor.error.includes("gVisor cannot be watched"), gvisor.error);
});

Deno.test("falcod answers the questions that Falco's flags ask", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const ask = (...flags: string[]) => falcod(["-c", config(folder), ...flags]);
  const [all, one, json, fields, names, events, ignored, plugins, page, support] = await Promise
    .all([
      ask("-L"),
      ask("-l", "cat runs"),
      ask("-L", "-o", "json_output=true"),
      ask("--list", "syscall", "--markdown"),
      ask("--list=syscall", "-N"),
      ask("--list-events", "--format", "json"),
      ask("--ignored-events"),
      ask("--list-plugins"),
      ask("--page-size"),
      ask("--support"),
    ]);
  assert(all.out.startsWith("rule cat runs\n"), all.out);
  assertEquals(one.out, all.out);
  assertEquals(JSON.parse(json.out).rules.length, 1);
  assert(fields.out.startsWith("| field | type |"), fields.out);
  assert(names.out.split("\n").includes("proc.name"), names.out);
  assert(JSON.parse(events.out)["Syscall events"].length > 300);
  assert(ignored.out.includes("none"));
  assert(plugins.out.includes("syscall\tsource\tbuilt in"), plugins.out);
  assert(/^Your system page size is: \d+ bytes\n$/.test(page.out), page.out);
  const { version, rules_files: [file] } = JSON.parse(support.out);
  assertEquals([typeof version, file.variants[0].content], ["string", RULES]);
  const refused = await Promise.all([
    ask("--list", "nothing"),
    ask("--list", "--format", "xml"),
    ask("--plugin-info", "k8saudi"),
    ask("-l", "dog"),
    ask("--list", "proc"),
  ]);
  assertEquals(refused.map(({ code, out }) => [code, out]), refused.map(() => [1, ""]));
  const { error } = refused.at(-1)!;
  assert(error.endsWith("; for fields: falcod list fields proc\n"), error);
});

Deno.test("falcod refuses -t beside -T, as Falco did", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const { code, error } = await falcod(["--dry-run", "-c", config(folder), "-t", "a", "-T", "a"]);
  assertEquals(code, 1);
  assert(error.includes("-t cannot stand beside -D or -T"), error);
});

Deno.test("falcod checks what append_output adds, with the fields of static_fields", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const more = (field: string) =>
    `static_fields: {site: north}\nappend_output: [{extra_output: "at %${field}"}]\n`;
  const good = await falcod(["--dry-run", "-c", config(folder, more("static.site"))]);
  assertEquals(good.code, 0, good.error);
  const bad = await falcod(["--dry-run", "-c", config(folder, more("static.sight"))]);
  assertEquals(bad.code, 1);
  assert(/falco\.yaml:\d+:[1-9]\d+: error\[A002\]/.test(bad.error), bad.error);
});
