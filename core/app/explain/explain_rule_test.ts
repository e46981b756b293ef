import { assert, assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { renderText, Report, SourceText } from "../../base/mod.ts";
import { syscallFields } from "../../field/mod.ts";
import { withGiven } from "../../given/mod.ts";
import { loadRules, readRuleFile, type Ruleset } from "../../rule/mod.ts";
import { readDescribed } from "./event_argument.ts";
import { explainRule } from "./explain_rule.ts";
import { outcomeOf, verdictOf } from "./sentence.ts";
import { plainExplanation, treeLines } from "./tree.ts";

const RULES = `
- list: shells
  items: [bash, sh]
- macro: sensitive
  condition: (fd.name = /etc/shadow or fd.directory = /root/.ssh)
- rule: Read
  desc: d
  condition: evt.type = openat and sensitive and not proc.name = su
  exceptions:
    - name: unused
      fields: proc.pname
    - name: by shell
      fields: [proc.name, user.uid]
      comps: [in, =]
      values:
        - [[shells], 0]
    - name: by cron
      fields: proc.pname
      values: [cron]
  output: read %fd.name by %proc.name
  priority: WARNING
- rule: Off
  desc: d
  condition: evt.type = openat and sensitive
  output: off
  priority: WARNING
  enabled: false
- rule: Low
  desc: d
  condition: evt.type = openat and sensitive
  output: low
  priority: DEBUG
- rule: Second
  desc: d
  condition: evt.type = openat and sensitive
  output: second
  priority: WARNING
- rule: Newer
  desc: d
  condition: evt.type = fchmodat2
  output: newer
  priority: WARNING
- rule: Older
  desc: d
  condition: evt.type = fchmodat and not evt.type = fchmodat2
  output: older
  priority: WARNING
`;

function rulesetOf(text: string): Ruleset {
  const report = new Report();
  const file = readRuleFile(new SourceText("rules.yaml", text), report);
  const ruleset = loadRules([file], {
    fieldsOf: (source) => source === "syscall" ? withGiven(syscallFields) : undefined,
    engineVersion: "0.63.0",
    minimumPriority: "Informational",
  }, report);
  assert(ruleset, renderText(report.diagnostics));
  return ruleset;
}

const ruleset = rulesetOf(RULES);

function explain(name: string, event: string, ruleMatching: "first" | "all" = "first") {
  const rule = ruleset.rules.find((rule) => rule.name === name)!;
  const report = new Report();
  const stage = readDescribed(event, { source: "syscall", fields: syscallFields }, report);
  assert(stage, renderText(report.diagnostics));
  return explainRule(rule, ruleset, { stage, ruleMatching });
}

const SHADOW = "evt.type: openat, fd.name: /etc/shadow";

Deno.test("explainRule() tells that a rule alerts, and what it prints", () => {
  const explanation = explain("Read", `{${SHADOW}, proc.name: cat}`);
  assertEquals(outcomeOf(explanation), "alert");
  assertEquals(verdictOf(explanation), '"Read" alerts: its condition holds.');
  assertEquals(explanation.alert?.message, "read /etc/shadow by cat");
});

Deno.test("explainRule() names the fewest checks that keep a rule from matching", () => {
  assertEquals(
    verdictOf(explain("Read", "{evt.type: openat, fd.name: /tmp/x, proc.name: cat}")),
    '"Read" does not match, because sensitive is false (fd.name = /etc/shadow is false with ' +
      'fd.name = "/tmp/x", and fd.directory = /root/.ssh is false with fd.directory = "/tmp").',
  );
  assertEquals(
    verdictOf(explain("Read", "{evt.type: openat, fd.name: /tmp/x, proc.name: su}")),
    '"Read" does not match, because proc.name = su is true with proc.name = "su". ' +
      "1 more of its parts is false.",
  );
});

Deno.test("explainRule() names the exception that held a rule back, and only when it did", () => {
  const held = explain("Read", `{${SHADOW}, proc.name: sh}`);
  assertEquals(outcomeOf(held), "exception");
  assertEquals(
    verdictOf(held),
    '"Read" does not match: exception "by shell" held it back, because proc.name in (shells) is ' +
      'true with proc.name = "sh", and user.uid = 0 is true with user.uid = 0.',
  );
  // the condition itself does not hold: the exception keeps nothing back
  const other = explain("Read", "{evt.type: openat, fd.name: /tmp/x, proc.pname: cron}");
  assertEquals([outcomeOf(other), other.heldBackBy], ["condition", []]);
  const both = explain("Read", `{${SHADOW}, proc.name: sh, proc.pname: cron}`);
  assertEquals(both.heldBackBy.map(({ name }) => name), ["by shell", "by cron"]);
  assert(verdictOf(both).includes('"by shell", "by cron"'), verdictOf(both));
});

Deno.test("explainRule() tells what keeps a rule quiet besides its condition", () => {
  const cases: readonly (readonly [rule: string, event: string, outcome: string, part: string])[] =
    [
      ["Off", `{${SHADOW}}`, "disabled", "enabled: false"],
      ["Low", `{${SHADOW}}`, "priority", "Debug is below the minimum"],
      [
        "Read",
        "{evt.type: close}",
        "event-type",
        'not held against "close" events, only against openat',
      ],
      ["Off", "{evt.type: openat, fd.name: /x}", "condition", "Besides, the rule files disable it"],
    ];
  for (const [rule, event, outcome, part] of cases) {
    const explanation = explain(rule, event);
    assertEquals(outcomeOf(explanation), outcome);
    assert(verdictOf(explanation).includes(part), verdictOf(explanation));
  }
  assertEquals(explain("Off", `{${SHADOW}}`).alert?.message, "off");
});

Deno.test("explainRule() tells of the rule that alerts in place of one that matches (issue 3)", () => {
  const explanation = explain("Second", `{${SHADOW}, proc.name: cat}`);
  assertEquals([outcomeOf(explanation), explanation.overtakenBy], ["overtaken", "Read"]);
  assert(verdictOf(explanation).includes('"Read" comes first'), verdictOf(explanation));
  assertObjectMatch(plainExplanation(explanation), { matches: true, overtaken_by: "Read" });
  const alone = explain("Second", `{${SHADOW}, proc.name: su}`);
  assertEquals(outcomeOf(alone), "alert");
  assertEquals(outcomeOf(explain("Second", `{${SHADOW}, proc.name: cat}`, "all")), "alert");
});

Deno.test("explainRule() looks under the kernel's name of a file where that one matches", () => {
  const explanation = explain(
    "Read",
    "{evt.type: openat, fd.name: /tmp/x, fd.realpath: /etc/shadow, proc.name: cat}",
  );
  assertEquals([outcomeOf(explanation), explanation.view], ["alert", "resolved"]);
  assert(verdictOf(explanation).includes("kernel's name"));
});

Deno.test("treeLines() marks what settles the result and what nobody asked", () => {
  const explanation = explain("Read", `{${SHADOW}, proc.name: sh}`);
  assertEquals(treeLines(explanation, ruleset.macros), [
    "* false and",
    "  true    and",
    '  true      evt.type = openat  [evt.type = "openat"]',
    "  true      sensitive  macro at rules.yaml:4",
    "  true        or",
    '  true          fd.name = /etc/shadow  [fd.name = "/etc/shadow"]',
    '- false         fd.directory = /root/.ssh  [fd.directory = "/etc"]',
    "  true      not",
    '  false       proc.name = su  [proc.name = "sh"]',
    '* false   not  exception "by shell"',
    "* true      and",
    '* true        proc.name in (shells)  [proc.name = "sh"]',
    "* true        user.uid = 0  [user.uid = 0]",
    '- true    not  exception "by cron"',
    "- false     proc.pname in (cron)  [proc.pname = <NA>]",
  ]);
});

Deno.test("treeLines() lets nothing in an event break a line", () => {
  const explanation = explain("Read", '{evt.type: openat, fd.name: "/a\\n* true\\e[2J"}');
  const text = treeLines(explanation, ruleset.macros).join("");
  for (const char of ["\n", "\u001b"]) assertEquals(text.includes(char), false);
});

Deno.test("plainExplanation() holds the same for programs", () => {
  const plain = plainExplanation(explain("Read", `{${SHADOW}, proc.pname: cron}`));
  assertObjectMatch(JSON.parse(JSON.stringify(plain)), {
    rule: { name: "Read", at: { file: "rules.yaml", line: 6 } },
    outcome: "exception",
    matches: false,
    exceptions: ["by cron"],
    reasons: [{ text: "proc.pname in (cron)", truth: true, values: { "proc.pname": "cron" } }],
  });
});

Deno.test("explainRule() calls a newer call what it is where a rule tells it from the older one", () => {
  const verdict = (name: string, type: string) => verdictOf(explain(name, `{evt.type: ${type}}`));
  assertEquals(
    verdict("Newer", "fchmodat"),
    '"Newer" does not match: it is not held against "fchmodat" events, only against fchmodat2.',
  );
  assertEquals(
    verdict("Older", "fchmodat2"),
    '"Older" does not match: it is not held against "fchmodat2" events, only against fchmodat.',
  );
  assertEquals(treeLines(explain("Newer", "{evt.type: fchmodat2}"), ruleset.macros), [
    '* true  evt.type = fchmodat2  [evt.type = ("fchmodat", "fchmodat2")]',
  ]);
});
