import { assert, assertEquals } from "../assert.ts";
import { corpusPath } from "../corpus.ts";
import { capture, opening, process } from "../made_captures.ts";
import { MemoryOutput } from "../../core/scap/mod.ts";
import { writeBusyHost } from "../../scripts/bench/busy_host.ts";
import { falcod, falcodCommand, Folder, root } from "./program.ts";

const RULES = `
- rule: Shadow read
  desc: A test
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name read %fd.name"
  priority: WARNING
`;
const bytes = await capture([process(10, "cat")], [
  opening("/etc/shadow"),
  { type: "close", params: { res: 0, fd: 3 } },
  opening("/etc/hosts"),
]);
const files = { "rules.yaml": RULES, "good.scap": bytes, "cut.scap": bytes.subarray(0, -20) };
const usual = ["replay", "-c", "falco.yaml", "-r", "rules.yaml"];
const config = "rules_files: [rules.yaml]\nstdout_output: {enabled: true}\n";

Deno.test("falcod replay holds a capture against rules; alerts have its time", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  const { code, out, error } = await falcod([
    ...usual,
    "good.scap",
    "-o",
    "time_format_iso_8601=true",
  ], {
    folder: folder.path,
    environment: { TZ: "UTC" },
  });
  assertEquals(code, 0, error);
  assertEquals(out, "2023-11-14T22:13:20.000000000+0000: Warning cat read /etc/shadow\n");
  assert(error.includes("1 alert\n"), error);
});

Deno.test("falcod replay says nothing of what only the watched machine needs", async () => {
  const live = "privileges: {user: who-is-not-there}\ncapture: {path_prefix: /not/there/x}\n";
  const replay = "engine: {kind: replay, replay: {capture_file: good.scap}}\n";
  using folder = new Folder({
    "good.scap": bytes,
    "captured.yaml": `${RULES}  capture: true\n`,
    "falco.yaml": config + live,
    "replayed.yaml": `rules_files: [captured.yaml]\nstdout_output: {enabled: true}\n${replay}`,
  });
  for (
    const args of [
      ["replay", "-c", "falco.yaml", "-r", "captured.yaml", "good.scap"],
      [
        "replay",
        "-c",
        "falco.yaml",
        "-r",
        "captured.yaml",
        "good.scap",
        "-o",
        "capture.enabled=true",
      ],
      ["-c", "replayed.yaml"],
    ]
  ) {
    const { code, out, error } = await falcod(args, { folder: folder.path });
    assertEquals(code, 0, error);
    assert(out.endsWith("Warning cat read /etc/shadow\n"), out);
    assert(!/\[C\d|path_prefix/.test(error), error);
  }
});

Deno.test("falcod replay plays every capture, what can be read of a broken one, and fails", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  const { code, out, error } = await falcod(
    [...usual, "--json", "cut.scap", "missing.scap", "good.scap"],
    { folder: folder.path },
  );
  assertEquals(code, 1);
  const alerts = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(alerts.map(({ rule }) => rule), ["Shadow read", "Shadow read"]);
  assert(/Cannot read capture "cut.scap": .+ \(block \d+, at byte \d+\)/.test(error), error);
  assert(error.includes(`Cannot open capture "missing.scap"`), error);
});

Deno.test("falcod replay of what is not there says that, and sums nothing up", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  const { code, out, error } = await falcod([...usual, "missing.scap"], { folder: folder.path });
  assertEquals([code, out], [1, ""]);
  assertEquals(error, 'falcod: Cannot open capture "missing.scap": No such file or directory\n');
});

