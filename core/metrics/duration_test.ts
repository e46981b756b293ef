import { assertEquals } from "../../tests/assert.ts";
import { parseDuration } from "./duration.ts";

Deno.test("parseDuration() adds up what stands in order, and blanks do not count", () => {
  assertEquals(parseDuration("1h30m"), 5_400_000);
  assertEquals(parseDuration(" 2h 5m\n"), 7_500_000);
  assertEquals(parseDuration("100ms"), 100);
});

Deno.test("parseDuration() finds nothing in what is no duration", () => {
  for (const text of ["", "5000", "1m1h", "-1s", "1.5h", "1t", "1h!", "9".repeat(400) + "s"]) {
    assertEquals(parseDuration(text), 0, text);
  }
});
