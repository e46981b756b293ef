import { assert, assertEquals } from "../../tests/assert.ts";
import { type Alert, INTERNAL_SOURCE } from "../alert/mod.ts";
import { HELD_BACK_FIELD, HoldBack, type HoldBackSettings } from "./hold_back.ts";
import { alert } from "./testing.ts";

function setUp(settings: HoldBackSettings) {
  const sent: Alert[] = [];
  const clock = { nowMs: 0 };
  const holdBack = new HoldBack(settings, {
    send: (alert) => sent.push(alert),
    hostname: "h",
    now: () => clock.nowMs,
  });
  return { sent, clock, holdBack, messages: () => sent.map(({ message }) => message) };
}

const dedup = { keys: ["rule", "container.id"], windowMs: 60_000 };
const inContainer = (message: string, id?: string) =>
  alert(message, { fields: new Map(id === undefined ? [] : [["container.id", id]]) });

Deno.test("of alerts that agree in all keys one goes out, and the others are told of", () => {
  const { sent, clock, holdBack, messages } = setUp({ dedup });
  for (const [message, id] of [["1", "a"], ["2", "a"], ["3", "b"], ["4", "a"]] as const) {
    holdBack.offer({ ...inContainer(message, id), uuid: message });
  }
  assertEquals(messages(), ["1", "3"]);
  clock.nowMs = 60_000;
  holdBack.tick();
  assertEquals(messages(), ["1", "3", "2 more of r in 60 s, the last: 4"]);
  assertEquals(sent[2]!.fields.get(HELD_BACK_FIELD), 2);
  assertEquals([sent[2]!.rule, sent[2]!.fields.get("container.id")], ["r", "a"]);
  assertEquals(new Set(sent.map(({ uuid }) => uuid)).size, 3);
  holdBack.offer(inContainer("5", "a"));
  assertEquals(messages().at(-1), "5");
  assertEquals(holdBack.counters, { byRate: 0, asRepeated: 2 });
  holdBack.close();
  assertEquals(sent.length, 4);
});

Deno.test("a window that is over is told of before the alert that begins the next", () => {
  const { clock, holdBack, messages } = setUp({ dedup });
  holdBack.offer(inContainer("1", "a"));
  holdBack.offer(inContainer("2", "a"));
  clock.nowMs = 61_000;
  holdBack.offer(inContainer("3", "a"));
  assertEquals(messages(), ["1", "1 more of r in 61 s, the last: 2", "3"]);
  holdBack.close();
});

Deno.test("values that only look alike when joined are different alerts", () => {
  const { holdBack, messages } = setUp({ dedup: { keys: ["rule", "source"], windowMs: 1000 } });
  holdBack.offer(alert("1", { rule: "ab", source: "c" }));
  holdBack.offer(alert("2", { rule: "a", source: "bc" }));
  holdBack.offer(alert("3", { rule: "a1:b", source: "c" }));
  assertEquals(messages(), ["1", "2", "3"]);
  holdBack.close();
});

Deno.test("more different alerts than are remembered go out all the same", () => {
  const { sent, holdBack } = setUp({ dedup });
  for (let i = 0; i < 12_000; i++) holdBack.offer(inContainer("m", String(i)));
  assertEquals(sent.length, 12_000);
  holdBack.close();
});

Deno.test("long alerts are remembered as far as there is room, and go out beyond", () => {
  const { sent, clock, holdBack, messages } = setUp({ dedup });
  const long = (first: string) => first + "x".repeat(1 << 20);
  for (let time = 0; time < 2; time++) {
    for (let i = 0; i < 40; i++) holdBack.offer(inContainer(long(""), String(i)));
  }
  // The second of each of those that there was room for was held back.
  const repeated = holdBack.counters.asRepeated;
  assert(repeated >= 10 && repeated < 16, String(repeated));
  assertEquals(sent.length, 80 - repeated);
  // Short ones find room, and their last stays short.
  holdBack.offer(inContainer("short", "s"));
  holdBack.offer(inContainer(long("much too "), "s"));
  clock.nowMs = 60_000;
  holdBack.tick();
  assertEquals(messages().at(-1), "1 more of r in 60 s, the last: short");
  // There is room again.
  holdBack.offer(inContainer(long("a"), "a"));
  holdBack.offer(inContainer(long("b"), "a"));
  assertEquals(holdBack.counters.asRepeated, repeated + 2);
  holdBack.close();
  assert(messages().at(-1)!.includes("the last: bxx"));
});

Deno.test("closing tells what is held back until then", () => {
  const { holdBack, messages } = setUp({ dedup, rate: { perSecond: 1, burst: 1 } });
  for (const id of ["a", "a", "b"]) holdBack.offer(inContainer("m", id));
  holdBack.close();
  assertEquals(messages(), [
    "m",
    "1 more of r in 1 s, the last: m",
    "Falco internal: alerts held back: 1 more within 60 s than outputs.rate lets through: 1 of r",
  ]);
});

Deno.test("a rate lets a burst through, then so many a second", () => {
  const { sent, clock, holdBack } = setUp({ rate: { perSecond: 2, burst: 3 } });
  const offer = (count: number) => {
    for (let i = 0; i < count; i++) holdBack.offer(alert("m", { rule: i % 2 ? "odd" : "even" }));
    return sent.length;
  };
  assertEquals(offer(5), 3);
  clock.nowMs = 1000;
  assertEquals(offer(5), 5);
  clock.nowMs = 100_000;
  assertEquals(offer(5), 8);
  assertEquals(holdBack.counters.byRate, 7);
  holdBack.close();
  const summary = sent.at(-1)!;
  assert(summary.message.includes("7 more within 60 s"), summary.message);
  assertEquals([summary.source, summary.priority], [INTERNAL_SOURCE, "Notice"]);
});

Deno.test("what falcod tells of itself is never held back", () => {
  const { sent, holdBack } = setUp({ dedup, rate: { perSecond: 1, burst: 1 } });
  for (let i = 0; i < 5; i++) holdBack.offer(alert("m", { source: INTERNAL_SOURCE }));
  assertEquals(sent.length, 5);
  holdBack.close();
});
