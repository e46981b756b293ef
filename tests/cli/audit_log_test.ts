/** Audit events out of files: read once, followed, played, and beside system calls. */
import { assert, assertEquals } from "../assert.ts";
import { falcod, falcodCommand, Folder } from "./program.ts";
import { Running } from "./running.ts";

const RULES = `
- rule: Secret read
  desc: A test
  condition: ka.verb = get and ka.target.resource = secrets
  output: "%ka.user.name read %ka.target.name (%evt.num, %evt.pluginname)"
  priority: WARNING
  source: k8s_audit
- rule: Shadow read
  desc: A test
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: "%proc.name read %fd.name"
  priority: WARNING
`;

/** An event as a log has it. */
function read(name: string, time: string): string {
  return JSON.stringify({
    kind: "Event",
    auditID: name,
    stage: "ResponseComplete",
    stageTimestamp: time,
    verb: "get",
    user: { username: "jane" },
    objectRef: { resource: "secrets", name },
  }) + "\n";
}

const TIME = "2026-01-02T03:04:05.000000006Z";
const configOf = (params: string, more = "") => `
rules_files: [rules.yaml]
stdout_output: {enabled: true}
time_format_iso_8601: true
plugins:
  - name: k8saudit
    library_path: libk8saudit.so
    open_params: "${params}"
    init_config: {stateDirectory: state}
  - name: json
    library_path: libjson.so
${more}`;

Deno.test("falcod reads an audit log and ends with it; alerts have its time", async () => {
  const log = read("a", TIME) + "broken\n" + read("b", TIME);
  using folder = new Folder({
    "falco.yaml": configOf("audit.log"),
    "rules.yaml": RULES,
    "audit.log": log,
  });
  const { code, out, error } = await falcod(
    ["run", "-c", "falco.yaml", "--disable-source", "syscall"],
    { folder: folder.path },
  );
  assertEquals(code, 0, error);
  const time = "2026-01-02T03:04:05.000000006+0000";
  assertEquals(
    out,
    `${time}: Warning jane read a (1, k8saudit)\n${time}: Warning jane read b (2, k8saudit)\n`,
  );
  assert(error.includes("falcod: watching k8s_audit with 1 rule\n"), error);
  assert(error.includes('rule "Shadow read" is for event source "syscall"'), error);
  assert(/line 2 of "audit.log" cannot be used/.test(error), error);
});

Deno.test("falcod follows an audit log, and goes on where it ended", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "audit.log": read("old", TIME) });
  Deno.writeTextFileSync(
    folder.file("falco.yaml"),
    configOf(`file://${folder.file("audit.log")}`)
      .replace("[rules.yaml]", `[${folder.file("rules.yaml")}]`)
      .replace("state}", `"${folder.file("state")}"}`),
  );
  const start = () =>
    Running.start("run", "-c", folder.file("falco.yaml"), "--enable-source", "k8s_audit");
  const append = (name: string) =>
    Deno.writeTextFileSync(folder.file("audit.log"), read(name, TIME), { append: true });
  {
    await using running = await start();
    append("a");
    await running.until(() => running.out.includes("read a"));
    assertEquals(await running.end(), 0);
    assert(!running.out.includes("old"), running.out);
  }
  append("b");
  await using running = await start();
  await running.until(() => running.out.includes("read b"));
  assertEquals(await running.end(), 0, running.error);
  assert(!running.out.includes("read a"), running.out);
});

const probe = await falcod(["probe", "--json"]);

Deno.test({
  name: "falcod watches system calls and audit events at once, each with its own rules",
  ignore: !JSON.parse(probe.out).ok,
  fn: async () => {
    using folder = new Folder({ "rules.yaml": RULES, "audit.log": "" });
    const log = folder.file("audit.log");
    Deno.writeTextFileSync(
      folder.file("falco.yaml"),
      configOf(`file://${log}`).replace("[rules.yaml]", `[${folder.file("rules.yaml")}]`)
        .replace("state}", `"${folder.file("state")}"}`),
    );
    const shell = new Deno.Command("sh", {
      args: ["-c", "while read -r line; do cat /etc/shadow; done"],
      stdin: "piped",
      stdout: "null",
    }).spawn();
    const writer = shell.stdin.getWriter();
    try {
      await using running = await Running.start(
        ...["run", "-c", folder.file("falco.yaml"), "--scope", `pid:${shell.pid}`],
      );
      assert(/watching .*syscall with 1 rule\b/.test(running.error), running.error);
      assert(/watching .*k8s_audit with 1 rule\b/.test(running.error), running.error);
      for (const name of ["a", "b"]) {
        Deno.writeTextFileSync(log, read(name, TIME), { append: true });
        await writer.write(new TextEncoder().encode("go\n"));
        const shadows = name === "a" ? 1 : 2;
        await running.until(() =>
          running.out.includes(`jane read ${name}`) &&
          running.out.split("cat read /etc/shadow").length > shadows
        );
      }
      assertEquals(await running.end(), 0, running.error);
      assert(running.out.includes("jane read b (2, k8saudit)"), running.out);
      assert(running.error.includes("4 alerts"), running.error);
    } finally {
      await writer.close();
      await shell.status;
    }
  },
});

