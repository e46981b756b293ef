import { assert, assertEquals, assertObjectMatch } from "../../../tests/assert.ts";
import { auditEvents, type PayloadLimits, readPayload } from "./payload.ts";

const LIMITS: PayloadLimits = { maxEventBytes: 4096, maxDepth: 32 };
const TIME = "2020-10-25T13:58:49.730588Z";
const TIME_NS = 1_603_634_329_730_588_000n;

function item(id: string, more: object = {}): string {
  return JSON.stringify({ auditID: id, stageTimestamp: TIME, ...more });
}
const event = (id: string, more: object = {}) => item(id, { kind: "Event", ...more });
const list = (...items: string[]) =>
  `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join()}]}`;

/** Ids of events and kinds of problems, in their order. */
function parts(payload: string | Uint8Array): string[] {
  return [...readPayload(payload, LIMITS)].map((part) =>
    part.kind === "event" ? String(part.value.auditID) : part.kind
  );
}

Deno.test("readPayload() takes lists, single events, arrays of both, and one after the other", () => {
  assertEquals(parts(list(item("a"), item("b"))), ["a", "b"]);
  assertEquals(parts(event("a")), ["a"]);
  assertEquals(parts(item("a")), ["a"]);
  assertEquals(parts(`[${event("a")}, [${list(item("b"))}]\n,${event("c")}]`), ["a", "b", "c"]);
  assertEquals(parts(`${event("a")}\n${list(item("b"))}\n\n${event("c")}\n`), ["a", "b", "c"]);
  assertEquals(parts(`\ufeff ${event("a")} `), ["a"]);
  assertEquals(parts(list()), []);
  assertEquals(parts('{"kind":"EventList","items":null}'), []);
});

Deno.test("readPayload() does not mind in which order a list says what it is", () => {
  const items = `"items":[${item("a")},${item("b")}]`;
  assertEquals(parts(`{${items},"kind":"EventList"}`), ["a", "b"]);
  assertEquals(parts(`{"metadata":{"items":[1]},${items} , "kind" : "EventList" }`), ["a", "b"]);
  assertEquals(parts(`{"\\u006bind":"EventList","it\\u0065ms":[${item("a")}]}`), ["a"]);
  // Fields of an event have these names, too.
  assertEquals(parts(event("c", { items: [{ kind: "EventList" }] })), ["c"]);
});

Deno.test("readPayload() gives events as they were sent, with their time", () => {
  const text = item("a", { note: 'ü\\"}]', deep: [[{ x: [] }]] });
  const { events } = auditEvents(` ${list(item("0"), text)}`, LIMITS);
  assertEquals(events[1]!.value, JSON.parse(text));
  assertEquals(new TextDecoder().decode(events[1]!.bytes), text);
  assertEquals(events[1]!.timeNs, TIME_NS);
});

Deno.test("readPayload() goes on behind an event that cannot be used", () => {
  const deep = `{"auditID":"d","x":${"[".repeat(40)}${"]".repeat(40)}}`;
  const payload = list(
    item("a"),
    item("large", { x: "x".repeat(5000) }),
    deep,
    '{"auditID": tru }',
    item("no time", { stageTimestamp: 1 }),
    item("bad time", { stageTimestamp: "yesterday" }),
    "17",
    item("z"),
  );
  const problems = ["too-large", "too-deep", "malformed", "not-an-event", "not-an-event"];
  assertEquals(parts(payload), ["a", ...problems, "not-an-event", "z"]);
  assertEquals(parts(`[1, {"kind":"Pod"}, {}, ${event("a")}]`), [
    ...["not-an-event", "not-an-event", "not-an-event"],
    "a",
  ]);
  const [problem] = auditEvents(list("{}"), LIMITS).problems;
  assertObjectMatch(problem!, { offset: list("{}").indexOf("[") + 1 });
});

Deno.test("readPayload() says what is missing, and names no place in nothing", () => {
  const problemOf = (text: string) => auditEvents(text, LIMITS).problems[0]!;
  assertEquals(problemOf(" ").detail, "nothing was sent");
  const [none, other] = ['{"auditID":"a"}', item("a", { stageTimestamp: "today" })].map(problemOf);
  assertEquals(none!.detail, "an event has no stageTimestamp");
  assertEquals(other!.detail, "the stageTimestamp of an event is no time that can be read");
  assert(none!.help?.includes('"stageTimestamp": "2026-'), none!.help);
});

Deno.test("readPayload() ends where the payload is no JSON any more, with what came before", () => {
  const whole = list(item("a"), item("b"));
  assertEquals(parts(whole.slice(0, -30)), ["a", "malformed"]);
  const texts = [
    "",
    "  ",
    "{",
    '{"kind"}',
    '{"kind":}',
    '{"kind":"EventList" "items":[]}',
    '{"kind":"EventList","items":[,]}',
    '{"kind":"EventList","metadata":{]}',
    '{"kind":"EventList","\\x":1}',
    `[${event("a").slice(0, -1)}`,
    '"',
    "nul",
    "}",
  ];
  for (const text of texts) {
    const found = parts(text);
    assertEquals(found.at(-1), "malformed", text);
  }
  assertEquals(parts(`${event("a")}]`), ["a", "malformed"]);
});

Deno.test("readPayload() looks no deeper than allowed, however deep it is", () => {
  const deep = (n: number) => "[".repeat(n) + "]".repeat(n);
  for (const depth of [17, 33, 100_000]) assertEquals(parts(deep(depth)), ["not-an-event"]);
  assertEquals(parts(`{"kind":${deep(100_000)}}`), ["not-an-event"]);
  assertEquals(parts(list(`{"auditID":${deep(1000)}}`, item("a"))), ["too-deep", "a"]);
  assertEquals(parts(`{"kind":"Event","x":${deep(1000)}}${event("a")}`), ["too-deep", "a"]);
});

Deno.test("readPayload() gives what is not too deep of an event", () => {
  const nested = (n: number) => "[".repeat(n) + "]".repeat(n);
  const text = (x: string) =>
    `{"auditID":"a","stageTimestamp":"${TIME}","x":${x},"y":[{"z":${x}},"[\\"]"],"verb":"get"}`;
  const [problem, ...others] = auditEvents(`${text(nested(500))}${event("b")}`, LIMITS).problems;
  assertEquals(others, []);
  const { rest } = problem!;
  const y = [{ z: JSON.parse(`${"[".repeat(29)}0${"]".repeat(29)}`) }, '["]'];
  assertEquals(rest?.value.verb, "get");
  assertEquals(rest?.value.y, y);
  assertEquals(JSON.parse(new TextDecoder().decode(rest?.bytes)), rest?.value);
  assertEquals(auditEvents(`{"auditID":${nested(99)}}`, LIMITS).problems[0]?.rest, undefined);
});

Deno.test("readPayload() takes bytes that are no UTF-8 as they are", () => {
  const bytes = new TextEncoder().encode(list(item("a", { verb: "x?x" })));
  bytes[bytes.indexOf(0x3f)] = 0xff;
  const [found] = auditEvents(bytes, LIMITS).events;
  assertEquals(found!.value.verb, "x\udcffx");
  assert(bytes.includes(0xff));
});
