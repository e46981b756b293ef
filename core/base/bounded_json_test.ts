import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { parseBoundedJson } from "./bounded_json.ts";

const BOUNDS = { depth: 4, values: 20 };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseBoundedJson(bytesOf(text), BOUNDS);

Deno.test("parseBoundedJson() reads as JSON.parse does", () => {
  for (
    const text of [
      "1",
      '""',
      '{"a":[1,2,{"b":null}],"c":"\\"[[[[[[{{{{{{,,,,,,,,,,,,,,,,,,,,,,\\\\"}',
      " [ ] ",
      '"ä€😀\\ud800"',
      "[[[[0]]]]",
    ]
  ) assertEquals(parse(text), JSON.parse(text));
});

Deno.test("parseBoundedJson() refuses what is no JSON", () => {
  for (const text of ["", "[", '"', '"\\', "]", "]]]]]]", "{a:1}", "[1,]", '"\\"']) {
    assertThrows(() => parse(text), /JSON/);
  }
  assertThrows(
    () => parseBoundedJson(Uint8Array.of(0x22, 0xff, 0x22), BOUNDS),
    /encoded data is not valid/,
  );
});

Deno.test("parseBoundedJson() takes no more than it was told, and does not read it", () => {
  assertThrows(() => parse("[[[[[0]]]]]"), /more than 4 brackets within each other/);
  assertThrows(() => parse("[".repeat(1 << 20)), /more than 4 brackets/);
  assertThrows(() => parse(`[${"0,".repeat(20)}0]`), /more than 20 values/);
  assertThrows(() => parse(`[${"{},".repeat(10)}0]`), /more than 20 values/);
  assertThrows(() => parse(`{${'"a":1,'.repeat(10)}"b":1}`), /more than 20 values/);
});

Deno.test("parseBoundedJson() counts the same whatever stands in texts, and ends for any bytes", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 0x7fffffff) % below;
  const pieces = ['"', "\\", "[", "]", "{", "}", ",", ":", "0", "a", " ", "\\u0022", "ä"];
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random(24) }, () => pieces[random(pieces.length)]).join("");
    let wanted: unknown;
    try {
      wanted = JSON.parse(text);
    } catch {
      wanted = SyntaxError;
    }
    let found: unknown;
    try {
      found = parseBoundedJson(bytesOf(text), { depth: 100, values: 100 });
    } catch (error) {
      found = (error as Error).constructor;
    }
    assertEquals(found, wanted, text);
  }
});
