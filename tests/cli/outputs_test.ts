/** Falco's outputs, as its falco.yaml has them, from the real program to their other ends. */
import { assert, assertEquals } from "../assert.ts";
import { freePort } from "../free_port.ts";
import { capture, type GivenEvent, process } from "../made_captures.ts";
import { installed } from "../peers/server.ts";
import { falcod, falcodCommand, Folder } from "./program.ts";
import { Running } from "./running.ts";

const RULES = `
- rule: Read
  desc: A test
  condition: evt.type = openat
  output: "%proc.name read %fd.name"
  priority: WARNING
- rule: Audited
  desc: A test
  condition: jevt.rawtime exists
  output: "seen %ka.auditid"
  priority: NOTICE
  source: k8s_audit
`;
const open = (name: string): GivenEvent => ({
  type: "openat",
  params: { fd: 3, dirfd: -100, name, flags: 1, mode: 0, dev: 5, ino: 7n },
});
const bytes = await capture([process(10, "cat")], [open("/etc/shadow"), open("/etc/new\nline")]);

async function replay(config: string, folder: Folder, under: readonly string[] = []) {
  await Deno.writeTextFile(folder.file("falco.yaml"), `rules_files: [rules.yaml]\n${config}`);
  await Deno.writeFile(folder.file("events.scap"), bytes);
  return await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
    under,
    environment: { TZ: "UTC" },
  });
}

Deno.test("stdout_output, file_output and program_output all get the same lines", async () => {
  for (const json of [false, true]) {
    using folder = new Folder({ "rules.yaml": RULES, "kept.txt": "", "each.txt": "" });
    const { code, out, error } = await replay(
      `
json_output: ${json}
stdout_output: {enabled: true}
file_output: {enabled: true, filename: ./events.txt}
program_output: {enabled: true, program: "cat >> each.txt; echo >> each.txt"}
`,
      folder,
    );
    assertEquals(code, 0, error);
    assertEquals(out.split("\n").length, 3);
    assert(json || /^[\d:.]+: Warning cat read \/etc\/shadow$/m.test(out), out);
    assertEquals(await Deno.readTextFile(folder.file("events.txt")), out);
    assertEquals(await Deno.readTextFile(folder.file("each.txt")), out.replaceAll("\n", "\n\n"));
  }
});

Deno.test("what a sink tells says which output it is", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const sinks = "sinks: [{name: pager, type: program, program: exit 3}]\n";
  const { error } = await replay(sinks, folder);
  assert(error.includes('warning: Output "pager": The program has ended with status 3\n'), error);
});

Deno.test("a file_output that cannot be written to is warned of, at a start as by validate", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml":
      "rules_files: [rules.yaml]\nfile_output: {enabled: true, filename: ./none/events.txt}\n",
  });
  const ask = (...args: readonly string[]) => falcod(args, { folder: folder.path });
  const title = '[C045]: "file_output.filename": cannot write to "./none/events.txt": there is no';
  const run = await ask("run", "--dry-run", "-c", "falco.yaml");
  assert(run.code === 0 && run.error.includes(`falco.yaml:2:40: warning${title}`), run.error);
  const { code, out } = await ask("validate", "falco.yaml");
  assert(code === 0 && out.includes(`falco.yaml:2:40: warning${title}`), out);
});

Deno.test("falcod validate says what an output of Falco's lacks", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "falco.yaml":
      "rules_files: [rules.yaml]\nfile_output: {enabled: true}\nprogram_output: {enabled: true, program: ''}\n",
  });
  const { code, out, error } = await falcod(["validate", "falco.yaml"], { folder: folder.path });
  assertEquals(code, 1);
  const told = out + error;
  assert(told.includes('"file_output" has no "filename"'), told);
  assert(told.includes('"program_output.program" wants a command for /bin/sh'), told);
});