Deno.test("falcod replay plays audit logs, through rules or as lines", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml": "rules_files: [rules.yaml]\nstdout_output: {enabled: true}\n",
    "a.jsonl": read("a", TIME) + read("b", TIME),
    "b.jsonl": read("c", TIME),
  });
  const play = (...args: readonly string[]) =>
    falcod(["replay", "a.jsonl", "b.jsonl", "--source", "k8s_audit", ...args], {
      folder: folder.path,
    });
  const [alerts, lines, fields, wrong, missing] = await Promise.all([
    play("-c", "falco.yaml", "--json"),
    play("--print", "%evt.num %ka.target.name %ka.verb", "--filter", "ka.target.name in (b, c)"),
    play("--fields", "evt.source,ka.target.name", "--json"),
    play("--filter", "proc.name = cat"),
    falcod(["replay", "none.jsonl", "--source", "k8s_audit", "--print", "x"], {
      folder: folder.path,
    }),
  ]);
  assertEquals(alerts.code, 0, alerts.error);
  const outputs = alerts.out.trimEnd().split("\n").map((line) => JSON.parse(line).output_fields);
  assertEquals(outputs.map((fields) => fields["ka.target.name"]), ["a", "b", "c"]);
  assertEquals([lines.code, lines.out], [0, "2 b get\n1 c get\n"], lines.error);
  assertEquals(
    fields.out.split("\n")[2],
    '{"evt.source":"k8s_audit","ka.target.name":"c"}',
    fields.error,
  );
  assert(wrong.error.includes('it is a field of event source "syscall"'), wrong.error);
  assertEquals(missing.code, 1);
  assert(missing.error.includes('Cannot read audit events from "none.jsonl"'), missing.error);
});

Deno.test("falcod says that a source is asked for that the configuration does not have", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml": "rules_files: [rules.yaml]\nstdout_output: {enabled: true}\n",
    "nowhere.yaml": configOf(""),
    "wrong.yaml": configOf("ftp://x"),
  });
  const start = async (...args: readonly string[]) => {
    const { stdout: _, stderr, code } = await falcodCommand(["run", "--dry-run", ...args], {
      folder: folder.path,
    }).output();
    return { code, error: new TextDecoder().decode(stderr) };
  };
  const [source, nowhere, wrong] = await Promise.all([
    start("-c", "falco.yaml", "--enable-source", "k8s_audit"),
    start("-c", "nowhere.yaml"),
    start("-c", "wrong.yaml"),
  ]);
  assertEquals([source.code, nowhere.code, wrong.code], [1, 1, 1]);
  assert(source.error.includes("a plugin named k8saudit brings its events"), source.error);
  assert(nowhere.error.includes("does not say where audit events come from"), nowhere.error);
  assert(/wants http:\/\/:PORT\/PATH.+found "ftp:\/\/x"/.test(wrong.error), wrong.error);
});

Deno.test("falcod replay of an audit log with something else in it ends with 1", async () => {
  using folder = new Folder({
    "falco.yaml": "rules_files: [rules.yaml]\nstdout_output: {enabled: true}\n",
    "rules.yaml": RULES,
    "right.log": read("a", TIME),
    "wrong.log": read("a", TIME) + "broken\n" + read("b", TIME),
  });
  const replay = (log: string, ...args: string[]) =>
    falcod(["replay", log, "--source", "k8s_audit", "-c", "falco.yaml", ...args], {
      folder: folder.path,
    });
  for (const args of [[], ["--fields", "evt.num"]]) {
    const right = await replay("right.log", ...args), wrong = await replay("wrong.log", ...args);
    assertEquals([right.code, wrong.code], [0, 1], wrong.error);
    assertEquals([right.out, wrong.out].map((out) => out.trimEnd().split("\n").length), [1, 2]);
  }
});
