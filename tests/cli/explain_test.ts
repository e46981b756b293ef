import { capture, process } from "../made_captures.ts";
import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod, Folder } from "./program.ts";

const RULES = `
- macro: shadow
  condition: fd.name = /etc/shadow
- rule: Shadow read
  desc: d
  condition: evt.type = openat and shadow and proc.name != su
  output: "read by %proc.name"
  priority: WARNING
`;
const EVENT = '{"evt.type": "openat", "fd.name": "/etc/shadow", "proc.name": "cat"}';

Deno.test("falcod explain shows the condition as a tree, the verdict and the output", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const args = ["explain", "Shadow read", "-r", folder.file("rules.yaml"), "--event", EVENT];
  const [text, json] = await Promise.all([falcod(args), falcod([...args, "--json"])]);
  assertEquals([text.code, json.code, text.error], [0, 0, ""], json.error);
  assert(text.out.includes("* true    shadow  macro at "), text.out);
  assert(text.out.includes('"Shadow read" alerts: its condition holds.'), text.out);
  assert(text.out.endsWith("output: read by cat\n"), text.out);
  assertObjectMatch(JSON.parse(json.out), {
    outcome: "alert",
    output: "read by cat",
    output_fields: { "proc.name": "cat" },
    condition: { kind: "and", truth: true },
  });
});

Deno.test("falcod explain takes the event from a file or from standard input", async () => {
  using folder = new Folder({
    "rules.yaml": RULES,
    "event.yaml": "evt.type: openat\nfd.name: /etc/shadow\nproc.name: su\n",
  });
  const args = ["explain", "Shadow read", "-r", folder.file("rules.yaml"), "--event"];
  const fromFile = await falcod([...args, `@${folder.file("event.yaml")}`]);
  assert(fromFile.out.includes('proc.name != su is false with proc.name = "su"'), fromFile.out);
  const input = ["sh", "-c", 'exec "$@" <"$0"', folder.file("event.yaml")];
  assertEquals((await falcod([...args, "-"], { under: input })).out, fromFile.out);
});

Deno.test("falcod explain says what is wrong with rule or event", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "attack.scap": await attack() });
  const part = await falcod([
    "explain",
    "shadow",
    "-r",
    folder.file("rules.yaml"),
    "--event",
    EVENT,
  ]);
  assert(part.out.startsWith("Shadow read  ("), part.out);
  const explain = (rule: string, event: string, ...more: string[]) =>
    falcod(["explain", rule, "-r", folder.file("rules.yaml"), "--event", event, ...more]);
  const [rule, field, noEvent, json, missing] = await Promise.all([
    explain("Shadow raed", EVENT),
    explain("Shadow read", "{evt.type: openat, fd.nmae: x}"),
    explain("Shadow read", `${folder.file("attack.scap")}#12`),
    explain("Shadow read", "{evt.type: x}", "--json"),
    falcod(["explain", "Shadow read"]),
  ]);
  assertEquals([rule, field, noEvent, json, missing].map(({ code }) => code), [1, 1, 1, 1, 1]);
  assert(rule.error.includes('did you mean "Shadow read"?'), rule.error);
  assert(field.error.startsWith("event: error[G004]"), field.error);
  assert(noEvent.error.includes("error[G010]"), noEvent.error);
  assertEquals(JSON.parse(json.out).diagnostics[0].code, "G003");
  assert(missing.error.includes("--event"), missing.error);
});

function attack(): Promise<Uint8Array> {
  const params = { fd: 3, dirfd: -100, flags: 1, mode: 0, dev: 5, ino: 7n };
  return capture([process(10, "cat")], [
    { type: "openat", params: { ...params, name: "/etc/hosts" } },
    { type: "openat", params: { ...params, name: "/etc/shadow" } },
  ]);
}

Deno.test("falcod explain takes an event out of a capture", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "attack.scap": await attack() });
  const explain = (number: number) => {
    const event = `${folder.file("attack.scap")}#${number}`;
    const args = ["Shadow read", "-r", folder.file("rules.yaml"), "--event", event];
    return falcod(["explain", "--json", ...args]);
  };
  const [hosts, shadow] = await Promise.all([explain(1), explain(2)]);
  assertEquals([hosts.code, shadow.code], [0, 0], hosts.error + shadow.error);
  assertEquals([JSON.parse(hosts.out).matches, JSON.parse(shadow.out).matches], [false, true]);
});

Deno.test("falcod explain asks for the number of an event where a capture is named without", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "x.scap": "", "x.scap.gz": "" });
  for (const event of ["x.scap", "x.scap.gz#", "./x.scap#last"]) {
    const args = ["explain", "Shadow read", "-r", "rules.yaml", "--event", event];
    const { code, error } = await falcod(args, { folder: folder.path });
    assertEquals(code, 1);
    assert(error.includes(`error[G010]: "${event}" names no event`), error);
  }
});

const AUDIT_RULES = `
- rule: Secret read
  desc: d
  condition: ka.verb = get and ka.target.resource = secrets
  output: "%ka.user.name read %ka.target.name"
  priority: WARNING
  source: k8s_audit
`;

