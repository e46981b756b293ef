import { assertEquals } from "../../tests/assert.ts";
import { staticFields } from "./static.ts";

Deno.test("staticFields() are sorted by name, as outputs of Falco have those that are suggested", () => {
  const fields = staticFields({ zone: "a", node: "b", Site: "c" });
  assertEquals(fields.map(({ name }) => name), ["static.Site", "static.node", "static.zone"]);
  assertEquals(fields.every(({ suggested }) => suggested), true);
});
