/** core/delivery/README.md names every key of sinks and every field of alerts. */
import { alertFields } from "../../delivery/mod.ts";
import { assertEquals } from "../../../tests/assert.ts";
import { assertDocumented, keyTable, markdownTable } from "../../../tests/reference.ts";
import { COMMON_KEYS, sinkEntry } from "./sink_options.ts";

const FILE = new URL("../../delivery/README.md", import.meta.url);

function fieldTable(): string {
  const own = [...alertFields().values()].filter(({ name }) => name.startsWith("alert."));
  return markdownTable([
    ["field", "what it is"],
    ...own.map(({ name, summary, argument }) => [`\`${name}${argument ? "[…]" : ""}\``, summary]),
  ]);
}

Deno.test("the keys of sinks and the fields of alerts are documented", () => {
  const { name: _name, type: _type, ...shape } = sinkEntry.shape;
  assertDocumented(FILE, { keys: keyTable(shape), fields: fieldTable() });
});

Deno.test("every common key of sinks is one of the entry's", () => {
  assertEquals([...COMMON_KEYS].sort(), Object.keys(sinkEntry.shape).sort());
});
