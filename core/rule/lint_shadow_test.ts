import { assert, assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { syscallFields } from "../field/mod.ts";
import { lintShadows } from "./lint_shadow.ts";
import { loadRules } from "./load.ts";
import { readRuleFile } from "./read.ts";
import type { Ruleset } from "./ruleset.ts";

/** `later < earlier` for every rule told of; rules are called a, b, c … */
function shadows(conditions: readonly string[], disabled = -1): string[] {
  const own = new Report();
  lintShadows(loaded(conditions, disabled), own);
  return own.diagnostics.map(({ title }) =>
    title.replace(/^rule "(.)" never alerts: whenever it matches, "(.)".*$/, "$1 < $2")
  );
}

function loaded(
  conditions: readonly string[],
  disabled = -1,
  lists: readonly { readonly list: string; readonly items: readonly string[] }[] = [],
): Ruleset {
  const rules = conditions.map((condition, index) => ({
    rule: String.fromCharCode(97 + index),
    desc: "d",
    condition,
    output: "o",
    priority: "INFO",
    enabled: index !== disabled,
    warn_evttypes: false,
  }));
  const allLists = [{ list: "nothing_yet", items: [] }, ...lists];
  const report = new Report();
  const source = new SourceText("rules.yaml", JSON.stringify([...allLists, ...rules]));
  const ruleset = loadRules([readRuleFile(source, report)], {
    fieldsOf: () => syscallFields,
    engineVersion: "0.63.0",
    minimumPriority: "Debug",
  }, report);
  assert(ruleset, report.diagnostics[0]?.title);
  return ruleset;
}

Deno.test("lintShadows() tells of rules that an earlier one is certain to take everything from", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["proc.name = a", "proc.name = a"],
    ["proc.name in (a, b)", "proc.name = b and proc.pid = 1"],
    ["evt.type in (execve, execveat)", "evt.type = execve and proc.name = a"],
    ["proc.exe startswith /usr", "proc.exe startswith /usr/bin and not proc.name = a"],
    ["proc.name = a or proc.pid = 1", "proc.pid = 1"],
    ["proc.name = a or proc.pid = 1", "proc.exe = x and (proc.pid = 1 or proc.name = a)"],
    [
      "proc.exe = x and (proc.name = a or proc.pid = 1)",
      "(proc.name = a or proc.pid = 1) and proc.exe = x",
    ],
    ["proc.pid < 9 and not proc.name = a", "not proc.name in (a, b) and proc.pid < 5"],
    ["proc.pid = 1 and not proc.name in (nothing_yet)", "proc.pid = 1 and proc.name = a"],
  ];
  for (const pair of cases) assertEquals(shadows(pair), ["b < a"], pair.join(" | "));
});

Deno.test("lintShadows() says nothing of rules that may match alone", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["proc.name = b and proc.pid = 1", "proc.name in (a, b)"],
    ["proc.name in (a, b)", "proc.name in (b, c)"],
    ["not proc.name = a", "proc.pid = 1"],
    ["proc.name != a", "not proc.name = a"],
    ["evt.type = execve", "evt.type in (execve, open)"],
    ["proc.pid = 1 and evt.num >= 0", "proc.pid = 1"],
    ["proc.pid = 1", "proc.pid = 1 or proc.name = a"],
    ["proc.pid = 1 and fd.ip = 10.0.0.1", "proc.pid = 1 and fd.ip != 10.0.0.2"],
  ];
  for (const pair of cases) assertEquals(shadows(pair), [], pair.join(" | "));
});

Deno.test("lintShadows() looks at enabled rules, and not at those that never match", () => {
  assertEquals(shadows(["proc.name = a", "proc.name = a"], 0), []);
  assertEquals(shadows(["proc.name = a", "proc.name = a"], 1), []);
  assertEquals(shadows(["proc.name = a", "proc.pid = 1 and proc.pid = 2"]), []);
  assertEquals(shadows(["proc.name = a", "proc.pid = 1", "proc.pid = 1 and proc.name = a"]), [
    "c < a",
  ]);
});

Deno.test("lintShadows() says which rules it did not look at when there are too many", () => {
  const ruleset = loaded(["proc.name = a", "proc.name = b", "proc.name = c", "proc.name = a"]);
  const report = new Report();
  lintShadows(ruleset, report, 60);
  assertEquals(report.diagnostics.map(({ code, title, at }) => [code, title, at?.source.name]), [
    ["R049", "whether earlier rules leave anything to the last 3 was not looked at", "rules.yaml"],
  ]);
});

Deno.test("lintShadows() finds the rule among many that share texts with it, or do not", () => {
  const others = ["fd.name startswith /var", "fd.name contains shadow", "fd.name in (/a, /b)"];
  const cases: readonly (readonly [string, string])[] = [
    ["fd.name startswith /ETC", "fd.name = /ETC/passwd"],
    ["fd.name pmatch (/etc/)", "fd.name = /etc/ssh"],
    ["fd.name endswith .conf", "fd.name in (/etc/a.conf, /etc/b.conf)"],
    ["fd.name icontains PASS", "fd.name contains passwd"],
    ["fd.name contains ss", "fd.name contains passwd"],
    ["fd.name contains passwd or proc.pid = 7", "fd.name startswith /home/passwd"],
    ["fd.num = 5", "fd.num in (5)"],
  ];
  for (const [earlier, later] of cases) {
    assertEquals(shadows([...others, earlier, later]), ["e < d"], `${earlier} | ${later}`);
  }
});

Deno.test("lintShadows() looks for what others begin with once in a list that many rules name", () => {
  const items = Array.from({ length: 5000 }, (_, index) => `/usr/lib/some/path/${index}`);
  const named = Array.from({ length: 20 }, (_, index) => `fd.name in (l) and proc.pid = ${index}`);
  const ruleset = loaded(["fd.name startswith /usr/share", ...named], -1, [{ list: "l", items }]);
  const report = new Report();
  // That a rule's values contradict nothing is looked at twice.
  lintShadows(ruleset, report, 20 * (2 * 5000 + 300) + 2 * 5000);
  assertEquals(report.diagnostics.map(({ title }) => title), []);
});