Deno.test("of a recording no alert is dropped, however little room outputs have", async () => {
  using folder = new Folder({
    "rules.yaml": ["a", "b", "c"].map((name) =>
      `- {rule: ${name}, desc: d, condition: evt.type = openat, output: ${name}, priority: INFO}\n`
    ).join(""),
    "events.scap": await capture(
      [process(10, "cat")],
      Array.from({ length: 300 }, () => open("/etc/shadow")),
    ),
    "falco.yaml": `
rules_files: [rules.yaml]
rule_matching: all
outputs_queue: {capacity: 1}
file_output: {enabled: true, filename: ./falcos.txt}
sinks:
  - {name: own, type: file, filename: ./own.txt, queue: {capacity: 1}}
  - {name: program, type: program, program: cat >> program.txt, keep_alive: true, queue: {capacity: 2}}
`,
  });
  const { code, error } = await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
  });
  assertEquals([code, error.includes("dropped")], [0, false], error);
  for (const name of ["falcos.txt", "own.txt", "program.txt"]) {
    const lines = (await Deno.readTextFile(folder.file(name))).trimEnd().split("\n");
    assertEquals(lines.length, 900, name);
  }
});

Deno.test("syslog_output gets no alerts, and that is told, on a machine without syslog", {
  ignore: await Deno.stat("/dev/log").then(() => true, () => false),
}, async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const others = "stdout_output: {enabled: true}\nsyslog_output: {enabled: true}\n";
  const { code, out, error } = await replay(others, folder);
  assertEquals([code, out.split("\n").length], [0, 3]);
  assert(error.includes('Output "syslog" gets no alerts for now: there is no /dev/log'), error);
  assert(error.includes("output syslog, alerts that nobody was there to take: 2"), error);
  assert(!error.includes("C045"), error);
  Deno.writeTextFileSync(folder.file("falco.yaml"), `rules_files: [rules.yaml]\n${others}`);
  const checks = [["validate", "falco.yaml"], ["-c", "falco.yaml", "--dry-run"]];
  for (const args of checks) {
    const { code, out, error } = await falcod(args, { folder: folder.path });
    const told = out + error;
    assertEquals([code, told.split("warning[C045]").length], [0, 2], told);
  }
});

const canUnshare = Deno.uid() === 0 && installed("rsyslogd") !== undefined &&
  (await new Deno.Command("unshare", { args: ["-m", "true"], stderr: "null" }).output()).success;

Deno.test({
  name: "syslog_output reaches rsyslog through /dev/log" +
    (canUnshare ? "" : " (skipped: it needs root, unshare and Debian's rsyslog)"),
  ignore: !canUnshare,
  fn: async () => {
    using folder = new Folder({ "rules.yaml": RULES });
    const dev = folder.file("dev"), path = folder.path;
    await Deno.writeTextFile(
      folder.file("rsyslog.conf"),
      `
global(workDirectory="${path}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on")
if $programname == "rsyslogd" then stop
template(name="l" type="string" string="%pri% %programname% %msg%\\n")
action(type="omfile" file="${path}/out.txt" template="l")
`,
    );
    // A /dev of its own, with a socket that this machine never sees.
    await Deno.writeTextFile(
      folder.file("with_syslog"),
      `set -e
mkdir ${dev}; mount -t tmpfs none ${dev}
for node in null zero full random urandom tty; do cp -a /dev/$node ${dev}/; done
ln -s /proc/self/fd ${dev}/fd
mount --move ${dev} /dev
rsyslogd -n -f ${path}/rsyslog.conf -i ${path}/rsyslog.pid & syslog=$!
until [ -S /dev/log ]; do sleep 0.05; done
code=0
"$@" || code=$?
until [ "$(grep -c falco ${path}/out.txt)" -ge 2 ]; do sleep 0.05; done
kill $syslog; wait $syslog || true
exit $code
`,
    );
    const under = ["timeout", "60", "unshare", "-m", "sh", folder.file("with_syslog")];
    const { code, error } = await replay("syslog_output: {enabled: true}\n", folder, under);
    assertEquals(code, 0, error);
    const lines = (await Deno.readTextFile(folder.file("out.txt"))).trim().split("\n");
    assertEquals(lines.map((line) => line.replace(/ [\d:.]+: /, " TIME: ")), [
      "12 falco  TIME: Warning cat read /etc/shadow",
      "12 falco  TIME: Warning cat read /etc/new\\nline",
    ]);
  },
});

