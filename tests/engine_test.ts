import { layout } from "../ffi/mod.ts";
import { LiveEvent } from "../plugins/sources/syscall/live_event.ts";
import { assertEquals, assertObjectMatch } from "./assert.ts";
import { type OpenParts, RecordWriter } from "./records.ts";
import { rulesetOf } from "./ruleset.ts";
import type { Alert } from "../core/alert/mod.ts";
import { type Event, KinSight } from "../core/event/mod.ts";
import type { Ruleset } from "../core/rule/mod.ts";
import { State } from "../core/state/mod.ts";
import { Engine, type EngineOptions } from "../core/engine/mod.ts";

const { RECORD_KIND } = layout;

const rule = (name: string, condition: string, output = "%fd.name") =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: "${output}"\n  priority: NOTICE\n`;

function setUp(
  rules: string | Ruleset,
  options: Partial<EngineOptions> = {},
): { readonly engine: Engine; readonly alerts: Alert[]; readonly state: State } {
  const alerts: Alert[] = [];
  const state = new State();
  const engine = new Engine({
    ruleset: typeof rules === "string" ? rulesetOf(rules) : rules,
    state,
    hostname: "host",
    deliver: (alert) => alerts.push(alert),
    ...options,
  });
  return { engine, alerts, state };
}

function opened(parts: OpenParts): Event {
  const writer = new RecordWriter(64 << 10);
  const at = writer.open(parts);
  const event = new LiveEvent({ epochMinusBootNs: 0n });
  event.load(writer.memory, at, RECORD_KIND.file);
  return event;
}

const plain = () => opened({ given: "/etc/shadow", resolved: "/etc/shadow" });
const linked = () => opened({ given: "/tmp/link", resolved: "/etc/shadow" });
const names = (alerts: readonly Alert[]) => alerts.map((alert) => alert.rule);

Deno.test("Engine alerts with the first rule that matches, or with all", () => {
  const rules = rule("a", "evt.type = openat and fd.name = /etc/shadow") +
    rule("b", "evt.type = openat") + rule("c", "evt.type = execve");
  const first = setUp(rules);
  first.engine.process(plain());
  assertEquals(names(first.alerts), ["a"]);
  const all = setUp(rules, { ruleMatching: "all" });
  all.engine.process(plain());
  assertEquals(names(all.alerts), ["a", "b"]);
});

Deno.test("Engine judges a file under its given name and under its resolved name", () => {
  const { engine, alerts } = setUp(
    rule("given", "evt.type = openat and fd.name = /tmp/link") +
      rule("resolved", "evt.type = openat and fd.name = /etc/shadow"),
  );
  engine.process(linked());
  assertEquals(names(alerts), ["given", "resolved"]);
  assertEquals(alerts[0]!.message, "/tmp/link | given=/tmp/link resolved=/etc/shadow");
  assertEquals(alerts[1]!.message, "/etc/shadow | given=/tmp/link resolved=/etc/shadow");
  assertEquals(alerts[1]!.fields.get("fd.nameraw"), "/tmp/link");
  assertEquals(alerts[1]!.fields.get("fd.realpath"), "/etc/shadow");
});

Deno.test("Engine alerts once for a rule that both names satisfy", () => {
  for (const ruleMatching of ["first", "all"] as const) {
    const { engine, alerts } = setUp(rule("any", "evt.type = openat"), { ruleMatching });
    engine.process(linked());
    assertEquals(names(alerts), ["any"]);
  }
});

Deno.test("Engine does not let an exception for one name hide the other", () => {
  const { engine, alerts } = setUp(
    rule("sensitive", "evt.type = openat and fd.name startswith /etc and not fd.name = /etc/motd") +
      rule("elsewhere", "evt.type = openat and not fd.name startswith /tmp"),
  );
  engine.process(opened({ given: "/etc/motd", resolved: "/etc/shadow" }));
  assertEquals(names(alerts), ["elsewhere", "sensitive"]);
});

Deno.test("Engine adds no names where they agree", () => {
  const { engine, alerts } = setUp(rule("a", "evt.type = openat"));
  engine.process(plain());
  assertEquals(alerts[0]!.message, "/etc/shadow");
  assertEquals([...alerts[0]!.fields.keys()], ["fd.name"]);
});

Deno.test("Engine escapes both names, so that a path cannot forge a line", () => {
  const { engine, alerts } = setUp(rule("a", "evt.type = openat"));
  engine.process(opened({ given: "/tmp/\n12:00: Fake", resolved: "/tmp/\u001b[2J" }));
  for (const char of ["\n", "\u001b"]) assertEquals(alerts[0]!.message.includes(char), false);
});

Deno.test("Engine.swap() changes the rules and keeps state and counters", () => {
  const { engine, alerts, state } = setUp(rule("a", "evt.type = openat"));
  const writer = new RecordWriter(64 << 10);
  const event = new LiveEvent({ epochMinusBootNs: 0n });
  event.load(
    writer.memory,
    writer.exec({ tgid: 100, argv: ["cat"], exePath: "/bin/cat", comm: "cat" }),
    RECORD_KIND.exec,
  );
  engine.process(event);
  engine.process(plain());
  engine.swap(rulesetOf(rule("b", "evt.type = openat and proc.name = cat")));
  engine.process(plain());
  assertEquals(names(alerts), ["a", "b"]);
  assertObjectMatch(engine.counters(), { events: 3, alerts: 2, faults: 0 });
  assertEquals(state.processes.process(100)?.comm, "cat");
});

Deno.test("Engine.swap() takes another rule_matching, or keeps the one it has", () => {
  const rules = rulesetOf(rule("a", "evt.type = openat") + rule("b", "evt.type = openat"));
  const { engine, alerts } = setUp(rules);
  engine.swap(rules, "all");
  engine.process(plain());
  engine.swap(rules);
  engine.process(plain());
  engine.swap(rules, "first");
  engine.process(plain());
  assertEquals(names(alerts), ["a", "b", "a", "b", "a"]);
});

Deno.test("Engine leaves disabled rules and rules of other sources alone", () => {
  const ruleset = rulesetOf(rule("a", "evt.type = openat") + rule("b", "evt.type = openat"));
  const { engine, alerts } = setUp({
    ...ruleset,
    rules: [{ ...ruleset.rules[0]!, enabled: false }, { ...ruleset.rules[1]!, source: "other" }],
  });
  engine.process(plain());
  assertEquals(alerts, []);
});

Deno.test("Engine judges the other rules, and alerts, when its own code fails on one", () => {
  const ruleset = rulesetOf(rule("a", "evt.type = openat") + rule("b", "evt.type = openat"));
  const broken = () => {
    throw new Error("broken");
  };
  const faults: string[] = [];
  const { engine, alerts } = setUp({
    ...ruleset,
    rules: [
      { ...ruleset.rules[0]!, output: { ...ruleset.rules[0]!.output, render: broken } },
      ruleset.rules[1]!,
    ],
  }, { ruleMatching: "all", onFault: (fault) => faults.push(fault.message) });
  engine.process(plain());
  engine.process(plain());
  assertEquals(names(alerts), ["a", "b", "a", "b"]);
  assertEquals(engine.counters().faults, 2);
  assertEquals(faults, ["broken"]);
});

Deno.test("Engine gives the same verdicts interpreted as generated", () => {
  const rules =
    rule("a", "evt.type in (open, openat) and fd.name startswith /etc and fd.num >= 0") +
    rule("b", "evt.type = openat and not proc.name exists");
  for (const event of [plain, linked]) {
    const verdicts = (["emit", "interpret"] as const).map((evaluator) => {
      const { engine, alerts } = setUp(rules, { evaluator, ruleMatching: "all" });
      engine.process(event());
      return names(alerts);
    });
    assertEquals(verdicts[0], verdicts[1]);
  }
});

Deno.test("what goes wrong before there is an event is left to the event", () => {
  const broken = {
    enabled: true,
    source: "syscall",
    get eventTypes(): ReadonlySet<number> {
      throw new Error("broken");
    },
  };
  const { engine } = setUp({ rules: [broken] } as unknown as Ruleset);
  assertEquals(engine.passes("syscall", 307, new KinSight(), 1, 1), false);
  assertObjectMatch(engine.counters(), { events: 0, faults: 0 });
});
