import { assert, assertEquals } from "../../tests/assert.ts";
import { type HostTable, HostTableView } from "./host_table.ts";
import { Struct } from "./memory.ts";

const TABLE: HostTable = {
  name: "words",
  keyType: "string",
  fields: [{ name: "count", type: "uint64" }],
  size: () => 0,
  get: () => undefined,
  entries: () => [],
  read: () => undefined,
};

Deno.test("a list of fields stays where it is, whoever asks for one meanwhile", () => {
  const view = new HostTableView(TABLE);
  const count = new Struct(4);
  const list = () => Deno.UnsafePointer.value(view.listFields(count.pointer));
  const first = list();
  assertEquals(list(), first);
  assert(view.addField("mark", "uint64", () => undefined));
  assert(list() !== first);
  assertEquals(count.view.getUint32(0, true), 2);
});
