/** thread.…: the thread that caused the event. */
import type { ResourceUse, TrackedThread } from "../event/mod.ts";
import { capabilitiesText } from "./_capabilities.ts";
import { isSyscall } from "./_event.ts";
import { hostId, isUnknown } from "./_process.ts";
import { defineField, type FieldDefinition } from "./field.ts";

const NO_USAGE = "live: processor use is not sampled; captures tell it";
const ONE_HIERARCHY = "live: the path in one hierarchy is known, not each controller's";

export const threadFields: readonly FieldDefinition[] = [
  defineField({
    name: "thread.tid",
    type: "INT64",
    summary: "Thread id",
    format: "id",
    extract: (event) => hostId(event.threadId),
  }),
  defineField({
    name: "thread.vtid",
    type: "INT64",
    basis: "process",
    summary: "Thread id as the thread's own pid namespace numbers it",
    format: "id",
    extract: (_event, state) => {
      const id = state.thread?.virtualId ?? 0;
      return id > 0 ? id : undefined;
    },
  }),
  defineField({
    name: "thread.ismain",
    type: "BOOL",
    basis: "process",
    summary: "Whether it is the first thread of its process",
    extract: (_event, state) => {
      const thread = state.thread;
      if (thread === undefined) return undefined;
      return thread.id === thread.process.id && !isUnknown(state);
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
    extract: (_event, state) => {
      const cgroups = state.tracked?.cgroups ?? [];
      if (cgroups.length === 0) return undefined;
      return cgroups.map(([controller, path]) => `${controller}=${path}`).join(" ");
    },
  }),
  defineField({
    name: "thread.cgroup",
    type: "CHARBUF",
    summary: "Path of the thread's cgroup for the controller in the argument",
    argument: {
      required: true,
      kind: "key",
      dotted: "rather",
      // Behind a dot, the name ends before them, so that text may follow it in outputs.
      check: (name) => /[.\d]/.test(name) ? "a controller has no dots and digits" : undefined,
    },
    unavailable: ONE_HIERARCHY,
    extract: (_event, state, argument) =>
      state.tracked?.cgroups.find(([controller]) => controller === argument)?.[1],
  }),
  defineField({
    name: "thread.exectime",
    type: "RELTIME",
    summary: "Nanoseconds the last thread ran before it was switched out",
    format: "decimal",
    unavailable: NO_USAGE,
    extract: (event, state) => event.selfContained ? state.tracked?.ranNs ?? 0 : undefined,
  }),
  tracked("thread.totexectime", {
    type: "RELTIME",
    summary: "Nanoseconds the thread has run since it was first seen",
    read: ({ totalRanNs }) => totalRanNs,
  }),
  tracked("thread.cpu", {
    type: "DOUBLE",
    summary: "Processor use of the thread in the last second, per cent",
    read: ({ processorUse }) => processorUse?.total,
  }),
  tracked("thread.cpu.user", {
    type: "DOUBLE",
    summary: "Processor use outside of the kernel in the last second, per cent",
    read: ({ processorUse }) => processorUse?.user,
  }),
  tracked("thread.cpu.system", {
    type: "DOUBLE",
    summary: "Processor use inside the kernel in the last second, per cent",
    read: ({ processorUse }) => processorUse?.system,
  }),
  memory("thread.vmsize", "Virtual memory of the process in KiB", (t) => t.vmSizeKb),
  memory("thread.vmrss", "Resident memory of the process in KiB", (t) => t.vmResidentKb),
  memory("thread.vmsize.b", "Virtual memory of the process in bytes", (t) => t.vmSizeKb * 1024),
  memory("thread.vmrss.b", "Resident memory of the process in bytes", (t) => t.vmResidentKb * 1024),
  usage("thread.pfmajor", "Major page faults since the thread started", (u) => u.majorFaults),
  usage("thread.pfminor", "Minor page faults since the thread started", (u) => u.minorFaults),
];

interface TrackedField {
  readonly type: "DOUBLE" | "UINT64" | "RELTIME";
  readonly summary: string;
  readonly read: (tracked: TrackedThread) => number | undefined;
}

function tracked(name: string, { type, summary, read }: TrackedField): FieldDefinition {
  return defineField({
    name,
    type,
    summary,
    ...(type === "DOUBLE" ? {} : { format: "decimal" as const }),
    unavailable: NO_USAGE,
    extract: (_event, state) => state.tracked && read(state.tracked),
  });
}

type ReadUse = (usage: ResourceUse) => number;

function usage(name: string, summary: string, read: ReadUse): FieldDefinition {
  return defineField({
    name,
    type: "UINT64",
    summary,
    format: "decimal",
    extract: (_event, state) => state.usage && read(state.usage),
  });
}

function memory(name: string, summary: string, read: ReadUse): FieldDefinition {
  const { extract, ...field } = usage(name, `${summary}, 0 for all but the first thread`, read);
  return {
    ...field,
    extract: (event, state, argument) => {
      const { thread, tracked, usage } = state;
      // A thread that nobody knows has nothing, in Falco; other events have no thread.
      if (thread === undefined && usage === undefined) return isSyscall(event.type) ? 0 : undefined;
      if (tracked?.isKnown === false) return 0;
      const isFirst = thread === undefined || thread.id === thread.process.id;
      return isFirst || usage === undefined ? extract(event, state, argument) : 0;
    },
  };
}
