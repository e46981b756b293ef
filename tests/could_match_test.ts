/** What `CouldMatch` says of openings, and which fields it may ask for that. */
import { CouldMatch, isFixed } from "../core/engine/could_match.ts";
import { needsOf } from "../core/engine/mod.ts";
import { eventCodesByName } from "../core/event/mod.ts";
import { syscallFields } from "../core/field/mod.ts";
import { State } from "../core/state/mod.ts";
import { snapshot } from "../core/state/testing.ts";
import { layout } from "../ffi/mod.ts";
import { LiveEvent } from "../plugins/sources/syscall/live_event.ts";
import { assert, assertEquals } from "./assert.ts";
import { type OpenParts, RecordWriter } from "./records.ts";
import { rulesetOf } from "./ruleset.ts";

function opened(parts: OpenParts): LiveEvent {
  const writer = new RecordWriter(4096);
  const event = new LiveEvent({ epochMinusBootNs: 0n });
  event.load(writer.memory, writer.open(parts), layout.RECORD_KIND.file);
  return event;
}

function stateOf(): State {
  const state = new State();
  state.seed([snapshot(1), snapshot(100, { parentId: 1 })]);
  return state;
}

const rule = (condition: string) =>
  rulesetOf(`- rule: r\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: INFO\n`);
const couldMatch = (condition: string, parts: OpenParts) =>
  new CouldMatch(rule(condition), "syscall").opening(opened(parts), stateOf());

Deno.test("fields that an opening fixes are the same for whoever opens, and whenever", () => {
  const same = { given: "x", base: "/etc", resolved: "/etc/y", openFlags: 0o101 };
  const pairs = {
    succeeded: [
      { ...same, tgid: 1, tid: 1, bootNs: 5, result: 3, cpu: 0 },
      { ...same, tgid: 100, tid: 100, bootNs: 9e9, result: 1000, cpu: 7 },
    ],
    failed: [
      { ...same, tgid: 1, tid: 1, bootNs: 5, result: -13, cpu: 0 },
      { ...same, tgid: 100, tid: 100, bootNs: 9e9, result: -13, cpu: 7 },
    ],
  } as const;
  for (const outcome of ["succeeded", "failed"] as const) {
    const valuesOf = (parts: OpenParts) => {
      const state = stateOf(), event = opened(parts);
      state.begin(event);
      return [...syscallFields.values()]
        .filter((field) => isFixed(field, outcome))
        .map(({ name, argument, extract }) =>
          [name, extract(event, state, argument?.required ? "openat" : undefined)] as const
        );
    };
    const [one, other] = pairs[outcome].map(valuesOf);
    assert(one!.length > 20);
    assertEquals(one, other);
  }
});

Deno.test("CouldMatch.opening() looks at both names and at nothing that may differ", () => {
  const about = "evt.type = openat and fd.name startswith /etc and proc.name = cat";
  assertEquals(couldMatch(about, { given: "/etc/x", resolved: "/etc/x" }), true);
  assertEquals(couldMatch(about, { given: "/tmp/x", resolved: "/tmp/x" }), false);
  assertEquals(couldMatch(about, { given: "/tmp/x", resolved: "/etc/x" }), true);
  const except = "evt.type = openat and not fd.name startswith /tmp and not proc.name = cat";
  assertEquals(couldMatch(except, { given: "/tmp/x", resolved: "/tmp/x" }), false);
  assertEquals(couldMatch("proc.name = cat", { given: "/tmp/x", resolved: "/tmp/x" }), true);
});

Deno.test("CouldMatch.opening() does not take how a file ends for how its directory does", () => {
  const could = (condition: string, names: number) =>
    new CouldMatch(rule(`evt.type = openat and ${condition}`), "syscall")
      .opening(opened({ given: "/tmp/d1/f", resolved: "/tmp/d1/f" }), stateOf(), names);
  for (
    const about of ["= /tmp/watched", "in (/tmp/watched, /etc)", "endswith ched", "glob /tmp/*ched"]
  ) {
    assertEquals([1, 2].map((names) => could(`fd.directory ${about}`, names)), [false, true]);
  }
  // Nothing below /tmp is in /etc, and what ends as the name does is asked about by itself.
  assertEquals([1, 2].map((names) => could("fd.directory = /etc", names)), [false, false]);
  assertEquals([1, 2].map((names) => could("fd.name = /tmp/d/watched", names)), [false, false]);
});

Deno.test("CouldMatch.opening() tells calls that failed from others", () => {
  const failed = { given: "/tmp/x", result: -2 };
  assertEquals(couldMatch("evt.type = openat and fd.num >= 0", failed), false);
  assertEquals(couldMatch("evt.type = openat and evt.res = ENOENT", failed), true);
  assertEquals(couldMatch("evt.type = openat and evt.res = EPERM", failed), false);
  const opens = { given: "/tmp/x", resolved: "/tmp/x" };
  assertEquals(couldMatch("evt.type = openat and fd.num = 12", opens), true);
  assertEquals(couldMatch("evt.type = openat and evt.failed = true", opens), false);
});

Deno.test("needsOf() tells which types can match when they failed, and when they only read", () => {
  const openat = Math.max(...eventCodesByName("openat"));
  const connect = Math.max(...eventCodesByName("connect"));
  const needs = (condition: string) => {
    const { failedTypes, readingTypes } = needsOf(rule(condition), "syscall");
    return [failedTypes!.has(openat), readingTypes!.has(openat), failedTypes!.has(connect)];
  };
  assertEquals(needs("evt.type in (openat, connect)"), [true, true, true]);
  assertEquals(needs("evt.type in (openat, connect) and evt.failed = false"), [false, true, false]);
  assertEquals(needs("evt.type in (openat, connect) and evt.rawres >= 0"), [false, true, false]);
  assertEquals(needs("evt.type in (openat, connect) and evt.res = SUCCESS"), [false, true, false]);
  assertEquals(needs("evt.type = openat and fd.num >= 0"), [false, true, false]);
  assertEquals(needs("evt.type = openat and evt.is_open_write = true"), [true, false, false]);
  assertEquals(needs("evt.type = openat and not evt.is_open_write = true"), [true, true, false]);
});
