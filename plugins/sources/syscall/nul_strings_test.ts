import { assertEquals } from "../../../tests/assert.ts";
import { splitNul } from "./nul_strings.ts";

Deno.test("splitNul() keeps empty strings and a last one that was cut", () => {
  assertEquals(splitNul(""), []);
  assertEquals(splitNul("\0"), [""]);
  assertEquals(splitNul("cat\0\0a b\0"), ["cat", "", "a b"]);
  assertEquals(splitNul("cat\0--lo"), ["cat", "--lo"]);
});
