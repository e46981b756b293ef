import { assert, assertEquals } from "../../../tests/assert.ts";
import { Random } from "../../../tests/property/random.ts";
import type { Alert } from "../../alert/mod.ts";
import { readPayload } from "./payload.ts";

const WHOLE = {
  hostname: "host-1",
  output: "16:31:56.746609046: Error A file was written (user=root)",
  output_fields: { "user.name": "root", "evt.num": 12 },
  priority: "Error",
  rule: "Write below binary dir",
  source: "syscall",
  tags: ["a", "b"],
  time: "2023-05-17T15:31:56.746609046Z",
};

function read(document: unknown) {
  return readPayload(new TextEncoder().encode(JSON.stringify(document)));
}

function alertOf(document: unknown): Alert {
  const payload = read(document);
  if ("refused" in payload) throw new Error(payload.refused);
  return payload.alert;
}

function refusal(document: unknown): string {
  const payload = read(document);
  return "refused" in payload ? payload.refused : "";
}

Deno.test("readPayload() keeps the line, and has the message without time and priority", () => {
  assertEquals(alertOf(WHOLE), {
    rule: "Write below binary dir",
    priority: "Error",
    source: "syscall",
    tags: ["a", "b"],
    timeNs: 1684337516746609046n,
    hostname: "host-1",
    message: "A file was written (user=root)",
    output: "16:31:56.746609046: Error A file was written (user=root)",
    fields: new Map<string, string | number>([["user.name", "root"], ["evt.num", 12]]),
  });
  const iso = "2023-05-17T15:31:56.746609046+0000: Warning \n text";
  assertEquals(alertOf({ ...WHOLE, output: iso }).message, "\\n text");
});

Deno.test("readPayload() takes what old versions of Falco left out or spelled otherwise", () => {
  const { source: _s, hostname: _h, ...old } = WHOLE;
  const alert = alertOf({ ...old, tags: null, priority: "WARNING" });
  assertEquals([alert.source, alert.hostname, alert.tags, alert.priority], [
    "syscalls",
    "",
    [],
    "Warning",
  ]);
  // As falcosidekick: somebody tries whether alerts arrive.
  assertEquals(alertOf({ ...WHOLE, rule: "Test rule" }).source, "internal");
  // json_include_output_property, json_include_output_fields_property: false
  assertEquals(alertOf({ ...WHOLE, output: undefined }).message, "");
  assertEquals(alertOf({ ...WHOLE, output_fields: undefined }).fields.size, 0);
  assertEquals(alertOf({ ...WHOLE, message: "only this" }).message, "only this");
  const times: readonly (readonly [unknown, bigint])[] = [
    ["2023-05-17T15:31:56Z", 1684337516000000000n],
    ["2023-05-17T17:31:56.5+02:00", 1684337516500000000n],
    ["2023-05-17T15:31:56.746609046+0000", 1684337516746609046n],
    ["2024-02-29T23:59:59.9-00:30", 1709252999900000000n],
    ["2262-04-11T23:47:16.854775807Z", 9223372036854775807n],
  ];
  for (const [time, wanted] of times) assertEquals(alertOf({ ...WHOLE, time }).timeNs, wanted);
});

Deno.test("readPayload() takes times as falcosidekick does: a text of RFC 3339 that a calendar has", () => {
  const refused = "time is none of RFC 3339, as 2023-05-17T15:31:56.746609046Z is";
  const times = [
    ...[1684337516, 1684337516746, 1684337516.5, 0, true, [], {}, "", "1684337516"],
    ...["yesterday", "2023-05-17", "2023-02-31T00:00:00Z", "2023-05-17T24:00:00Z"],
    ...["2023-05-17T10:00:00+24:00", "0001-01-01T00:00:00Z"],
    ...["2262-04-11T23:47:16.854775808Z", "9999-12-31T23:59:59Z", "2500-01-01T00:00:00Z"],
  ];
  for (const time of times) {
    // What Falco puts among the fields is no way around it.
    const output_fields = { "evt.time": 1684337516746609 };
    assertEquals(refusal({ ...WHOLE, output_fields, time }), refused, String(time));
  }
  for (const time of [null, undefined]) {
    assertEquals(refusal({ ...WHOLE, time }), "time is missing");
    const output_fields = { "evt.time": 1684337516746609 };
    assertEquals(alertOf({ ...WHOLE, output_fields, time }).timeNs, 1684337516746609n);
  }
});

