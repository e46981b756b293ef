import { assert, assertEquals, assertObjectMatch } from "../assert.ts";
import { falcod, Folder } from "./program.ts";

Deno.test("falcod filter parse shows the tree, with places in the condition", async () => {
  const { code, out } = await falcod([
    "filter",
    "parse",
    "--json",
    "evt.type=open and not some_macro",
  ]);
  assertEquals(code, 0);
  const { text, ast } = JSON.parse(out);
  assertEquals(text, "(evt.type = open and not some_macro)");
  assertObjectMatch(ast, {
    kind: "and",
    children: [{ kind: "comparison", operator: "=", span: { start: 0, end: 13 } }, { kind: "not" }],
  });
});

Deno.test("falcod filter parse joins words, and points at what is wrong", async () => {
  const [good, bad] = await Promise.all([
    falcod(["filter", "parse", "proc.name", "exists"]),
    falcod(["filter", "parse", "(proc.name = cat"]),
  ]);
  assertEquals([good.code, bad.code], [0, 1]);
  assert(good.out.startsWith("proc.name exists\n"), good.out);
  assert(/^condition: error\[F003\]/.test(bad.error), bad.error);
});

Deno.test("falcod filter check knows fields and the values they take", async () => {
  const [good, unknown, wrong] = await Promise.all([
    falcod(["filter", "check", "--json", "proc.name = cat"]),
    falcod(["filter", "check", "--json", "proc.nmae = cat"]),
    falcod(["filter", "check", "--json", "proc.pid = abc"]),
  ]);
  assertEquals([good.code, unknown.code, wrong.code], [0, 1, 1]);
  assertEquals(JSON.parse(good.out).ok, true);
  assertEquals(JSON.parse(unknown.out).diagnostics[0].code, "F012");
  assertEquals(JSON.parse(wrong.out).diagnostics[0].code, "F014");
});

Deno.test("falcod filter events names the types a condition can match", async () => {
  const { code, out } = await falcod(["filter", "events", "evt.type in (open, openat)"]);
  assertEquals([code, out], [0, "open\nopenat\n"]);
});

const RULES = `
- list: shells
  items: [bash, sh]
- macro: spawned_process
  condition: evt.type in (execve, execveat)
- macro: spawned_shell
  condition: spawned_process and proc.name in (shells)
- rule: r
  desc: d
  condition: spawned_shell
  output: o
  priority: INFO
`;

Deno.test("falcod filter knows the macros and lists of rules given with -r", async () => {
  using folder = new Folder({ "rules.yaml": RULES, "broken.yaml": "- rule: x\n" });
  const rules = ["-r", folder.file("rules.yaml")];
  const [check, events, unknown, nothing, broken] = await Promise.all([
    falcod(["filter", "check", ...rules, "spawned_shell and not proc.pname in (shells)"]),
    falcod(["filter", "events", ...rules, "spawned_shell"]),
    falcod(["filter", "check", ...rules, "spawned_shel"]),
    falcod(["filter", "check", "spawned_shell"]),
    falcod(["filter", "check", "-r", folder.file("broken.yaml"), "proc.name = cat"]),
  ]);
  assertEquals([check.code, check.error], [0, "ok\n"]);
  assertEquals(check.out, "(spawned_shell and not proc.pname in (shells))\n");
  assertEquals([events.code, events.out], [0, "execve\nexecveat\n"]);
  assert(/F016[^]*did you mean "spawned_shell"/.test(unknown.error), unknown.error);
  assert(/F016[^]*help: name the rules file/.test(nothing.error), nothing.error);
  assertEquals([broken.code, broken.out], [1, ""]);
  assert(broken.error.includes("broken.yaml:1:"), broken.error);
});

Deno.test("falcod filter checks conditions of every source", async () => {
  const check = (source: string, condition: string) =>
    falcod(["filter", "check", "--source", source, condition]);
  const [right, wrong] = await Promise.all([
    check("k8s_audit", "ka.verb=get and json.value[/a] exists"),
    check("syscall", "ka.verb=get"),
  ]);
  assertEquals([right.code, right.out], [0, "(ka.verb = get and json.value[/a] exists)\n"]);
  assert(wrong.error.includes('it is a field of event source "k8s_audit"'), wrong.error);
});

Deno.test("falcod filter tells which event sources there are", async () => {
  const { code, error } = await falcod(["filter", "check", "--source", "syscal", "evt.num = 1"]);
  assertEquals([code, error], [1, 'no event source "syscal"; did you mean "syscall"?\n']);
});

/** The answers of `falcod filter TASK -`, a line each. */
async function answers(task: string, input: string | Uint8Array<ArrayBuffer>) {
  const { code, out, error } = await falcod(["filter", task, "-"], { input });
  assertEquals([code, error], [0, ""]);
  return out.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("falcod filter answers every line of standard input, whatever is in it", async () => {
  const long = `"${"x".repeat(1 << 20)}"`;
  const lines = ['"proc.name=cat"', '"proc.name ="', "", "12", '"open', long, '"a_macro"'];
  const found = await answers("parse", lines.join("\n"));
  const ast = { kind: "comparison", span: { start: 0, end: 13 } };
  assertObjectMatch(found[0], { ok: true, text: "proc.name = cat", ast });
  assertEquals(found[0].diagnostics, []);
  assertEquals(Object.keys(found[1]), ["ok", "diagnostics"]);
  assertObjectMatch(found[1].diagnostics[0].at, { line: 1, column: 12, file: "<condition>" });
  assertEquals(
    found.slice(2, 6).map(({ diagnostics: [{ code, title }] }) => `${code}: ${title}`),
    [
      "C024: line 3 of standard input is no JSON",
      "C024: line 4 of standard input is JSON, but no string",
      "C024: line 5 of standard input is no JSON",
      "C024: line 6 of standard input has more than 1 MiB",
    ],
  );
  assertObjectMatch(found[6], { ok: true, ast: { kind: "macro", name: "a_macro" } });
});

Deno.test("falcod filter goes on behind bytes that are not UTF-8", async () => {
  const bytes = new TextEncoder().encode('"?"\n"evt.type = open"\n');
  bytes[1] = 0xff;
  const [bad, good] = await answers("events", bytes);
  assertEquals(bad.diagnostics[0].title, "line 1 of standard input is not valid UTF-8");
  assertEquals(good, { ok: true, events: ["open"], diagnostics: [] });
});

Deno.test("falcod filter warns in answers that are fine", async () => {
  const [answer] = await answers("check", JSON.stringify("evt.dir = < and proc.name = cat"));
  assertObjectMatch(answer, { ok: true, text: "(evt.dir = < and proc.name = cat)" });
  assertEquals(answer.diagnostics.map(({ severity }: { severity: string }) => severity), [
    "warning",
  ]);
});

Deno.test("falcod filter check tells of conditions that cannot mean what was meant", async () => {
  const { code, out } = await falcod([
    "filter",
    "check",
    "--json",
    "evt.type = execve and (fd.name = /x or proc.name = cat and proc.pid = 1)",
  ]);
  assertEquals(code, 0);
  const { ok, diagnostics } = JSON.parse(out);
  assertEquals(ok, true);
  assertEquals(diagnostics.map(({ code }: { code: string }) => code), ["F044", "F042"]);
});
