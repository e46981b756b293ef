import { assertEquals, assertThrows } from "../../tests/assert.ts";
import { encodeOrder } from "./order.ts";

const ORDER = {
  address: 0x1000,
  entry: 0x2000,
  segments: 0x3000,
  segmentCount: 11,
  loader: "/lib/ld.so",
  args: ["run", "data:x"],
  added: ["HOME=/proc"],
  hidden: ["DENO_", "HOME="],
};

Deno.test("encodeOrder() has every text where it says", () => {
  const bytes = encodeOrder(ORDER);
  const words = new BigUint64Array(bytes.buffer.slice(0, 14 * 8));
  assertEquals(new TextDecoder().decode(bytes.subarray(0, 8)), "FLCDCOT1");
  assertEquals([...words.slice(1, 6)].map(Number), [bytes.length, 0x1000, 0x2000, 0x3000, 11]);
  const list = (index: number) => {
    const offset = Number(words[6 + index * 2]), count = Number(words[7 + index * 2]);
    return new TextDecoder().decode(bytes.subarray(offset)).split("\0").slice(0, count);
  };
  assertEquals([0, 1, 2, 3].map(list), [[ORDER.loader], ORDER.args, ORDER.added, ORDER.hidden]);
});

Deno.test("encodeOrder() refuses a text that would be two", () => {
  assertThrows(() => encodeOrder({ ...ORDER, args: ["a\0b"] }), /NUL/);
});
