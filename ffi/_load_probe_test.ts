import { assertEquals } from "../tests/assert.ts";
import { cpuSlots } from "./_load_probe.ts";

Deno.test("cpuSlots() has a slot for the highest CPU, also where numbers are left out", () => {
  assertEquals(["0\n", "0-1\n", "0-3,8-11\n", "0,2\n"].map(cpuSlots), [1, 2, 12, 3]);
});
