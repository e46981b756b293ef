import { assertEquals } from "../../tests/assert.ts";
import { jsonText } from "./json.ts";

Deno.test("jsonText() writes U+FFFD for lone surrogates, and nothing else differently", () => {
  for (const value of ["\udcff", "a\ud800b", "\\\udcff", "\udcff\udcfe"]) {
    assertEquals(JSON.parse(jsonText({ value })), { value: value.toWellFormed() });
    assertEquals(/\\ud[89a-f]/.test(jsonText({ value })), false);
  }
  for (const value of ["\\udcff", "\\\\udcff", "😀", '"\\', "\\ud83d\\ude00"]) {
    assertEquals(jsonText({ value }), JSON.stringify({ value }));
  }
  assertEquals(jsonText([1], { indent: 2 }), "[\n  1\n]");
});
