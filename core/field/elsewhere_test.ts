import { assertEquals } from "../../tests/assert.ts";
import { commonFields, defineField, fieldElsewhere, syscallFields, tableOf } from "./mod.ts";

const auditFields = tableOf([
  ...commonFields,
  defineField({ name: "ka.verb", type: "CHARBUF", summary: "Verb", extract: () => undefined }),
]);

Deno.test("fieldElsewhere() names the source that has the field", () => {
  const audit = 'it is a field of event source "k8s_audit"';
  assertEquals(fieldElsewhere("ka.verb", undefined, syscallFields), audit);
  assertEquals(fieldElsewhere("ka.vreb", undefined, syscallFields), audit);
  assertEquals(fieldElsewhere("json.value", "/a", syscallFields), audit);
  const syscall = 'it is a field of event source "syscall"';
  assertEquals(fieldElsewhere("proc.name", undefined, auditFields), syscall);
  assertEquals(fieldElsewhere("evt.arg.flags", undefined, auditFields), syscall);
});

Deno.test("fieldElsewhere() names the plugin of Falco that has such fields", () => {
  assertEquals(
    fieldElsewhere("ct.user", undefined, syscallFields),
    'fields that begin with "ct." are those of Falco\'s plugin cloudtrail, which is not loaded: its library goes under "plugins" of falco.yaml',
  );
});

Deno.test("fieldElsewhere() has nothing to say of slips of the pen, and of names nobody has", () => {
  for (const name of ["proc.nmae", "nobody.has.this", "constructor.name", "ka", ""]) {
    assertEquals(fieldElsewhere(name, undefined, syscallFields), undefined, name);
  }
  assertEquals(fieldElsewhere("ka.vreb", undefined, auditFields), undefined);
});
