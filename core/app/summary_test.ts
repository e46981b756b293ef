import { assert, assertEquals } from "../../tests/assert.ts";
import type { LaneCounters } from "../delivery/mod.ts";
import { alertsLost, outputLines, type Summary, summaryLines } from "./summary.ts";

const LANE: LaneCounters = {
  name: "away",
  state: "working",
  queued: 0,
  delivered: 1,
  dropped: 0,
  failed: 21,
  rejected: 0,
  expired: 0,
  retries: 0,
  repeated: 0,
  kept: 0,
};

Deno.test("outputLines() says that more alerts may be lost where a spool was spoilt", () => {
  assertEquals(outputLines([LANE]), ["  output away, alerts lost: 21"]);
  assertEquals(outputLines([{ ...LANE, isAtLeast: true }]), [
    "  output away, alerts lost: 21 or more",
  ]);
});

Deno.test("summaryLines() counts alerts that came while nobody was there, which fails no run", () => {
  const summary = {
    engine: { events: 9, alerts: 3, alertsByRule: new Map(), alertsUnnamed: 0, faults: 0 },
    lanes: [{ ...LANE, name: "syslog", delivered: 1, failed: 0, missed: 2 }],
    heldBack: { byRate: 0, asRepeated: 0 },
    sent: 3,
    sources: [],
    state: {},
  } as unknown as Summary;
  const lines = summaryLines(summary);
  assert(lines.includes("  alerts: 3 of rules; 1 to syslog (2 not)"), lines.join("\n"));
  assert(lines.includes("  output syslog, alerts that nobody was there to take: 2"));
  assertEquals(alertsLost(summary), 0);
});

Deno.test("summaryLines() tells events that were judged from records of the kernel", () => {
  const of = (counters: Readonly<Record<string, number>>) =>
    summaryLines({
      engine: { events: 9, alerts: 0, alertsByRule: new Map(), alertsUnnamed: 0, faults: 0 },
      lanes: [],
      heldBack: { byRate: 0, asRepeated: 0 },
      sent: 0,
      sources: [{ name: "syscall", counters }],
      state: {},
    } as unknown as Summary).filter((line) => !line.includes("undefined"));
  assertEquals(of({ "events.lifecycle": 25 }), [
    "falcod: stopped; 9 events judged, 0 alerts",
    "  syscall counts records of the kernel, also those that only say what processes there are",
    "  syscall events.lifecycle: 25",
  ]);
  assertEquals(of({ played: 9 }).length, 2);
  // Numbers that agree need no explanation.
  assertEquals(of({ "events.file": 9 }), [
    "falcod: stopped; 9 events judged, 0 alerts",
    "  syscall events.file: 9",
  ]);
});

Deno.test("summaryLines() says of how many processes only a part of their texts was kept", () => {
  const of = (textsCut: number) =>
    summaryLines({
      engine: { events: 9, alerts: 0, alertsByRule: new Map(), alertsUnnamed: 0, faults: 0 },
      lanes: [],
      heldBack: { byRate: 0, asRepeated: 0 },
      sent: 0,
      sources: [],
      state: { textsCut },
    } as unknown as Summary).slice(2);
  assertEquals(of(0), []);
  assertEquals(of(3), ["  processes of whose texts only a part was kept: 3"]);
});