Deno.test("falcod explain takes audit events, whole, in part, and out of a file", async () => {
  const read = {
    auditID: "a",
    stageTimestamp: "2026-01-01T00:00:01Z",
    verb: "get",
    user: { username: "ana" },
    objectRef: { resource: "secrets", name: "db" },
  };
  const lines = [{ ...read, verb: "list" }, read].map((event) => JSON.stringify(event));
  using folder = new Folder({
    "rules.yaml": AUDIT_RULES,
    "audit.jsonl": `${lines.join("\n")}\n`,
    "one.json": JSON.stringify(read, undefined, 2),
    "spoilt.jsonl": `${lines[0]}\n{garbage\n${lines[1]}\n`,
  });
  const explain = (event: string) =>
    falcod(["explain", "Secret read", "-r", folder.file("rules.yaml"), "--event", event]);
  const [line, inline, file, part, other, missing, broken, spoilt] = await Promise.all([
    explain(`${folder.file("audit.jsonl")}#2`),
    explain(lines[1]!),
    explain(`@${folder.file("one.json")}`),
    explain("{verb: get, objectRef: {resource: secrets, name: db}, ka.user.name: ana}"),
    explain(`${folder.file("audit.jsonl")}#1`),
    explain(`${folder.file("audit.jsonl")}#3`),
    explain(`${folder.file("rules.yaml")}#1`),
    explain(`${folder.file("spoilt.jsonl")}#2`),
  ]);
  for (const { out, error } of [line, inline, file, part, spoilt]) {
    assert(out.endsWith("output: ana read db\n"), out + error);
  }
  assert(other.out.includes('ka.verb = get is false with ka.verb = "list"'), other.out);
  assertEquals([missing.code, broken.code], [1, 1]);
  assert(missing.error.includes("error[G010]"), missing.error);
  assert(broken.error.includes("error[G011]"), broken.error);
  assert(/warning\[G011\]: .*line 2 cannot be used: not JSON/.test(spoilt.error), spoilt.error);
});

Deno.test("falcod explain says how to name the event of a file", async () => {
  const event = JSON.stringify({
    auditID: "a",
    stageTimestamp: "2026-01-01T00:00:01Z",
    verb: "get",
    objectRef: { resource: "secrets", name: "db" },
  });
  using folder = new Folder({
    "rules.yaml": AUDIT_RULES + RULES.trimStart(),
    "audit.log": `${event}\n${event}\n`,
    "event.yaml": "evt.type: openat\nfd.name: /etc/shadow\n",
  });
  const explain = (rule: string, event: string) =>
    falcod(["explain", rule, "-r", "rules.yaml", "--event", event], { folder: folder.path });
  const [plain, several, both, fields, numbered, nothing] = await Promise.all([
    explain("Secret read", "audit.log"),
    explain("Secret read", "@audit.log"),
    explain("Secret read", "@audit.log#2"),
    explain("Shadow read", "event.yaml"),
    explain("Shadow read", "event.yaml#1"),
    explain("Shadow read", "no.yaml"),
  ]);
  for (
    const [{ code, error }, ...parts] of [
      [
        plain,
        "G010",
        '"audit.log" names a file, and no event',
        "audit.log#1 is the first",
        "@audit",
      ],
      [
        several,
        "G011",
        '"audit.log" holds 2 events',
        "audit.log#1 is the first, audit.log#2 the last",
      ],
      [fields, "G001", '"event.yaml" names a file', "@event.yaml reads the event"],
      [numbered, "G001", '"event.yaml#1" names a file', "only those of captures"],
      [nothing, "G001", "an event is a mapping"],
    ] as const
  ) {
    assertEquals(code, 1);
    for (const part of parts) assert(error.includes(part), error);
    assertEquals(error.match(/error\[/g)?.length, 1, error);
  }
  assertEquals(both.code, 0, both.error);
});

Deno.test("falcod explain says that a capture without a number is not there", async () => {
  using folder = new Folder({ "rules.yaml": AUDIT_RULES });
  const { code, error } = await falcod(
    ["explain", "Secret read", "-r", "rules.yaml", "--event", "nofile.scap"],
    { folder: folder.path },
  );
  assertEquals([code, /error\[C001\].*"nofile\.scap": there is no such file/.test(error)], [
    1,
    true,
  ]);
});

Deno.test("falcod explain tells what is odd about the rule and its macros, and of no other", async () => {
  const rule = (name: string, condition: string) =>
    `- {rule: ${name}, desc: d, condition: ${condition}, output: o, priority: INFO}\n`;
  const macro = (name: string, condition: string) =>
    `- {macro: ${name}, condition: ${condition}}\n`;
  const never = "fd.name = /a and fd.name = /b";
  using folder = new Folder({
    "rules.yaml": macro("mine", "fd.name = '/a*'") + macro("others", "fd.name = '/b*'") +
      rule("Asked", "evt.type = openat and (proc.name = cat or mine)") +
      rule("Other", `evt.type = openat and others and ${never}`),
    "more.yaml":
      "- {rule: Asked, condition: or evt.type = openat and proc.name = x and proc.name = y, override: {condition: append}}\n",
  });
  const explain = (...more: string[]) =>
    falcod([
      "explain",
      "Asked",
      ...["-r", folder.file("rules.yaml"), "-r", folder.file("more.yaml")],
      ...["--event", EVENT, ...more],
    ]);
  const [text, json] = await Promise.all([explain(), explain("--json")]);
  assertEquals([text.code, json.code], [0, 0], text.error);
  const places = text.error.match(/^\S+\.yaml:\d+/gm)?.map((place) => place.replace(/.*\//, ""));
  assertEquals(places, ["rules.yaml:1", "more.yaml:1"], text.error);
  assertEquals(JSON.parse(json.out).diagnostics.length, 2);
});
