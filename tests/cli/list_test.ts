import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod, Folder } from "./program.ts";

Deno.test("falcod list fields prints a line a field into a pipe", async () => {
  const { code, out } = await falcod(["list", "fields", "proc.*exe*"]);
  assertEquals(code, 0);
  const names = out.trimEnd().split("\n").map((line) => line.split("\t")[0]!);
  assert(names.includes("proc.exe"));
  assert(names.every((name) => name.startsWith("proc.") && name.includes("exe")));
  assertEquals(names, [...names].sort());
});

Deno.test("falcod list fields --json describes each field", async () => {
  const { out } = await falcod(["list", "fields", "fd.name", "--json"]);
  const fields = JSON.parse(out);
  assertObjectMatch(fields.find((field: { name: string }) => field.name === "fd.name"), {
    source: "syscall",
    type: "CHARBUF",
    list: false,
  });
});

Deno.test("falcod list events has the event types with their parameters", async () => {
  const [text, json] = await Promise.all([
    falcod(["list", "events"]),
    falcod(["list", "events", "openat", "--json"]),
  ]);
  assert(text.out.split("\n").some((line) => line.startsWith("execve\t")));
  const openat = JSON.parse(json.out).find((event: { name: string }) => event.name === "openat");
  const parameters = openat.parameters.map((parameter: { name: string }) => parameter.name);
  assert(parameters.includes("flags"));
});

Deno.test("falcod list rules shows rules with what they are", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const [text, json] = await Promise.all([
    falcod(["list", "rules", "-r", folder.file("rules.yaml")]),
    falcod(["list", "rules", "first", "-r", folder.file("rules.yaml"), "--json"]),
  ]);
  assertEquals(text.code, 0, text.error);
  assertEquals(
    text.out,
    "first rule\tWarning\tyes\tsyscall\tone\nsecond rule\tError\tno\tsyscall\t\n",
  );
  assertObjectMatch(JSON.parse(json.out)[0], { name: "first rule", enabled: true });
});

const RULES = `
- rule: first rule
  desc: the first
  condition: evt.type = open
  output: opened %fd.name
  priority: WARNING
  tags: [one]
- rule: second rule
  desc: the second
  condition: evt.type = open
  output: opened %fd.name
  priority: ERROR
  enabled: false
`;
