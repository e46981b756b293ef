import { assert, assertEquals, assertObjectMatch } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { checkCondition } from "./check.ts";
import { expandCondition } from "./expand.ts";
import { decisiveParts, explainCondition, type Explanation } from "./explain.ts";
import { interpretCondition } from "./interpret.ts";
import { parseCondition } from "./parser.ts";
import { testFields, type Values } from "./testing.ts";

const MACROS: Readonly<Record<string, string>> = {
  opened: "(evt.type in (open, openat) and evt.is_open = true)",
  shell: "(proc.name = sh or proc.name = bash)",
};

function explain(text: string, values: Values): Explanation {
  const report = new Report();
  const macro = (name: string) => ({
    name,
    condition: parseCondition(new SourceText(name, MACROS[name]!), report),
  });
  const parsed = parseCondition(new SourceText("<test>", text), report);
  const names = { macro, list: () => undefined };
  const expanded = parsed && expandCondition(parsed, names, report);
  const checked = expanded && checkCondition(expanded, testFields, report);
  assert(checked && expanded, report.diagnostics[0]?.title);
  const situation = { event: values as unknown as Event, state: {} as State };
  const explanation = explainCondition(expanded, checked, situation);
  assertEquals(
    explanation.truth,
    interpretCondition(checked, situation.event, situation.state),
    "the judge says otherwise",
  );
  return explanation;
}

/** The checks that settle it, as written. */
function reasons(explanation: Explanation): string[] {
  return [...decisiveParts(explanation)].filter(({ children }) => children.length === 0)
    .map(({ text, truth }) => `${text}: ${truth}`);
}

Deno.test("explainCondition() keeps macros as parts of the tree, with what each check saw", () => {
  const { children } = explain("opened and\n  not shell", {
    "evt.type": "open",
    "evt.is_open": true,
    "proc.name": "bash",
  });
  assertObjectMatch(children[0], {
    kind: "macro",
    text: "opened",
    truth: true,
    children: [{
      kind: "and",
      children: [
        {
          text: "evt.type in (open, openat)",
          truth: true,
          values: [{ name: "evt.type", value: "open" }],
        },
        { text: "evt.is_open = true", values: [{ name: "evt.is_open", value: true }] },
      ],
    }],
  });
  assertObjectMatch(children[1], { kind: "not", truth: false, children: [{ text: "shell" }] });
});

Deno.test("explainCondition() judges what is not asked, and says so", () => {
  const { children } = explain("proc.name = a and proc.pid = 1 and proc.exe exists", {
    "proc.name": "b",
    "proc.pid": 1,
  });
  assertEquals(children.map(({ truth, asked }) => [truth, asked]), [
    [false, true],
    [true, false],
    [false, false],
  ]);
  const either = explain("proc.name = a or proc.pid = 1", { "proc.name": "a" });
  assertEquals(either.children.map(({ asked }) => asked), [true, false]);
});

Deno.test("explainCondition() shows fields with arguments, transformers, and absent values", () => {
  const { children } = explain(
    "(tolower(proc.name) = cat) and evt.arg.flags = x and proc.aname[2] = y and proc.name = val(proc.exe) and (b64(proc.exe) exists)",
    { "proc.name": "CAT", "evt.arg[flags]": "O_RDONLY" },
  );
  assertEquals(children.map(({ text }) => text), [
    "tolower(proc.name) = cat",
    "evt.arg.flags = x",
    "proc.aname[2] = y",
    "proc.name = val(proc.exe)",
    "b64(proc.exe) exists",
  ]);
  assertEquals(children.map(({ values }) => values), [
    [{ name: "tolower(proc.name)", value: "cat" }, { name: "proc.name", value: "CAT" }],
    [{ name: "evt.arg.flags", value: "O_RDONLY" }],
    [{ name: "proc.aname[2]", value: null }],
    [{ name: "proc.name", value: "CAT" }, { name: "proc.exe", value: null }],
    [{ name: "b64(proc.exe)", value: null }, { name: "proc.exe", value: null }],
  ]);
});

Deno.test("decisiveParts() finds the fewest checks that settle it", () => {
  const values = { "proc.name": "cat", "proc.pid": 1, "evt.type": "close", "evt.is_open": false };
  // two checks for the macro, one for the process id
  assertEquals(reasons(explain("shell and proc.pid = 2", values)), ["proc.pid = 2: false"]);
  assertEquals(reasons(explain("shell or proc.pid = 2", values)), [
    "proc.name = sh: false",
    "proc.name = bash: false",
    "proc.pid = 2: false",
  ]);
  assertEquals(reasons(explain("opened and not proc.name = cat", values)), [
    "evt.type in (open, openat): false",
  ]);
  assertEquals(reasons(explain("not shell and proc.name exists", values)), [
    "proc.name = sh: false",
    "proc.name = bash: false",
    "proc.name exists: true",
  ]);
  assertEquals(reasons(explain("not (shell or proc.pid = 1)", values)), ["proc.pid = 1: true"]);
});
