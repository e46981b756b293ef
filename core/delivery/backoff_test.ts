import { assertEquals } from "../../tests/assert.ts";
import { backoffMs } from "./backoff.ts";

const settings = { attempts: 9, firstMs: 100, mostMs: 1000 };
const always = (random: number) => ({ random: () => random });

Deno.test("waiting doubles up to its limit, and lies between half of it and all", () => {
  const waits = (random: number) =>
    [0, 1, 2, 3, 4, 99].map((n) => backoffMs(n, settings, always(random)));
  assertEquals(waits(1), [100, 200, 400, 800, 1000, 1000]);
  assertEquals(waits(0), [50, 100, 200, 400, 500, 500]);
});

Deno.test("what the other end asks for is kept, up to a quarter of an hour", () => {
  assertEquals(backoffMs(0, settings, { askedMs: 5000, ...always(1) }), 5000);
  assertEquals(backoffMs(0, settings, { askedMs: 10, ...always(1) }), 100);
  assertEquals(backoffMs(0, settings, { askedMs: 1e12, ...always(1) }), 900_000);
});
