import { assertEquals } from "../../../tests/assert.ts";
import { eventsRingBytes, lifecycleRingBytes } from "./schema.ts";

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

Deno.test("lifecycleRingBytes() grows with presets above the default, and never shrinks", () => {
  assertEquals([0, 1, 4].map(lifecycleRingBytes), [4 * MIB, 4 * MIB, 4 * MIB]);
  assertEquals([5, 10].map(lifecycleRingBytes), [8 * MIB, 64 * MIB]);
});
