import { assertEquals } from "../../tests/assert.ts";
import { MemoryStore } from "./memory_store.ts";
import { Pending } from "./pending.ts";
import { alert } from "./testing.ts";

const pending = (message: string) => new Pending(alert(message));

Deno.test("a batch of long alerts has fewer of them, and at least one", async () => {
  const store = new MemoryStore({ capacity: 1000, capacityUnits: 1 << 24 });
  for (let i = 0; i < 30; i++) store.offer(pending("x".repeat(100_000)));
  store.offer(pending("y".repeat(3_000_000)));
  for (let i = 0; i < 500; i++) store.offer(pending("short"));
  const sizes: number[] = [];
  while (store.waiting > 0) sizes.push((await store.take(256)).alerts.length);
  assertEquals(sizes, [10, 10, 10, 1, 256, 244]);
});
