import { eventCodesByName } from "../../../core/mod.ts";
import { assertEquals } from "../../../tests/assert.ts";
import { detailOf } from "./detail.ts";

function extras(name: string, ...fields: string[]): boolean | undefined {
  const type = eventCodesByName(name).at(-1)!;
  return detailOf(type, { eventTypes: new Set([type]), fields: new Set(fields) }).extras;
}

Deno.test("detailOf() has arguments followed into memory only when a rule asks for what is there", () => {
  assertEquals(extras("read", "fd.name", "evt.arg", "evt.arg.fd"), false);
  assertEquals(extras("read", "evt.arg", "evt.arg.data"), true);
  assertEquals(extras("read", "evt.arg[1]"), true);
  assertEquals(extras("read", "evt.rawarg.data"), true);
  assertEquals(extras("read", "evt.buffer"), true);
  assertEquals(extras("read", "evt.args"), true);
  assertEquals(extras("mount", "evt.buffer"), false);
  assertEquals(extras("mount", "evt.info"), true);
});

Deno.test("detailOf() follows nothing where an event has only numbers", () => {
  assertEquals(extras("close", "evt.args"), false);
  assertEquals(extras("sched_yield", "evt.args"), false);
});
