import { assertEquals } from "../../tests/assert.ts";
import { whenNeeded } from "./when_needed.ts";

Deno.test("whenNeeded() makes a value when it is first asked for, and once", () => {
  let count = 0;
  const value = whenNeeded(() => void count++);
  assertEquals(count, 0);
  assertEquals([value(), value(), count], [undefined, undefined, 1]);
});
