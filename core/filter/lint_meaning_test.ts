import { assert, assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { fixedValue, maySettle, syscallFields } from "../field/mod.ts";
import { checkCondition } from "./check.ts";
import { expandCondition } from "./expand.ts";
import { lintMeaning } from "./lint_meaning.ts";
import { parseCondition } from "./parser.ts";
import { Budget } from "./reason.ts";

const SPAWNED = "evt.type in (execve, execveat)";

/** `code severity place`, the place being the text pointed at. */
function findings(
  text: string,
  macros: Readonly<Record<string, string>> = {},
  { hints = true } = {},
): string[] {
  const report = new Report();
  const parse = (name: string, condition: string) =>
    parseCondition(new SourceText(name, condition), report);
  const parsed = parse("<test>", text);
  const written = parsed && expandCondition(parsed, {
    macro: (name) => ({ name, condition: parse(name, macros[name] ?? "") }),
    list: () => undefined,
  }, report);
  const checked = written && checkCondition(written, syscallFields, report);
  assert(written && checked, `${text}: ${report.diagnostics[0]?.title}`);
  const judged = new Set<string>();
  const own = new Report();
  lintMeaning(written, checked, {
    report: own,
    hints,
    budget: new Budget(1_000_000),
    knowledge: { maySettle, fixedValue },
    isNewMacro: (name) => !judged.has(name) && judged.add(name) !== undefined,
  });
  return own.diagnostics.map(({ code, severity, at }) =>
    `${code} ${severity} ${at!.source.text.slice(at!.start, at!.end)}`
  );
}

Deno.test("lintMeaning() tells of a condition that can never hold at the check that cannot", () => {
  assertEquals(findings("proc.name = a and proc.pid = 1 and proc.name = b"), [
    "F040 warning proc.name = b",
  ]);
  assertEquals(findings("spawned and fd.name = /x", { spawned: SPAWNED }), [
    "F042 warning fd.name = /x",
  ]);
  // At the use: by itself the macro is right.
  assertEquals(findings("proc.name = b and is_a", { is_a: "proc.name = a" }), [
    "F040 warning is_a",
  ]);
  assertEquals(findings("is_a and proc.name = b", { is_a: "proc.name = a" }), [
    "F040 warning proc.name = b",
  ]);
});

Deno.test("lintMeaning() tells of alternatives that can never hold, at any depth", () => {
  assertEquals(findings("proc.name = a and (proc.name = b or proc.pid = 1)"), [
    "F040 warning proc.name = b",
  ]);
  assertEquals(
    findings("proc.pid = 1 or (proc.pid = 2 and (proc.pid > 2 or proc.name = a))"),
    ["F040 warning proc.pid > 2"],
  );
  assertEquals(findings("not (proc.pid = 1 and (proc.name = a or (fd.num > 3 and fd.num < 3)))"), [
    "F040 warning fd.num < 3",
  ]);
});

Deno.test("lintMeaning() judges macros by themselves, not by each rule that uses them", () => {
  const macros = {
    spawned: SPAWNED,
    written: "evt.type in (open, openat) or evt.type = creat",
    broken: "proc.pid = 2 or (proc.name = a and proc.name = b)",
  };
  assertEquals(findings("evt.type = openat and written", macros), []);
  assertEquals(findings("evt.type = openat and broken", macros), ["F040 warning proc.name = b"]);
  assertEquals(findings("written and spawned", macros).length, 1);
  // The macro as a whole is an alternative of the rule's own text.
  assertEquals(findings("proc.pid = 1 and (proc.name = x or is_two)", { is_two: "proc.pid = 2" }), [
    "F040 warning is_two",
  ]);
});

Deno.test("lintMeaning() tells of what always holds", () => {
  assertEquals(findings("not (proc.name = a and proc.name = b)"), [
    "F041 warning not (proc.name = a and proc.name = b)",
  ]);
  assertEquals(findings("fd.num = 1 and (proc.name != a or proc.name != b)"), [
    "F041 warning (proc.name != a or proc.name != b)",
  ]);
  const excluded = "(not fd.name startswith /etc or not fd.name startswith /usr)";
  assertEquals(findings(`fd.num = 1 and ${excluded}`), [`F041 warning ${excluded}`]);
  assertEquals(findings("fd.num = 1 and (not fd.name = a or fd.name = a)"), [
    "F041 warning (not fd.name = a or fd.name = a)",
  ]);
  assertEquals(findings("fd.num = 1 and (not fd.name contains a or not fd.name contains b)"), []);
  assertEquals(findings("fd.num = 1 and (proc.name != a or proc.exe != b)"), []);
  // Any ancestor may differ.
  assertEquals(findings("fd.num = 1 and (proc.aname != a or proc.aname != b)"), []);
});

Deno.test("lintMeaning() tells of exclusions that exclude nothing", () => {
  assertEquals(findings(`${SPAWNED} and not fd.name = /x`), ["F043 warning fd.name = /x"]);
  assertEquals(findings(`proc.name = a and not (proc.pid = 1 and proc.name = b)`), [
    "F043 info (proc.pid = 1 and proc.name = b)",
  ]);
  assertEquals(findings("proc.name = a and not proc.name = a and proc.pid = 1").length, 1);
});

Deno.test("lintMeaning() only mentions a macro that another file may be meant to replace", () => {
  assertEquals(findings("proc.vpid = 1 and not allowed", { allowed: "(proc.vpid = 1)" }), [
    "F040 info allowed",
  ]);
  const quiet = { hints: false };
  assertEquals(findings("proc.vpid = 1 and not allowed", { allowed: "proc.vpid = 1" }, quiet), []);
  assertEquals(findings("proc.name = a and not proc.name = b", {}, quiet), []);
  assertEquals(findings("proc.name = a and proc.name = b", {}, quiet).length, 1);
});

Deno.test("lintMeaning() says nothing of conditions that make sense", () => {
  for (
    const text of [
      "evt.type = openat and fd.name startswith /etc and not proc.name in (a, b)",
      "proc.name != a and proc.name != b",
      "(proc.name = a or proc.name = b) and (proc.name != b or proc.pid = 1)",
      "evt.num = 0",
      "not evt.num = 0 and (evt.num >= 0 or proc.name = a)",
      "fd.ip = 10.0.0.1 and fd.ip = 10.0.0.2",
      "proc.aname = a and proc.aname = b",
      "evt.type in (execve, open) and (fd.name = /x or proc.name = a)",
    ]
  ) assertEquals(findings(text), [], text);
});

Deno.test("lintMeaning() names the field that has the paths of a call without a descriptor", () => {
  const helpFor = (text: string) => {
    const report = new Report();
    const written = parseCondition(new SourceText("<test>", text), report)!;
    lintMeaning(written, checkCondition(written, syscallFields, report)!, {
      report,
      budget: new Budget(1_000_000),
      knowledge: { maySettle, fixedValue },
      isNewMacro: () => false,
    });
    return report.diagnostics[0]?.help;
  };
  assertEquals(
    helpFor("evt.type = rename and fd.name = /x"),
    "fd fields are about open files; the paths of rename are in fs.path.source and fs.path.target",
  );
  assertEquals(
    helpFor("evt.type = chmod and fd.name = /x"),
    "fd fields are about open files; the paths of chmod are in fs.path.name",
  );
  assert(helpFor("evt.type = execve and fd.name = /x")?.startsWith("fd fields are about calls"));
});

/** How often the members of the whole condition are gone through to tell of `count` exclusions. */
function walksFor(count: number): number {
  const report = new Report();
  const pieces = Array.from(
    { length: count },
    (_, i) => `proc.pid = ${i} and not proc.pid = 999999`,
  );
  const written = parseCondition(new SourceText("<test>", pieces.join(" or ")), report);
  const checked = written && checkCondition(written, syscallFields, report);
  assert(written?.kind === "or" && checked, report.diagnostics[0]?.title);
  let walks = 0;
  const { children } = written;
  const watched = {
    ...written,
    get children() {
      walks++;
      return children;
    },
  };
  lintMeaning(watched, checked, {
    report,
    hints: true,
    budget: new Budget(1_000_000),
    isNewMacro: () => false,
  });
  assertEquals(report.count, count);
  return walks;
}

Deno.test("lintMeaning() does not look through the whole condition for each thing it tells", () => {
  assertEquals(walksFor(200), walksFor(2));
});
