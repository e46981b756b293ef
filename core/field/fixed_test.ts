import { allEventCodes, currentEventCode, eventType } from "../event/mod.ts";
import { assert, assertEquals } from "../../tests/assert.ts";
import { fixedValue, maySettle } from "./fixed.ts";
import { findField, readArgument, syscallFields } from "./table.ts";

function fixedOf(text: string, type: string, bracket?: string) {
  const { definition, argument } = findField(syscallFields, text, bracket)!;
  const read = readArgument(definition, argument);
  assert(read.kind === "argument");
  return fixedValue(definition, read.value, currentEventCode(type)!);
}

Deno.test("fixedValue() gives what all events of a type have", () => {
  assertEquals(fixedOf("evt.type", "open"), { value: "open" });
  assertEquals(fixedOf("evt.dir", "open"), { value: "<" });
  assertEquals(fixedOf("evt.dir", "signaldeliver"), { value: ">" });
  assertEquals(fixedOf("syscall.type", "procexit"), { value: undefined });
  assertEquals(fixedOf("evt.is_io_read", "read"), { value: true });
  assertEquals(fixedOf("evt.is_open_read", "mkdir"), { value: false });
  assertEquals(fixedOf("evt.arg.oldpath", "openat"), { value: undefined });
  assertEquals(fixedOf("evt.arg", "close", "5"), { value: undefined });
  assertEquals(fixedOf("evt.rawarg.oldpath", "openat"), { value: undefined });
  assertEquals(fixedOf("fd.name", "execve"), { value: undefined });
  assertEquals(fixedOf("fs.path.name", "rename"), { value: undefined });
  assertEquals(fixedOf("evt.buflen", "open"), { value: undefined });
});

Deno.test("fixedValue() says nothing where events of a type may differ", () => {
  for (const type of ["open", "openat", "openat2", "open_by_handle_at", "creat"]) {
    assertEquals(fixedOf("evt.is_open_exec", type), undefined, type);
  }
  assertEquals(fixedOf("fd.name", "read"), undefined);
  assertEquals(fixedOf("fd.name", "ftruncate"), undefined, "generic");
  assertEquals(fixedOf("fd.name", "linkat"), undefined, "takes a descriptor");
  assertEquals(fixedOf("fd.types", "execve"), undefined, "of the process");
  assertEquals(fixedOf("evt.arg.name", "openat"), undefined);
  assertEquals(fixedOf("proc.name", "openat"), undefined);
  assertEquals(fixedOf("evt.type", "asyncevent"), undefined, "each has a name of its own");
});

Deno.test("maySettle() names all fields that fixedValue() says something of, and no other", () => {
  const settled = [...syscallFields.values()].filter((definition) =>
    allEventCodes().some((code) => fixedValue(definition, undefined, code) !== undefined)
  );
  const named = [...syscallFields.values()].filter(maySettle);
  const text = (fields: typeof named) => fields.map(({ name }) => name);
  assertEquals(text(named), text(settled));
  assert(eventType(allEventCodes()[0]!) !== undefined);
});
