import { assertEquals } from "../../../tests/assert.ts";
import { withoutPaint } from "./paint.ts";

Deno.test("withoutPaint() takes colours away and nothing else", () => {
  const painted = "\x1b[0m\x1b[1m\x1b[31merror\x1b[0m: \x1b[38;5;245mat\x1b[0m [1m] \x1b[2J";
  assertEquals(withoutPaint(painted), "error: at [1m] \x1b[2J");
  assertEquals(withoutPaint(""), "");
});
