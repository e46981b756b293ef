import { assert, assertEquals } from "../../tests/assert.ts";
import { documents } from "../generate_docs.ts";

const { "fields.md": fields, "events.md": events } = await documents();

Deno.test("docs/fields.md explains every type that a field has", () => {
  const rows = [...fields!.matchAll(/^\| [\w.]+ \| (?:list of )?([A-Z0-9]+) \|/gm)];
  const used = new Set(rows.map(([, type]) => type!));
  assert(used.size > 10);
  for (const type of used) assert(fields!.includes(`\n| ${type} | `), type);
});

Deno.test("docs/fields.md says one thing of a field that is never there", () => {
  const remarks = fields!.split("\n").filter((line) => line.includes("without a value:"));
  assert(remarks.length > 5);
  assertEquals(remarks.filter((line) => line.includes("deprecated: ")), []);
});

Deno.test("docs/events.md says what ID and nativeID are before it shows them", () => {
  const explained = events!.indexOf("- `ID nativeID`:");
  assert(explained > 0 && explained < events!.indexOf("| ID nativeID |"));
});
