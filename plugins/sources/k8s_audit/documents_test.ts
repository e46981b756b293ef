import { assertEquals } from "../../../tests/assert.ts";
import { auditDocuments } from "./documents.ts";

const TIME = "2020-10-25T13:58:49.730588Z";

Deno.test("auditDocuments reads events of lines and lists, in order, and says what is wrong", () => {
  const one = (auditID: string) => ({ kind: "Event", auditID, stageTimestamp: TIME });
  const text = [one("a"), { kind: "EventList", items: [one("b"), {}] }, [one("c")]]
    .map((value) => JSON.stringify(value)).join("\n");
  const { events, problems } = auditDocuments.read(text);
  assertEquals(events.map(({ value }) => value.auditID), ["a", "b", "c"]);
  assertEquals(events.map(({ event }) => event.number), [1, 2, 3]);
  assertEquals(events[0]!.event.timeNs, 1_603_634_329_730_588_000n);
  assertEquals(problems, ["an event has no stageTimestamp"]);
});

Deno.test("auditDocuments makes an answered request of a part, and leaves whole events alone", () => {
  const whole = auditDocuments.complete({ verb: "create", userAgent: "x" });
  assertEquals(whole.stage, "ResponseComplete");
  assertEquals(whole.responseStatus, { metadata: {}, code: 201 });
  assertEquals(whole.annotations, { "authorization.k8s.io/decision": "allow" });
  assertEquals(auditDocuments.read(JSON.stringify(whole)).events.length, 1);
  assertEquals("user" in whole || "objectRef" in whole, false);

  const denied = auditDocuments.complete({ verb: "get", responseStatus: { code: 403 } });
  assertEquals(denied.annotations, { "authorization.k8s.io/decision": "forbid" });
  const unknown = auditDocuments.complete({ verb: "get", responseStatus: { code: 401 } });
  assertEquals(unknown.annotations, {});
  assertEquals(auditDocuments.complete({ stage: "Panic", annotations: {} }).stage, "Panic");

  const recorded = { auditID: "a", verb: "get" };
  assertEquals(auditDocuments.complete(recorded) === recorded, true);
});

Deno.test("auditDocuments completes with keys that events have", () => {
  const keys = new Set<string>(auditDocuments.keys);
  assertEquals(Object.keys(auditDocuments.complete({})).filter((key) => !keys.has(key)), []);
});