Deno.test("SIGUSR1 has outputs opened again, and opens nothing else", async () => {
  const port = freePort();
  using folder = new Folder({ "rules.yaml": RULES });
  const path = (name: string) => folder.file(name);
  await Deno.writeTextFile(
    path("falco.yaml"),
    `
rules_files: [${path("rules.yaml")}]
webserver: {enabled: true, listen_address: 127.0.0.1, listen_port: ${port}, k8s_audit_endpoint: /audit}
file_output: {enabled: true, keep_alive: true, filename: ${path("events.txt")}}
program_output:
  enabled: true
  keep_alive: true
  program: echo start >> ${path("program.txt")}; cat >> ${path("program.txt")}
`,
  );
  await using running = await Running.start(
    ...["run", "-c", path("falco.yaml"), "--disable-source", "syscall"],
  );
  const post = async (auditID: string) => {
    const body = JSON.stringify({ ...EVENT, auditID });
    const headers = { "Content-Type": "application/json" };
    const url = `http://127.0.0.1:${port}/audit`;
    assertEquals((await fetch(url, { method: "POST", headers, body })).status, 200);
  };
  const textOf = (name: string) => Deno.readTextFile(path(name)).catch(() => "");
  const until = async (name: string, wanted: string) => {
    for (let text = ""; !text.includes(wanted); text = await textOf(name)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await post("one");
  await until("events.txt", "seen one\n");
  await until("program.txt", "seen one\n");
  await Deno.rename(path("events.txt"), path("old.txt"));
  // Deno itself would listen for it half a second after a start.
  await new Promise((resolve) => setTimeout(resolve, 700));
  for (let i = 0; i < 3; i++) running.process.kill("SIGUSR1");
  await running.until(() => running.error.includes("outputs are opened again"));
  await until("program.txt", "seen one\nstart\n");
  await post("two");
  await until("events.txt", "seen two\n");
  assertEquals(await running.end(), 0, running.error);
  assert(!/debugger/i.test(running.error), running.error);
  const messages = async (name: string) =>
    (await textOf(name)).split("\n").map((line) => line.replace(/^.* seen/, "seen"));
  assertEquals(await messages("old.txt"), ["seen one", ""]);
  assertEquals(await messages("events.txt"), ["seen two", ""]);
  assertEquals(await messages("program.txt"), ["start", "seen one", "start", "seen two", ""]);
});

Deno.test("SIGUSR1 while falcod starts does not end it", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const config = `rules_files: [${folder.file("rules.yaml")}]\nstdout_output: {enabled: true}\n`;
  // The start waits for its configuration.
  const process = falcodCommand(["-c", "/dev/stdin", "--dry-run"], { input: config }).spawn();
  const ended = process.output();
  while (!await takes(process.pid, "SIGUSR1")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  process.kill("SIGUSR1");
  await new Blob([config]).stream().pipeTo(process.stdin);
  const { code, stderr } = await ended;
  const error = new TextDecoder().decode(stderr);
  assertEquals(code, 0, error);
  assert(error.includes("falcod would start") && !/debugger/i.test(error), error);
});

/** Whether a process has a handler for the signal: proc_pid_status(5), SigCgt. */
async function takes(processId: number, signal: "SIGUSR1"): Promise<boolean> {
  const status = await Deno.readTextFile(`/proc/${processId}/status`);
  const [, caught] = /^SigCgt:\s*(\w+)$/m.exec(status)!;
  const number = { SIGUSR1: 10 }[signal];
  return (BigInt(`0x${caught}`) >> BigInt(number - 1) & 1n) === 1n;
}

const EVENT = {
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  level: "Metadata",
  stage: "ResponseComplete",
  requestURI: "/api/v1/pods",
  verb: "list",
  user: { username: "somebody" },
  requestReceivedTimestamp: "2026-01-02T03:04:05.000000Z",
  stageTimestamp: "2026-01-02T03:04:05.100000Z",
};
