import { assert, assertEquals } from "../../tests/assert.ts";
import { sampleAlert } from "../../tests/contract/formatter_suite.ts";
import { objectName } from "./object_name.ts";

Deno.test("objectName() is the same for what is sent again, whatever stands in front", async () => {
  const again = sampleAlert({ fields: new Map([["falcod.repeated", true]]) });
  assertEquals(await objectName(again, "falco"), await objectName(sampleAlert(), "falco"));
  assert((await objectName(sampleAlert(), "")).startsWith("2016-08-04/2016-08-04T"));
});
