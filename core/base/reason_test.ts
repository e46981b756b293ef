import { assertEquals } from "../../tests/assert.ts";
import { reasonOf } from "./reason.ts";

Deno.test("reasonOf() leaves the number and the path of a system's error to others", () => {
  let error: unknown;
  try {
    Deno.readFileSync("/nowhere/x");
  } catch (caught) {
    error = caught;
  }
  assertEquals(reasonOf(error), "No such file or directory");
  assertEquals(
    reasonOf(new Error("No space left on device (os error 28)")),
    "No space left on device",
  );
  assertEquals(reasonOf(new Error("bad bytes")), "bad bytes");
  assertEquals(reasonOf("odd"), "odd");
});
