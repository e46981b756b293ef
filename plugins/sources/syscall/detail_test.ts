import { currentEventCode } from "../../../core/mod.ts";
import { assertEquals } from "../../../tests/assert.ts";
import { detailOf } from "./detail.ts";

function extras(name: string, ...fields: string[]): boolean | undefined {
  const type = currentEventCode(name)!;
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
  assertEquals(extras("mount", "fs.path.source"), false);
  assertEquals(extras("move_mount", "fs.path.source"), true);
  assertEquals(extras("move_mount", "evt.arg.dir", "fs.path.target"), false);
});

Deno.test("detailOf() needs numbers only where no rule asks what the descriptor is of", () => {
  const numbersOnly = (name: string, ...fields: string[]) => {
    const type = currentEventCode(name)!;
    return detailOf(type, { eventTypes: new Set([type]), fields: new Set(fields) }).numbersOnly;
  };
  assertEquals(numbersOnly("read", "evt.type", "proc.name", "evt.time"), true);
  assertEquals(numbersOnly("read", "evt.arg", "evt.arg.size", "evt.buffer"), true);
  assertEquals(numbersOnly("read", "evt.arg", "evt.arg.fd"), false);
  assertEquals(numbersOnly("read", "evt.args"), false);
  for (const field of ["fd.name", "fs.path.name", "evt.is_syslog", "evt.buflen", "evt.abspath"]) {
    assertEquals(numbersOnly("read", "proc.name", field), false, field);
  }
});

Deno.test("detailOf() goes by the rules of the event's own type", () => {
  const type = currentEventCode("read")!;
  const needs = {
    eventTypes: new Set([type]),
    fields: new Set(["fd.name", "evt.args"]),
    fieldsOf: () => new Set(["proc.name"]),
  };
  assertEquals(detailOf(type, needs), {
    extras: false,
    usage: false,
    numbersOnly: true,
    descriptors: false,
  });
});

Deno.test("detailOf() has other descriptors told where a rule may see them", () => {
  const descriptors = (name: string, field: string) => {
    const type = currentEventCode(name)!;
    const needs = { eventTypes: new Set([type]), fields: new Set([field]) };
    return detailOf(type, needs).descriptors;
  };
  assertEquals(descriptors("openat", "fd.name"), false);
  assertEquals(descriptors("openat", "evt.args"), true);
  assertEquals(descriptors("openat", "evt.arg.dirfd"), true);
  assertEquals(descriptors("openat", "evt.arg.flags"), false);
  assertEquals(descriptors("poll", "fdlist.names"), true);
  assertEquals(descriptors("ppoll", "evt.args"), true);
  assertEquals(descriptors("poll", "fd.num"), false);
  assertEquals(descriptors("unlinkat", "fd.name"), true);
  assertEquals(descriptors("unlinkat", "proc.name"), false);
  assertEquals(descriptors("pipe2", "fd.type"), true);
});

Deno.test("detailOf() has usage told where a rule asks for it", () => {
  const type = currentEventCode("close")!;
  const of = (field: string) =>
    detailOf(type, { eventTypes: new Set([type]), fields: new Set([field]) }).usage;
  assertEquals([of("proc.vmrss"), of("thread.vmsize.b"), of("proc.name")], [true, true, false]);
});

Deno.test("detailOf() follows nothing where an event has only numbers", () => {
  assertEquals(extras("close", "evt.args"), false);
  assertEquals(extras("sched_yield", "evt.args"), false);
});