Deno.test("readPayload() keeps integers whole and every kind of value", () => {
  const text = '{"priority":"Debug","rule":"r","time":"2023-05-17T15:31:56Z","output_fields":' +
    '{"evt.time":1684337516746609046,"max":18446744073709551615,"f":1.5,"n":null,"t":true,' +
    '"l":["a",[1]],"m":{"k":9007199254740993},"__proto__":"x"}}';
  const payload = readPayload(new TextEncoder().encode(text));
  assert("alert" in payload);
  assertEquals([...payload.alert.fields], [
    ["evt.time", 1684337516746609046n],
    ["max", 18446744073709551615n],
    ["f", 1.5],
    ["n", null],
    ["t", true],
    ["l", ["a", [1]]],
    ["m", '{"k":9007199254740993}'],
    ["__proto__", "x"],
  ]);
});

Deno.test("readPayload() refuses what is no alert and says why", () => {
  assertEquals(refusal({ ...WHOLE, priority: "loud" }), "priority is missing, or none of Falco's");
  assertEquals(refusal({ ...WHOLE, rule: "" }), "rule is missing");
  assertEquals(
    refusal({ ...WHOLE, output: 1, output_fields: [] }),
    "output and output_fields are missing",
  );
  assertEquals(refusal([]), "the body is no JSON object");
  for (const text of ["", "{", "\xff", "[".repeat(1 << 20), '{"a":'.repeat(100_000)]) {
    assert("refused" in readPayload(new TextEncoder().encode(text)));
  }
  assert("refused" in readPayload(new Uint8Array([0xff, 0x7b, 0x80])));
});

Deno.test("readPayload() says of what is nested too deeply that it is", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const given = (value: string) =>
    `{"priority":"Debug","rule":"r","time":"2023-05-17T15:31:56Z","output_fields":{"a":${value},` +
    `"evt.time":1684337516746609046,"b":"${"[".repeat(300)}\\"{${"{".repeat(300)}"}}`;
  const refusedFor = (value: string) => {
    const payload = readPayload(new TextEncoder().encode(given(value)));
    return "refused" in payload ? payload.refused : "";
  };
  assertEquals(refusedFor(nested(254)), "");
  for (const depth of [255, 3000, 100_000]) {
    for (const value of [nested(depth), '{"a":'.repeat(depth) + "1" + "}".repeat(depth)]) {
      assertEquals(refusedFor(value), "the body has values nested deeper than 256");
    }
  }
});

Deno.test("readPayload() takes random changes of an alert without throwing", () => {
  const bytes = new TextEncoder().encode(JSON.stringify(WHOLE));
  const random = new Random(11);
  const next = (limit: number) => random.below(limit);
  for (let round = 0; round < 2000; round++) {
    const changed = bytes.slice(0, next(bytes.length + 1));
    for (let times = next(4); times > 0 && changed.length > 0; times--) {
      changed[next(changed.length)] = next(256);
    }
    readPayload(changed);
  }
});

Deno.test("readPayload() refuses more values than any rule has", () => {
  const given = (more: object) => ({
    rule: "r",
    priority: "Error",
    output: "o",
    time: "2020-01-01T00:00:00Z",
    ...more,
  });
  const refused = (more: object) =>
    "refused" in readPayload(new TextEncoder().encode(JSON.stringify(given(more))));
  const items = Array.from({ length: 21_000 }, (_, i) => i);
  assertEquals(refused({ output_fields: { list: items.slice(0, 1000) } }), false);
  assertEquals(refused({ output_fields: { list: items } }), true);
  assertEquals(refused({ output_fields: { list: [[items]] } }), true);
  assertEquals(
    refused({ output_fields: Object.fromEntries(items.map((i) => [`f${i}`, 1])) }),
    true,
  );
  assertEquals(refused({ tags: items.map(String) }), true);
});
