import { assert, assertEquals } from "../../tests/assert.ts";
import { rulesetOf } from "../../tests/ruleset.ts";
import type { Alert } from "../alert/mod.ts";
import { eventCodesByName } from "../event/mod.ts";
import type { SourceCounters } from "../plugin/mod.ts";
import { DropMonitor, type DropSettings, type EventsDropped, someOf } from "./event_drops.ts";
import { silentLogger } from "./log.ts";

const rule = (name: string, condition: string) =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: NOTICE\n`;
const ruleset = rulesetOf(
  rule("Opens", "evt.type = openat and fd.name = /x") +
    rule("Connects", "evt.type = connect and fd.sport = 1"),
);
const openat = Math.max(...eventCodesByName("openat"));

function monitor(changed: Partial<DropSettings>) {
  const settings: DropSettings = {
    threshold: .1,
    actions: ["alert"],
    rate: 1 / 30,
    max_burst: 1,
    simulate_drops: false,
    ...changed,
  };
  const alerts: Alert[] = [], warnings: string[] = [], exits: EventsDropped[] = [];
  let counters: SourceCounters = { "events.file": 0, "drops.file": 0, "unreadable.file": 0 };
  let lost = new Map<number, number>();
  const drops = new DropMonitor(
    { name: "syscall", counters: () => counters, lostTypes: () => lost },
    {
      settings,
      hostname: "h",
      log: { ...silentLogger, warning: (message) => warnings.push(message) },
      ruleset: () => ruleset,
      alert: (alert) => alerts.push(alert),
      exit: (reason) => exits.push(reason),
    },
  );
  return {
    alerts,
    warnings,
    exits,
    at(seconds: number, now: SourceCounters = {}) {
      counters = { ...counters, ...now };
      lost = new Map([[openat, now["drops.file"] ?? 0]]);
      drops.check(seconds * 1000);
    },
  };
}

Deno.test("DropMonitor alerts with Falco's name and fields, and names what was blinded", () => {
  const { alerts, at } = monitor({});
  at(1, { "events.file": 60, "drops.file": 40, "unreadable.file": 2 });
  const alert = alerts[0]!;
  assertEquals(alert.rule, "Falco internal: syscall event drop");
  assertEquals(alert.priority, "Debug");
  assertEquals(alert.source, "internal");
  assertEquals(
    alert.message,
    "Falco internal: syscall event drop. 40 system calls dropped in last second. Lost: 40 file. " +
      'Rules that may have missed them: "Opens".',
  );
  assertEquals(Object.fromEntries(alert.fields), {
    n_evts: "100",
    n_drops: "40",
    n_drops_buffer_total: "40",
    n_drops_buffer_clone_fork_exit: "0",
    n_drops_buffer_execve_exit: "0",
    n_drops_buffer_connect_exit: "0",
    n_drops_buffer_open_exit: "40",
    n_drops_buffer_dir_file_exit: "0",
    n_drops_buffer_other_interest_exit: "0",
    n_drops_buffer_close_exit: "0",
    n_drops_buffer_proc_exit: "0",
    n_drops_scratch_map: "0",
    n_drops_page_faults: "2",
    n_drops_bug: "0",
    ebpf_enabled: "1",
    "falcod.lost": "40 file",
    "falcod.blinded_rules": "Opens",
  });
});

Deno.test("DropMonitor does nothing up to the threshold", () => {
  const { alerts, at } = monitor({});
  at(1, { "events.file": 90, "drops.file": 10 });
  at(2, { "events.file": 180, "drops.file": 21 });
  assertEquals(alerts.length, 1);
});

Deno.test("DropMonitor acts at most as often as rate and max_burst say", () => {
  const { alerts, at } = monitor({ threshold: 0, rate: .1, max_burst: 2 });
  for (let second = 1; second <= 25; second++) at(second, { "drops.file": second });
  assertEquals(alerts.length, 4);
});

Deno.test("DropMonitor logs, ends the run, or does neither, as actions say", () => {
  const loud = monitor({ actions: ["log", "exit"] });
  loud.at(1, { "drops.file": 1 });
  assert(loud.warnings[0]?.includes("1 system calls dropped"));
  assertEquals(loud.exits.map(({ code }) => code), ["events-dropped"]);
  assertEquals(loud.alerts, []);
  const ignoring = monitor({ actions: ["ignore"] });
  ignoring.at(1, { "drops.file": 1 });
  assertEquals([ignoring.warnings, ignoring.exits, ignoring.alerts], [[], [], []]);
});

Deno.test("DropMonitor acts without any loss when drops are simulated", () => {
  const { alerts, at } = monitor({ simulate_drops: true });
  at(1, { "events.file": 1000 });
  assertEquals(alerts[0]?.fields.get("n_drops"), "1");
});

Deno.test("someOf() names ten and counts the rest", () => {
  assertEquals(someOf(["a", "b"]), '"a", "b"');
  assert(someOf(Array.from({ length: 12 }, (_, i) => `r${i}`)).endsWith('"r9" and 2 more'));
});
