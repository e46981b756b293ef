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

Deno.test("falcod list fields has each field once, with all its sources", async () => {
  const { code, out } = await falcod(["list", "fields"]);
  assertEquals(code, 0);
  const rows = out.trimEnd().split("\n").map((line) => line.split("\t"));
  assertEquals(new Set(rows.map(([name]) => name)).size, rows.length);
  const sourceOf = (wanted: string) => rows.find(([name]) => name === wanted)?.[3];
  assertEquals(
    ["proc.name", "evt.num", "ka.verb", "json.value"].map(sourceOf),
    ["syscall", "syscall, k8s_audit", "k8s_audit", "k8s_audit"],
  );
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
  assert(text.out.includes("\nfchmodat2\tfile\tsyscall\tres dirfd filename mode, as fchmodat\n"));
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
    "first rule\tWarning\tenabled\tsyscall\tone\nsecond rule\tError\tdisabled\tsyscall\t\n",
  );
  assertObjectMatch(JSON.parse(json.out)[0], { name: "first rule", enabled: true });
});

Deno.test("falcod list rules takes a tag or a source as a whole, and a part of a name", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const names = async (pattern: string) => {
    const { out } = await falcod(["list", "rules", pattern, "-r", folder.file("rules.yaml")]);
    return out.split("\n").filter((line) => line !== "").map((line) => line.split("\t")[0]);
  };
  assertEquals(
    await Promise.all(["one", "on*", "syscall", "second", "sys"].map(names)),
    [["first rule"], ["first rule"], ["first rule", "second rule"], ["second rule"], []],
  );
});

Deno.test("falcod list says that it found nothing, and what was probably meant", async () => {
  using folder = new Folder({ "rules.yaml": RULES });
  const rules = folder.file("rules.yaml");
  const cases: [string[], string][] = [
    [["fields", "proc.nmae"], 'no field "proc.nmae"; did you mean "proc.name"?\n'],
    [["fields", "zzz"], 'no field "zzz"; falcod list fields shows all\n'],
    [["events", "opnat"], 'no event type "opnat"; did you mean "openat"?\n'],
    [["rules", "frist rule", "-r", rules], 'no rule "frist rule"; did you mean "first rule"?\n'],
  ];
  for (const [args, expected] of cases) {
    const [text, json] = await Promise.all([
      falcod(["list", ...args]),
      falcod(["list", ...args, "--json"]),
    ]);
    assertEquals([text.code, text.out, text.error], [1, "", expected]);
    assertEquals([json.code, json.out, json.error], [1, "[]\n", expected]);
  }
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

Deno.test("falcod list rules says why a rule does not run", async () => {
  const rule = (name: string, more: string) =>
    `- rule: ${name}\n  desc: x\n  condition: evt.type = open\n  output: x\n  ${more}\n`;
  using folder = new Folder({
    "rules.yaml": rule("runs", "priority: ERROR") +
      rule("off", "priority: ERROR\n  enabled: false") +
      rule("low", "priority: DEBUG") +
      rule("elsewhere", "priority: ERROR\n  source: k8s_audit").replace(
        "evt.type = open",
        "ka.verb = get",
      ),
    "falco.yaml": "priority: warning\nstdout_output: {enabled: true}\n",
  });
  const flags = ["-c", folder.file("falco.yaml"), "-r", folder.file("rules.yaml")];
  const { out } = await falcod(["list", "rules", ...flags]);
  const states = out.trimEnd().split("\n").map((line) => line.split("\t").slice(0, 3));
  assertEquals(states, [
    ["runs", "Error", "enabled"],
    ["off", "Error", "disabled"],
    ["low", "Debug", "below priority"],
    ["elsewhere", "Error", "not watched"],
  ]);
});

Deno.test("falcod list operators and transformers say what each does, with an example", async () => {
  const [operators, transformers, json, none] = await Promise.all([
    falcod(["list", "operators"]),
    falcod(["list", "transformers", "toup"]),
    falcod(["list", "operators", "pmatch", "--json"]),
    falcod(["list", "operators", "startwith"]),
  ]);
  const names = operators.out.trimEnd().split("\n").map((line) => line.split("\t")[0]);
  for (const name of ["=", "startswith", "in", "anyof", "exists", "and"]) {
    assert(names.includes(name), operators.out);
  }
  assertEquals(
    transformers.out,
    "toupper\ttoupper(proc.name) = CAT\twith large letters (ASCII)\n",
  );
  assertEquals(JSON.parse(json.out), [{
    name: "pmatch",
    does: "is one of these paths, or lies below one",
    example: "fd.name pmatch (/etc, /usr/lib)",
  }]);
  assertEquals([none.code, none.out], [1, ""]);
  assertEquals(none.error, 'no operator "startwith"; did you mean "startswith"?\n');
});
