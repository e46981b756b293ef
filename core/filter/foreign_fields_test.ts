import { assertEquals } from "../../tests/assert.ts";
import { syscallFields } from "../field/mod.ts";
import { FOREIGN_FIELDS, helpForForeignField, helpForNamedValue } from "./foreign_fields.ts";

Deno.test("helpForForeignField() names the field that has what is meant", () => {
  const help = (name: string) => helpForForeignField(name, syscallFields);
  assertEquals(help("container.image.name"), "write container.image.repository");
  assertEquals(help("process.command_line"), "write proc.cmdline");
  assertEquals(help("Proc.Parent.Name"), "write proc.pname");
  assertEquals(
    help("fd.dport"),
    "write fd.sport: the server's end of a connection, and fd.cport is the client's",
  );
  assertEquals(
    help("source.ip"),
    "write fd.cip: the client's end of a connection, and fd.sip is the server's",
  );
  assertEquals([help("proc.nam"), help("constructor")], [undefined, undefined]);
});

Deno.test("helpForForeignField() names only fields that there are", () => {
  assertEquals(helpForForeignField("process.name", new Map()), undefined);
  assertEquals(helpForForeignField("file.path", new Map()), undefined);
});

Deno.test("FOREIGN_FIELDS has names that are no fields, for fields that are", () => {
  for (const [name, field] of Object.entries(FOREIGN_FIELDS)) {
    assertEquals([syscallFields.has(name), syscallFields.has(field)], [false, true], name);
  }
});

Deno.test("helpForNamedValue() names the field that compares names", () => {
  const help = (field: string, text: string) => helpForNamedValue(field, text, syscallFields);
  assertEquals(help("user.uid", "root"), "for a name, write user.name = root");
  assertEquals(help("evt.rawres", "EACCES"), "for a name, write evt.res = EACCES");
  assertEquals(help("fd.sip", "example.com"), "for a name, write fd.sip.name = example.com");
  assertEquals(help("fd.sip", "10.0.0.0/8"), undefined);
  assertEquals(help("fd.sip", "10.0.0"), undefined);
  assertEquals(help("proc.pid", "bash"), undefined);
  assertEquals(helpForNamedValue("user.uid", "root", new Map()), undefined);
});