Deno.test("falcod replay prints the events that a condition picks", async () => {
  using folder = new Folder(files);
  const options = { folder: folder.path };
  const [lines, fields, json, wrong] = await Promise.all([
    falcod(
      ["replay", "good.scap", "--print", "%proc.name: %fd.name", "--filter", "fd.num = 3"],
      options,
    ),
    falcod(["replay", "good.scap", "--fields", "evt.num, evt.type,proc.aname[1]"], options),
    falcod(["replay", "good.scap", "--json", "--fields", "evt.num,fd.name"], options),
    falcod(["replay", "good.scap", "--filter", "proc.nmae = cat"], options),
  ]);
  assertEquals(lines.out, "cat: /etc/shadow\ncat: /etc/shadow\ncat: /etc/hosts\n");
  assertEquals(fields.out, "1\topenat\t<NA>\n2\tclose\t<NA>\n3\topenat\t<NA>\n");
  assertEquals(json.out.split("\n")[0], '{"evt.num":1,"fd.name":"/etc/shadow"}');
  assertEquals([lines.code, fields.code, json.code, wrong.code], [0, 0, 0, 1]);
  const unknown = await falcod(
    ["replay", "good.scap", "--fields", "evt.num", "-o", "json_ouput=true"],
    options,
  );
  assertEquals([unknown.code, unknown.out], [0, "1\n2\n3\n"]);
  assert(unknown.error.includes('did you mean "json_output"?'), unknown.error);
  assert(wrong.error.includes(`did you mean "proc.name"`), wrong.error);
});

Deno.test("falcod replay prints bytes as the configuration says, in lines of events, too", async () => {
  const elf = ["replay", `${root}rules/demo.scap.gz`, "--filter", "evt.num = 66", "-o"];
  const base64 = [...elf, "buffer_format_base64=true"];
  const [dots, fields, printed] = await Promise.all([
    falcod([...elf, "buffer_format_base64=false", "--fields", "evt.buffer"]),
    falcod([...base64, "--fields", "evt.buffer"]),
    falcod([...base64, "--print", "%evt.num=%evt.buffer"]),
  ]);
  assertEquals(dots.out.slice(0, 8), ".ELF....");
  assertEquals(fields.out.slice(0, 8), "f0VMRgIB");
  assertEquals(printed.out.slice(0, 11), "66=f0VMRgIB");
});

/** What an excerpt has to tell as the whole capture does: of events, and of what came before them. */
const TOLD = "evt.time.iso8601,evt.type,evt.args,evt.res,evt.buffer,fd.num,fd.name,fd.typechar," +
  "proc.name,proc.pid,proc.ppid,proc.exepath,proc.cmdline,proc.cwd,proc.pname,proc.aname[2]," +
  "proc.aname[3],proc.tty,proc.sid,proc.vpid,proc.env,proc.duration,thread.cap_effective," +
  "user.uid,user.name,user.loginuid,group.name,container.id,container.name,fs.path.name,evt.hostname";

Deno.test("falcod replay -w makes a capture of the events that a condition picks, which tells the same", async () => {
  using folder = new Folder({});
  const whole = `${root}rules/demo.scap.gz`;
  const filter = ["--filter", "not evt.type in (read, poll) and proc.name != sh"];
  const into = (to: string, ...args: string[]) =>
    falcod(["replay", whole, ...args, "-w", to], { folder: folder.path });
  const lines = async (path: string, ...args: string[]) =>
    (await falcod(["replay", path, ...args, "--fields", TOLD], { folder: folder.path })).out;
  const [picked, piped] = await Promise.all([
    into("part.scap.gz", ...filter),
    into("-", ...filter),
  ]);
  assertEquals([picked.code, picked.out], [0, ""], picked.error);
  const expected = await lines(whole, ...filter);
  const count = expected.split("\n").length - 1;
  assert(count > 100, `${count}`);
  assertEquals(picked.error, `falcod: ${count} of 3008 events in part.scap.gz\n`);
  assertEquals(piped.code, 0, piped.error);
  assertEquals(await lines("part.scap.gz"), expected);
  assertEquals(Deno.statSync(folder.file("part.scap.gz")).mode! & 0o777, 0o600);
  // Without a condition all of it; and what is read may be what is replaced.
  Deno.copyFileSync(whole, folder.file("part.scap.gz"));
  const again = await falcod(["replay", "part.scap.gz", ...filter, "-w", "part.scap.gz"], {
    folder: folder.path,
  });
  assertEquals(again.code, 0, again.error);
  assertEquals(await lines("part.scap.gz"), expected);
});

Deno.test("falcod replay -w - ends when nobody reads any more", async () => {
  const child = falcodCommand(["replay", `${root}rules/demo.scap.gz`, "-w", "-"]).spawn();
  await child.stdout.cancel();
  const error = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, error], [0, ""]);
});

