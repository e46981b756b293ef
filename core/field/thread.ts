/** thread.…: the thread that caused the event. */
import { capabilitiesText } from "./_capabilities.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const NO_USAGE = "processor and memory use are not sampled";
const ONE_HIERARCHY = "the path in one cgroup hierarchy is known, not each controller's";
const absent = () => undefined;

export const threadFields: readonly FieldDefinition[] = [
  defineField({
    name: "thread.tid",
    type: "INT64",
    summary: "Thread id",
    format: "id",
    extract: (event) => event.threadId,
  }),
  defineField({
    name: "thread.vtid",
    type: "INT64",
    basis: "process",
    summary: "Thread id as the thread's own pid namespace numbers it",
    format: "id",
    extract: (_event, state) => state.thread?.virtualId || undefined,
  }),
  defineField({
    name: "thread.ismain",
    type: "BOOL",
    basis: "process",
    summary: "Whether it is the first thread of its process",
    extract: (_event, state) => {
      const thread = state.thread;
      return thread === undefined ? undefined : thread.id === thread.process.id;
    },
  }),
  defineField({
    name: "thread.nametid",
    type: "CHARBUF",
    summary: "Thread name and thread id run together",
    extract: (event, state) => {
      const thread = state.thread;
      return thread === undefined ? undefined : `${thread.comm}${event.threadId}`;
    },
  }),
  defineField({
    name: "thread.cap_permitted",
    type: "CHARBUF",
    basis: "process",
    summary: "Permitted capabilities, separated by spaces",
    extract: (_event, state) => {
      const credentials = state.thread?.credentials;
      return credentials && capabilitiesText(credentials.capPermitted);
    },
  }),
  defineField({
    name: "thread.cap_inheritable",
    type: "CHARBUF",
    basis: "process",
    summary: "Inheritable capabilities, separated by spaces",
    extract: (_event, state) => {
      const credentials = state.thread?.credentials;
      return credentials && capabilitiesText(credentials.capInheritable);
    },
  }),
  defineField({
    name: "thread.cap_effective",
    type: "CHARBUF",
    basis: "process",
    summary: "Effective capabilities, separated by spaces",
    extract: (_event, state) => {
      const credentials = state.thread?.credentials;
      return credentials && capabilitiesText(credentials.capEffective);
    },
  }),
  defineField({
    name: "thread.cgroups",
    type: "CHARBUF",
    summary: "Every controller with the path of the thread's cgroup",
    unavailable: ONE_HIERARCHY,
    extract: absent,
  }),
  defineField({
    name: "thread.cgroup",
    type: "CHARBUF",
    summary: "Path of the thread's cgroup for the controller in the argument",
    argument: { required: true, kind: "key", dotted: true },
    unavailable: ONE_HIERARCHY,
    extract: absent,
  }),
  defineField({
    name: "thread.exectime",
    type: "RELTIME",
    summary: "Nanoseconds the last thread ran before it was switched out",
    format: "decimal",
    unavailable: NO_USAGE,
    extract: absent,
  }),
  defineField({
    name: "thread.totexectime",
    type: "RELTIME",
    summary: "Nanoseconds the thread has run since it was first seen",
    format: "decimal",
    unavailable: NO_USAGE,
    extract: absent,
  }),
  ...sampled("DOUBLE", [
    ["thread.cpu", "Processor use of the thread in the last second, per cent"],
    ["thread.cpu.user", "Processor use outside of the kernel in the last second, per cent"],
    ["thread.cpu.system", "Processor use inside the kernel in the last second, per cent"],
  ]),
  ...sampled("UINT64", [
    ["thread.vmsize", "Virtual memory of the process in KiB, 0 for all but the first thread"],
    ["thread.vmrss", "Resident memory of the process in KiB, 0 for all but the first thread"],
    ["thread.vmsize.b", "Virtual memory of the process in bytes, 0 for all but the first thread"],
    ["thread.vmrss.b", "Resident memory of the process in bytes, 0 for all but the first thread"],
    ["thread.pfmajor", "Major page faults since the thread started"],
    ["thread.pfminor", "Minor page faults since the thread started"],
  ]),
];

function sampled(
  type: "DOUBLE" | "UINT64",
  rows: readonly (readonly [name: string, summary: string])[],
): FieldDefinition[] {
  return rows.map(([name, summary]) =>
    defineField({
      name,
      type,
      summary,
      ...(type === "UINT64" ? { format: "decimal" as const } : {}),
      unavailable: NO_USAGE,
      extract: absent,
    })
  );
}
