import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { encodeWireMessage, WireError, WireMessage } from "./protobuf.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("WireMessage has what encodeWireMessage() was given, and proto3's nothing for the rest", () => {
  const entry = (name: string, value: string) => encodeWireMessage({ 1: name, 2: value });
  const message = new WireMessage(
    encodeWireMessage({
      1: "text",
      2: 300,
      20: encodeWireMessage({ 1: "within" }),
      4: entry("a", "b"),
    }),
  );
  assertEquals(message.text(1), "text");
  assertEquals([message.integer(2), message.flag(2)], [300n, true]);
  assertEquals(message.message(20)?.text(1), "within");
  assertEquals(message.texts(4), [["a", "b"]]);
  assertEquals([message.text(9), message.integer(9), message.flag(9)], ["", 0n, false]);
  assertEquals([message.message(9), message.messages(9), message.bytes(9).length], [
    undefined,
    [],
    0,
  ]);
});

Deno.test("WireMessage takes the last of several values, and negative numbers", () => {
  const message = new WireMessage(
    bytes(0x08, 1, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  );
  assertEquals(message.integer(1), -1n);
});

Deno.test("WireMessage passes over values that nobody asks for, and over other kinds of value", () => {
  const message = new WireMessage(bytes(0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x18, 7));
  assertEquals([message.integer(1), message.integer(2), message.integer(3)], [0n, 0n, 7n]);
  assertEquals([message.text(3), message.messages(3)], ["", []]);
});

for (
  const [title, given] of [
    ["a number that does not end", bytes(0x08, 0x80)],
    ["a number that is too long", bytes(0x08, ...Array(12).fill(0x80))],
    ["a value longer than what is left", bytes(0x0a, 5, 1)],
    [
      "a length beyond all sense",
      bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
    ],
    ["a kind of value that there is not", bytes(0x0f)],
    ["more fields than a message has", new Uint8Array(200_000).fill(0x08)],
  ] as const
) {
  Deno.test(`WireMessage refuses ${title}`, () => {
    assertThrows(() => new WireMessage(given), WireError);
  });
}

Deno.test("WireMessage reads or refuses whatever bytes there are", () => {
  let state = 1;
  const random = () => (state = (state * 48_271) % 0x7fffffff) & 0xff;
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    try {
      const message = new WireMessage(Uint8Array.from({ length: random() % 24 }, random));
      for (let field = 1; field < 8; field++) {
        message.text(field);
        message.integer(field);
        message.messages(field);
        message.texts(field);
      }
      read++;
    } catch (error) {
      assert(error instanceof WireError, String(error));
    }
  }
  assert(read > 100);
});

Deno.test("encodeWireMessage() takes lists and texts of any length", () => {
  const long = "ü".repeat(500_000);
  const entries = [encodeWireMessage({ 1: "a", 2: "1" }), encodeWireMessage({ 1: "b", 2: "2" })];
  const message = new WireMessage(encodeWireMessage({ 1: long, 2: entries, 3: [] }));
  assertEquals(message.text(1), long);
  assertEquals(message.texts(2), [["a", "1"], ["b", "2"]]);
  assertEquals(message.texts(3), []);
  assertEquals(new WireMessage(encodeWireMessage({ 1: ["a", "b"] })).allTexts(1), ["a", "b"]);
});

Deno.test("encodeWireMessage() takes numbers of 64 bits, below zero, and with fractions", () => {
  for (const value of [0n, 127n, 128n, -1n, -(2n ** 63n), 2n ** 63n - 1n]) {
    assertEquals(new WireMessage(encodeWireMessage({ 1: value })).integer(1), value);
  }
  const fixed = encodeWireMessage({ 1: { fixed64: 1470327477881785348n }, 2: { double: -0.5 } });
  assertEquals(fixed.length, 18);
  assertEquals([fixed[0], fixed[9]], [0x09, 0x11]);
  const view = new DataView(fixed.buffer);
  assertEquals(view.getBigUint64(1, true), 1470327477881785348n);
  assertEquals(view.getFloat64(10, true), -0.5);
});
