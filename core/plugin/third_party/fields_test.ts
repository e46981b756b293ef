import { assertEquals } from "../../../tests/assert.ts";
import type { FieldValue } from "../../field/mod.ts";
import { State } from "../../state/mod.ts";
import type { ManifestField } from "../manifest.ts";
import { DocumentEvent, timeNsOf } from "./event.ts";
import { fieldTableOf } from "./fields.ts";

const state = new State({});

function valueOf(
  document: unknown,
  field: Partial<ManifestField>,
  argument?: string | number,
): FieldValue {
  const described = { name: "a.b", type: "text", description: "A test", ...field } as ManifestField;
  const origin = { source: "a", pluginName: "a", firstTimeNs: 0n };
  const event = new DocumentEvent(document as Record<string, unknown>, 0n, 1, origin);
  return fieldTableOf([described]).get("a.b")!.extract(event, state, argument);
}

Deno.test("a field is found where its pointer leads, or at its own name", () => {
  assertEquals(valueOf({ "a.b": "x" }, {}), "x");
  assertEquals(valueOf({ a: { "b/~": ["x", "y"] } }, { from: "/a/b~1~0/1" }), "y");
  assertEquals(valueOf({ a: 1 }, { from: "" }), '{"a":1}');
  assertEquals(valueOf({ a: null }, { from: "/a/b" }), undefined);
  for (const name of ["__proto__", "constructor", "toString", "length"]) {
    assertEquals(valueOf({ a: ["x"] }, { from: `/${name}` }), undefined);
    assertEquals(valueOf({ a: ["x"] }, { from: `/a/${name}` }), undefined);
  }
});

Deno.test("what is nested without end throws nothing", () => {
  const deep = JSON.parse('{"a":['.repeat(100_000) + "]}".repeat(100_000));
  valueOf({ "a.b": deep }, {});
  const origin = { source: "a", pluginName: "a", firstTimeNs: 0n };
  assertEquals(typeof new DocumentEvent({ deep }, 0n, 1, origin).pluginInfo, "string");
});

Deno.test("an argument leads on from there", () => {
  const document = { labels: { team: "blue" }, list: ["x", "y"] };
  assertEquals(valueOf(document, { from: "/labels", argument: "key" }, "team"), "blue");
  assertEquals(valueOf(document, { from: "/labels", argument: "key" }, "none"), undefined);
  assertEquals(valueOf(document, { from: "/list", argument: "index" }, 1), "y");
});

Deno.test("values have the type that the manifest says, or are absent", () => {
  const of = (type: ManifestField["type"], value: unknown) => valueOf({ "a.b": value }, { type });
  assertEquals(of("text", 5), "5");
  assertEquals(of("text", { a: [1] }), '{"a":[1]}');
  assertEquals(of("text", null), undefined);
  assertEquals(of("int64", -5), -5);
  assertEquals(of("int64", "9007199254740993"), 9007199254740993n);
  assertEquals(of("int64", 1.5), undefined);
  assertEquals(of("int64", "99999999999999999999"), undefined);
  assertEquals(of("uint64", -1), undefined);
  assertEquals(of("double", 1.5), 1.5);
  assertEquals(of("double", "1.5"), undefined);
  assertEquals(of("bool", true), true);
  assertEquals(of("bool", "true"), undefined);
  assertEquals(of("time", "2023-11-14T22:13:20Z"), 1_700_000_000_000_000_000n);
  assertEquals(of("time", "soon"), undefined);
  assertEquals(of("port", 70_000), undefined);
  assertEquals(of("ip", "10.0.0.1"), new Uint8Array([10, 0, 0, 1]));
  assertEquals(of("ip", "no"), undefined);
});

Deno.test("a list has those of its elements that fit", () => {
  const field = { type: "int64", list: true } as const;
  assertEquals(valueOf({ "a.b": [1, "x", 3] }, field), [1, 3]);
  assertEquals(valueOf({ "a.b": "x" }, field), undefined);
});

Deno.test("timeNsOf() takes milliseconds with fractions, and now for what is none", () => {
  assertEquals(timeNsOf(1_700_000_000_000.25), 1_700_000_000_000_250_000n);
  const before = BigInt(Date.now()) * 1_000_000n;
  for (const none of [undefined, "x", -1, NaN, Infinity, 1e300, {}]) {
    const time = timeNsOf(none);
    assertEquals(time >= before && time < before + 60_000_000_000n, true);
  }
});
