import { assertEquals } from "../../tests/assert.ts";
import { VERSION } from "./version.ts";

Deno.test("VERSION is the one in deno.json", () => {
  const text = Deno.readTextFileSync(new URL("../../deno.json", import.meta.url));
  assertEquals(JSON.parse(text).version, VERSION);
});
