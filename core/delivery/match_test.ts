import { assertEquals } from "../../tests/assert.ts";
import type { Alert, OutputValue } from "../alert/mod.ts";
import { Report, SourceText } from "../base/mod.ts";
import { compileMatch } from "./match.ts";
import { alert } from "./testing.ts";

function compile(text: string) {
  const report = new Report();
  return { test: compileMatch(new SourceText("match", text), report), report };
}

function holds(text: string, parts: Partial<Alert> = {}): boolean {
  const { test, report } = compile(text);
  assertEquals(report.diagnostics.map(({ title }) => title), []);
  return test!(alert("m", parts));
}

Deno.test("match: priorities have an order, and names in any case", () => {
  const warning = { priority: "Warning" } as const;
  for (
    const text of [
      "alert.priority >= warning",
      "alert.priority = WARNING",
      "alert.priority < error",
    ]
  ) {
    assertEquals(holds(text, warning), true, text);
  }
  for (
    const text of [
      "alert.priority > warning",
      "alert.priority in (notice, info)",
      "alert.priority >= Critical",
    ]
  ) {
    assertEquals(holds(text, warning), false, text);
  }
});

Deno.test("match: rule, source, tags, hostname and output", () => {
  const parts = { rule: "Shell in pod", tags: ["shell", "T1059"], message: "a \\n b" };
  const right = [
    'alert.rule = "Shell in pod"',
    "alert.rule startswith Shell and alert.source = syscall",
    "alert.tags = shell",
    "alert.tags in (network, T1059)",
    "not alert.tags in (network)",
    "alert.hostname = h",
    'not alert.output contains "alert.priority >= nothing"',
    'alert.output contains "a \\n b"',
  ];
  for (const text of right) assertEquals(holds(text, parts), true, text);
  assertEquals(holds("alert.tags = shell", { tags: [] }), false);
});

Deno.test("match: fields of the output compare as they do in rules", () => {
  const fields = new Map<string, OutputValue>([
    ["proc.name", "bash"],
    ["proc.aname[2]", "init"],
    ["evt.arg.flags", "O_RDONLY"],
    ["proc.pid", 1000],
    ["user.uid", 0],
  ]);
  const right = [
    "proc.name = bash",
    "proc.pid > 999",
    "proc.aname[2] = init and evt.arg.flags contains RDONLY",
    "user.uid in (0, 1000)",
    "proc.name exists and not fd.name exists",
    "alert.field[my.own] = x or alert.field[proc.name] glob ba*",
  ];
  for (const text of right) assertEquals(holds(text, { fields }), true, text);
  assertEquals(holds("fd.name != x", { fields }), false);
});

Deno.test("match: mistakes are told, with their place", () => {
  const told = (text: string) =>
    compile(text).report.diagnostics.map(({ code, help, at }) =>
      `${code} ${text.slice(at!.start, at!.end)}: ${help}`
    );
  assertEquals(told("alert.priority >= wraning"), ['C043 wraning: did you mean "warning"?']);
  assertEquals(told("alert.rule = x and alert.proirity = error")[0]?.slice(0, 13), "F012 alert.pr");
  assertEquals(told("ka.verb = get"), [
    "F012 ka.verb: alert.field[ka.verb] has it, where the rule's output does",
  ]);
  assertEquals(told("alert.prio = error"), ['F012 alert.prio: did you mean "alert.priority"?']);
  assertEquals(told("priority = error"), ['F004 =: did you mean "alert.priority"?']);
  assertEquals(told("alert.cluster = x"), [
    "F012 alert.cluster: one of alert.rule, alert.priority, alert.source, alert.tags, alert.hostname, alert.output, alert.time, alert.field",
  ]);
  assertEquals(told("alert.priority in (error, 3)"), [
    "C043 3: one of emergency, alert, critical, error, warning, notice, informational, debug",
  ]);
  assertEquals(told("(alert.rule = x").length, 1);
  assertEquals(told("my_macro and alert.rule = x")[0]?.slice(0, 4), "F016");
});
