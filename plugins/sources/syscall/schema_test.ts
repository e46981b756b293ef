import { assertEquals } from "../../../tests/assert.ts";
import { eventsRingBytes } from "./schema.ts";

const MIB = 1 << 20;

Deno.test("eventsRingBytes() gives what Falco's rings have together", () => {
  assertEquals(eventsRingBytes(4, 1), 8 * MIB);
  assertEquals(eventsRingBytes(4, 2), 8 * MIB);
  assertEquals(eventsRingBytes(4, 64), 256 * MIB);
  assertEquals(eventsRingBytes(1, 2), MIB);
});

Deno.test("eventsRingBytes() is bounded on large machines", () => {
  assertEquals(eventsRingBytes(10, 256), 512 * MIB);
});
