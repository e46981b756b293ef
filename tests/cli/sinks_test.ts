import { assert, assertEquals } from "../assert.ts";
import { capture, opening, process } from "../made_captures.ts";
import { falcod, Folder } from "./program.ts";

const RULES = `
- rule: Shadow read
  desc: A test
  condition: evt.type = openat and fd.name = /etc/shadow
  output: "%proc.name read %fd.name"
  priority: WARNING
- rule: Hosts read
  desc: A test
  condition: evt.type = openat and fd.name = /etc/hosts
  output: "%proc.name read %fd.name"
  priority: NOTICE
`;
const bytes = await capture([process(10, "cat")], [
  opening("/etc/shadow"),
  opening("/etc/hosts"),
  opening("/etc/shadow"),
  opening("/etc/shadow"),
]);
const files = { "rules.yaml": RULES, "events.scap": bytes };

async function replay(folder: Folder, config: string) {
  await Deno.writeTextFile(`${folder.path}/falco.yaml`, `rules_files: [rules.yaml]\n${config}`);
  return await falcod(["replay", "-c", "falco.yaml", "events.scap"], {
    folder: folder.path,
    environment: { TZ: "UTC", WHERE: "here" },
  });
}

Deno.test("each sink of falco.yaml gets what it asks for, as it asks for it", async () => {
  using folder = new Folder(files);
  const { code, out, error } = await replay(
    folder,
    `
sinks:
  - name: severe
    type: stdout
    match: alert.priority > notice and fd.name endswith shadow
    template: "%alert.rule by %proc.name"
    custom_fields: {place: "\${WHERE}"}
    custom_tags: [seen]
    templated_fields: {who: "%proc.name/%alert.source"}
    format: json
  - name: other
    type: file
    filename: ${folder.path}/other.txt
    match: not alert.rule = "Shadow read"
    format: text
`,
  );
  assertEquals(code, 0, error);
  const lines = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.length, 3);
  const { rule, tags, output_fields } = lines[0];
  assertEquals([rule, tags, output_fields.place, output_fields.who], [
    "Shadow read",
    ["seen"],
    "here",
    "cat/syscall",
  ]);
  assert(lines[0].output.endsWith("Warning Shadow read by cat"), lines[0].output);
  const other = await Deno.readTextFile(`${folder.path}/other.txt`);
  assert(/^[\d:.]+: Notice cat read \/etc\/hosts\n$/.test(other), other);
});

Deno.test("dedup and outputs.rate tell of what they hold back", async () => {
  using folder = new Folder(files);
  const sinks = "stdout_output: {enabled: true}\n";
  const repeated = await replay(folder, `${sinks}dedup: {keys: [rule], window: 1h}\n`);
  assertEquals(repeated.out.split("\n").map((line) => line.replace(/^\S+ /, "")), [
    "Warning cat read /etc/shadow",
    "Notice cat read /etc/hosts",
    "Warning 2 more of Shadow read in 1 s, the last: cat read /etc/shadow",
    "",
  ]);
  const many = await replay(folder, `${sinks}outputs: {rate: 0.001, max_burst: 1}\n`);
  assert(many.out.includes("3 more within 60 s than outputs.rate lets through"), many.out);
  const sums = "alerts: 4 of rules and 1 of falcod's own; 3 held back by outputs.rate, 2 to stdout";
  assert(many.error.includes(sums), many.error);
});

Deno.test("what nobody fetched by gRPC did not go out, and is told", async () => {
  using folder = new Folder(files);
  const { code, error } = await replay(
    folder,
    `grpc: {enabled: true, bind_address: "unix://${folder.path}/falco.sock"}
grpc_output: {enabled: true}
`,
  );
  assertEquals(code, 0, error);
  assert(error.includes("4 of rules; 0 to grpc (4 that nobody fetched)"), error);
  assert(error.includes("output grpc, alerts that nobody fetched: 4"), error);
});

Deno.test("what a spool has goes out in the next run", async () => {
  using folder = new Folder(files);
  const config = `
sinks:
  - name: away
    type: file
    filename: ${folder.path}/mounted/alerts.txt
    format: text
    spool: {enabled: true, path: ${folder.path}/spool}
`;
  const first = await replay(folder, config);
  assertEquals(first.code, 0, first.error);
  assert(first.error.includes("output away, alerts on disk for the next run: 4"), first.error);
  await Deno.mkdir(`${folder.path}/mounted`);
  const second = await replay(folder, config);
  assertEquals(second.code, 0, second.error);
  const text = await Deno.readTextFile(`${folder.path}/mounted/alerts.txt`);
  const messages = ["shadow", "hosts", "shadow", "shadow"].map((name) => `cat read /etc/${name}`);
  assertEquals(text.split("\n").map((line) => line.split(" ").slice(2).join(" ")), [
    ...messages,
    ...messages,
    "",
  ]);
});

Deno.test("alerts that are given up are in the file of dead letters", async () => {
  using folder = new Folder(files);
  const { code, error } = await replay(
    folder,
    `
sinks:
  - name: away
    type: file
    filename: ${folder.path}/mounted/alerts.txt
    match: fd.name = /etc/hosts
    retry: {attempts: 1, first: 1ms}
    dead_letters: ${folder.path}/dead.jsonl
`,
  );
  assertEquals(code, 1, error);
  assert(error.includes("output away, alerts lost: 1"), error);
  const letter = JSON.parse(await Deno.readTextFile(`${folder.path}/dead.jsonl`));
  assertEquals([letter.sink, letter.alert.rule], ["away", "Hosts read"]);
  assert(letter.reason.includes("/mounted/alerts.txt"), letter.reason);
});

Deno.test("a sink whose spool cannot be had gets its alerts all the same", async () => {
  using folder = new Folder(files);
  const { code, out, error } = await replay(
    folder,
    `
sinks:
  - name: screen
    type: stdout
    spool: {enabled: true, path: ${folder.path}/rules.yaml}
`,
  );
  assertEquals(code, 0, error);
  assertEquals(out.trim().split("\n").length, 4);
  assert(error.includes('Output "screen" has no spool'), error);
});
