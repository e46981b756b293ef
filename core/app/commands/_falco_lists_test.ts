import { assertEquals } from "../../../tests/assert.ts";
import { defineField, type FieldTable } from "../../field/mod.ts";
import { eventsByCategory, fieldClasses } from "./_falco_lists.ts";

const field = (name: string, more: Partial<Parameters<typeof defineField>[0]> = {}) =>
  defineField({ name, type: "CHARBUF", summary: `${name}!`, extract: () => undefined, ...more });

Deno.test("fieldClasses() tells fields as Falco does, by class and by the sources that have them", () => {
  const shared = field("evt.num", { type: "UINT64" });
  const table = (...fields: ReturnType<typeof field>[]): FieldTable =>
    new Map([shared, ...fields].map((one) => [one.name, one]));
  const tables = new Map([
    [
      "syscall",
      table(
        field("proc.aname", { argument: { kind: "index", required: false } }),
        field("evt.dir", { deprecated: "remove it" }),
        field("thread.x", { list: true, argument: { kind: "either", required: true } }),
      ),
    ],
    ["k8s_audit", table(field("ka.verb"))],
  ]);
  const plain = { type: "CHARBUF", is_list: false, argument: null };
  assertEquals(fieldClasses(tables), [
    {
      name: "evt",
      event_sources: ["syscall", "k8s_audit"],
      fields: [{ ...plain, name: "evt.num", type: "UINT64", desc: "evt.num!" }],
    },
    {
      name: "process",
      event_sources: ["syscall"],
      fields: [
        {
          ...plain,
          name: "proc.aname",
          desc: "proc.aname!",
          argument: { required: false, type: ["INDEX"] },
        },
        {
          ...plain,
          name: "thread.x",
          desc: "thread.x!",
          is_list: true,
          argument: { required: true, type: ["INDEX", "KEY"] },
        },
      ],
    },
    {
      name: "k8saudit",
      event_sources: ["k8s_audit"],
      fields: [{ ...plain, name: "ka.verb", desc: "ka.verb!" }],
    },
  ]);
});

Deno.test("eventsByCategory() tells events as Falco does, with parameters and names of flags", () => {
  const listed = eventsByCategory();
  assertEquals(Object.keys(listed), [
    "Syscall events",
    "Tracepoint events",
    "Plugin events",
    "Metaevents",
  ]);
  const found = listed["Syscall events"]!.filter(({ name }) => name === "openat");
  assertEquals(found.map(({ dir, available }) => [dir, available]), [["<", true]]);
  assertEquals(found[0]!.params[0], { name: "fd", type: "FD" });
  const flags = found[0]!.params.find(({ name }) => name === "flags");
  assertEquals([flags?.type, flags?.flags?.includes("O_CLOEXEC")], ["FLAGS32", true]);
  const modes = listed["Syscall events"]!.filter(({ name }) => name.startsWith("fchmodat"));
  assertEquals(modes.map(({ name, params }) => [name, params[0]?.name]), [
    ["fchmodat", "res"],
    ["fchmodat2", "ID"],
  ]);
});
