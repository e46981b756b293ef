import { assertEquals } from "../../tests/assert.ts";
import { functionFailure } from "./function_failure.ts";

Deno.test("functionFailure() tells what was said, cut and without what terminals act on", () => {
  const { code, message } = functionFailure(`\x1b${"a".repeat(499)}bb`, "Un\x9bhandled");
  assertEquals(code, "unavailable");
  assertEquals(
    message,
    `The function failed (Un\\u009bhandled): \\u001b${"a".repeat(499)}…[cut, 2 more]`,
  );
  assertEquals(functionFailure("boom").message, "The function failed: boom");
});
