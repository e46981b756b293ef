import { assert, assertEquals } from "../../tests/assert.ts";
import { SourceText } from "../base/mod.ts";
import {
  commonFields,
  defineField,
  fieldElsewhere,
  groupOfElsewhere,
  syscallFields,
  tableOf,
} from "./mod.ts";

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
  const plugins = { "docker.action": "docker", "anomaly.count_min_sketch": "anomalydetection" };
  for (const [name, plugin] of Object.entries(plugins)) {
    assert(fieldElsewhere(name, undefined, syscallFields)?.includes(`Falco's plugin ${plugin},`));
  }
});

Deno.test("groupOfElsewhere() holds together what one file wants of one plugin", () => {
  const groupOf = (name: string, file: string) =>
    groupOfElsewhere(name, new SourceText(file, name).all, syscallFields);
  const group = groupOf("ct.user", "a.yaml")!;
  assertEquals(groupOf("ec2.name", "a.yaml")?.key, group.key);
  assert(groupOf("ct.user", "b.yaml")?.key !== group.key);
  assert(groupOf("okta.app", "a.yaml")?.key !== group.key);
  const plugin = "of fields of Falco's plugin cloudtrail";
  assertEquals(group.title(2), `unknown field "ct.user", and another use ${plugin}`);
  assertEquals(group.title(50), `unknown field "ct.user", and 49 further uses ${plugin}`);
  for (const name of ["ka.verb", "proc.nmae"]) assertEquals(groupOf(name, "a.yaml"), undefined);
});

Deno.test("fieldElsewhere() has nothing to say of slips of the pen, and of names nobody has", () => {
  for (const name of ["proc.nmae", "nobody.has.this", "constructor.name", "ka", ""]) {
    assertEquals(fieldElsewhere(name, undefined, syscallFields), undefined, name);
  }
  assertEquals(fieldElsewhere("ka.vreb", undefined, auditFields), undefined);
});
