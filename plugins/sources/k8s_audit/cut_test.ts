import { assert, assertEquals } from "../../../tests/assert.ts";
import { cutPayload } from "./cut.ts";
import { auditEvents } from "./payload.ts";

const LIMITS = { maxEventBytes: 10_000, maxDepth: 32 };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const event = (id: number, more: object = {}) =>
  JSON.stringify({
    kind: "Event",
    auditID: `${id}`,
    stageTimestamp: "2020-10-25T13:58:49Z",
    ...more,
  });
const idsOf = (payload: Uint8Array) => {
  const { events, problems } = auditEvents(payload, LIMITS);
  assertEquals(problems, []);
  return events.map(({ value }) => Number(value.auditID));
};

const EVENTS = [0, 1, 2, 3].map((id) => event(id, { x: 'a"]}{,[\\', y: [{ items: [1] }] }));
const SHAPES: Readonly<Record<string, string>> = {
  "an EventList": ` {"kind":"EventList","metadata":{"a":[]},"items" : [${EVENTS.join(" , ")}]}`,
  "an EventList that says so late":
    `{"metadata":{}, "items":[${EVENTS.join()}],"kind":"EventList"}`,
  "an EventList that never says so before": `{"items": [${EVENTS.join()}] , "kind" : "EventList" }`,
  "an array": `[${EVENTS.join()} ]`,
  "one event after the other": EVENTS.join("\n"),
};

for (const [shape, whole] of Object.entries(SHAPES)) {
  Deno.test(`${shape} can be cut wherever it is broken off, and loses nothing`, () => {
    const bytes = bytesOf(whole);
    let cuts = 0;
    for (let size = 0; size < bytes.length; size++) {
      const cut = cutPayload(bytes.subarray(0, size));
      if (!cut) continue;
      cuts++;
      const rest = new Uint8Array([...cut.rest.bytes, ...bytes.subarray(size)]);
      const later = rest.some((byte) => byte > 0x20) ? idsOf(rest) : [];
      assertEquals([...idsOf(cut.payload.bytes), ...later], [0, 1, 2, 3]);
    }
    assert(cuts > whole.length / 4);
  });
}

Deno.test("what says first that it is no list, or is nothing known, is not cut", () => {
  const texts = [
    "",
    "  ",
    `{"auditID":"a","items":[${EVENTS.join()}`,
    `{"kind":"PodList","items":[${EVENTS.join()}`,
    `{"kind":"EventList","items":[${EVENTS[0]}`,
    `{"kind":"EventList","metadata":{`,
    `[${EVENTS[0]!.slice(0, 20)}`,
    `"text that goes on`,
    "}",
    "1 2 3",
    "\0".repeat(100),
  ];
  for (const text of texts) assertEquals(cutPayload(bytesOf(text)), undefined, text);
});

Deno.test("whatever is cut, both halves are shorter than the whole and a little", () => {
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48_271) % 2_147_483_647) % n;
  const alphabet = '{}[]",:\\ 0tn\n';
  for (let i = 0; i < 20_000; i++) {
    const noise = Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join(
      "",
    );
    const text = `${["", "[", '{"kind":"EventList","items":[', "{}"][random(4)]}${noise}`;
    const cut = cutPayload(bytesOf(text));
    if (!cut) continue;
    // A kind may have been put in.
    assert(cut.payload.bytes.length <= text.length + 30);
    assert(cut.rest.bytes.length < text.length + 30);
  }
});
