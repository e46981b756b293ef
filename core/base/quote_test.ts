import { assertEquals } from "../../tests/assert.ts";
import { inQuotes } from "./quote.ts";

Deno.test("inQuotes() takes the quotes that the text does not have (issue 3)", () => {
  assertEquals(['"', "a", "it's", `a = "b"`].map(inQuotes), [`'"'`, '"a"', `"it's"`, `'a = "b"'`]);
});