Deno.test("falcod replay -w keeps what comes before the cut of a capture, and makes nothing of no capture", async () => {
  using folder = new Folder(files);
  const write = (...args: string[]) => falcod(["replay", ...args], { folder: folder.path });
  const cut = await write("cut.scap", "-w", "part.scap");
  assertEquals(cut.code, 1);
  assert(cut.error.includes('Cannot read capture "cut.scap"'), cut.error);
  assertEquals((await write("part.scap", "--fields", "fd.name")).out, "/etc/shadow\n/etc/shadow\n");
  for (const path of ["rules.yaml", "not.there"]) {
    assertEquals((await write(path, "-w", "new.scap")).code, 1);
  }
  assert((await write("good.scap", "-w", "rules.yaml")).error.includes("it is no capture"));
  assert((await write("good.scap", "cut.scap", "-w", "new.scap")).error.includes("one capture"));
  assert((await write("good.scap", "-w", "new.scap", "--json")).error.includes("cannot be used"));
  const left = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  assertEquals(left, ["cut.scap", "good.scap", "part.scap", "rules.yaml"]);
});

Deno.test("falcod replay refuses to print nothing, and warns of an output without a field", async () => {
  using folder = new Folder(files);
  const replay = (...args: string[]) =>
    falcod(["replay", "good.scap", ...args], { folder: folder.path });
  const [empty, blank, marked, plain] = await Promise.all([
    replay("--fields", ""),
    replay("--print", ""),
    replay("--fields", "%evt.num,%proc.name"),
    replay("--print", "evt.num proc.name"),
  ]);
  assertEquals([empty.code, blank.code, marked.code, plain.code], [1, 1, 1, 0]);
  assertEquals([empty.out, blank.out, marked.out], ["", "", ""]);
  assert(marked.error.includes("Write evt.num without %"), marked.error);
  assert(plain.error.includes("write %evt.num %proc.name"), plain.error);
  assertEquals((await replay("--fields", "evt.num proc.name")).out, "1\tcat\n2\tcat\n3\tcat\n");
});

Deno.test("a replay whose reader has gone ends with the first capture, quietly and as one that went well", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  for (const args of [[], ["--print", "%evt.num"], ["--fields", "evt.num"]]) {
    const [code, error] = await unread([...usual, ...args, "good.scap", "none.scap"], folder);
    assertEquals([code, error], [0, ""], args.join(" "));
  }
});

Deno.test("a replay has its other outputs get all alerts when nobody reads standard output", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  const beside = ["-o", "file_output.enabled=true", "-o", "file_output.filename=alerts.txt"];
  const [code, error] = await unread([...usual, ...beside, "good.scap", "good.scap"], folder);
  assertEquals(code, 0, error);
  assert(!error.includes("failed"), error);
  assert(error.includes("; 0 to stdout (1 that nobody fetched), 1 to file"), error);
  assertEquals(Deno.readTextFileSync(folder.file("alerts.txt")).trim().split("\n").length, 2);
});

Deno.test("falcod run of a capture ends quietly, too, when its reader has gone", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  const [code, error] = await unread(["-c", "falco.yaml", "-e", "good.scap"], folder);
  assertEquals(code, 0, error);
  assert(!/failed|stopped/.test(error), error);
});

/** Exit code and standard error of a run whose standard output nobody reads. */
async function unread(args: readonly string[], folder: Folder): Promise<[number, string]> {
  const process = falcodCommand(args, { folder: folder.path }).spawn();
  await process.stdout.cancel();
  const error = await new Response(process.stderr).text();
  return [(await process.status).code, error];
}

Deno.test("falcod run replays what engine.replay names, and ends with it", async () => {
  const replay = "engine: {kind: replay, replay: {capture_file: good.scap}}\n";
  using folder = new Folder({ ...files, "falco.yaml": config + replay });
  const { code, out, error } = await falcod(["-c", "falco.yaml"], { folder: folder.path });
  assertEquals(code, 0, error);
  assert(out.endsWith("Warning cat read /etc/shadow\n"), out);
});

Deno.test("falcod run of a capture that is not there does not say that it watches", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  const { code, error } = await falcod(["-c", "falco.yaml", "-e", "none.scap"], {
    folder: folder.path,
  });
  assertEquals([code, /watching|stopped/.test(error)], [1, false], error);
  assert(
    error.endsWith('falcod: Cannot open capture "none.scap": No such file or directory\n'),
    error,
  );
});

