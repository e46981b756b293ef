import { assertEquals } from "../../tests/assert.ts";
import { membersIn } from "./reply.ts";

Deno.test("membersIn() has nothing of what is no object of JSON", () => {
  assertEquals(membersIn('{"a": [1], "b": null}'), { a: [1], b: null });
  for (const body of ["", "<html>", "null", "5", '"a"', "[", "[1]", "{"]) {
    assertEquals(membersIn(body), {}, body);
  }
});