Deno.test("falcod replay reads standard input for -, compressed or not", async () => {
  using folder = new Folder({ ...files, "falco.yaml": config });
  const options = { folder: folder.path };
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  const zipped = new Uint8Array(await new Response(packed).arrayBuffer());
  const [plain, gzip, broken, run] = await Promise.all([
    falcod([...usual, "-"], { ...options, input: bytes as Uint8Array<ArrayBuffer> }),
    falcod(["replay", "-", "--fields", "evt.num"], { ...options, input: zipped }),
    falcod(["replay", "-", "--fields", "evt.num"], { ...options, input: "what is this" }),
    falcod(["-c", "falco.yaml", "-e", "-"], {
      ...options,
      input: bytes as Uint8Array<ArrayBuffer>,
    }),
  ]);
  assert(plain.out.endsWith("Warning cat read /etc/shadow\n"), plain.out + plain.error);
  assertEquals([gzip.code, gzip.out], [0, "1\n2\n3\n"]);
  assertEquals(broken.code, 1);
  assert(broken.error.includes("the capture on standard input: "), broken.error);
  assert(run.out.endsWith("Warning cat read /etc/shadow\n"), run.out + run.error);
});

Deno.test("falcod replay prints what a pipe brings at once, and ends when it is told to", async () => {
  using folder = new Folder({});
  const child = falcodCommand(["replay", "-", "--fields", "evt.num"], {
    folder: folder.path,
    input: "",
  }).spawn();
  const input = child.stdin.getWriter(), reader = child.stdout.getReader();
  await input.write(bytes as Uint8Array<ArrayBuffer>);
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "1\n2\n3\n");
  child.kill("SIGTERM");
  const { code } = await child.status;
  await Promise.all([reader.cancel(), child.stderr.cancel(), input.abort().catch(() => {})]);
  assertEquals(code, 0);
});

Deno.test("of a recording no alert is lost, however few an output's queue holds", async () => {
  const events = Array.from({ length: 300 }, () => opening("/etc/shadow"));
  using folder = new Folder({
    ...files,
    "many.scap": await capture([process(10, "cat")], events),
    "falco.yaml": `${config}outputs_queue: {capacity: 8}\n`,
  });
  const { code, out, error } = await falcod([...usual, "many.scap"], { folder: folder.path });
  assertEquals([code, out.split("\n").length - 1], [0, events.length], error);
});

const ofOld = corpusPath("captures/falco/cat_write.scap");
Deno.test({
  name: "of a recording of old, whose events are read one by one, no alert is lost either",
  ignore: ofOld === undefined,
  async fn() {
    using folder = new Folder({
      "falco.yaml": `${config}outputs_queue: {capacity: 8}\n`,
      "rules.yaml": RULES.replace(/condition: .*/, "condition: evt.num exists"),
    });
    const { code, out, error } = await falcod([...usual, ofOld!], { folder: folder.path });
    assertEquals([code, out.split("\n").length - 1], [0, 303], error);
  },
});

Deno.test("names of users inside of containers are not the host's, for rules as for --filter", async () => {
  const condition = "evt.type = execve and user.uid = 33 and container.id != host";
  const output = new MemoryOutput();
  await writeBusyHost(output, { events: 10_000, seed: 42 });
  using folder = new Folder({ ...files, "busy.scap": output.bytes, "falco.yaml": config });
  Deno.writeTextFileSync(
    `${folder.path}/rules.yaml`,
    `- {rule: R, desc: A test, condition: ${condition}, output: "%user.name", priority: INFO}\n`,
  );
  const options = { folder: folder.path };
  const [judged, picked] = await Promise.all([
    falcod([...usual, "busy.scap", "--json"], options),
    falcod(
      ["replay", "busy.scap", "--filter", condition, "--fields", "evt.rawtime,user.name"],
      options,
    ),
  ]);
  const alerts = judged.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(
    alerts.map(({ output_fields }) => output_fields["user.name"]),
    picked.out.trimEnd().split("\n").map((line) => line.split("\t")[1]),
  );
  assert(alerts.every(({ output_fields }) => output_fields["user.name"] === "<NA>"));
  assert(picked.out !== "", picked.error);
});
