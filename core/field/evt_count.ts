/** evt.count… and util.cnt: 1 or 0 per event, made for summing up by other programs. */
import { type Event, eventType } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import { isUnknown } from "./_process.ts";
import { defineField, type FieldDefinition, type FieldValue } from "./field.ts";

/** PPME_PROCINFO_E, which only captures have. */
const PROCINFO = 234;
const absent = () => undefined;

export const evtCountFields: readonly FieldDefinition[] = [
  defineField({
    name: "evt.count",
    type: "UINT32",
    summary: "1 for every event",
    format: "decimal",
    extract: () => 1,
  }),
  defineField({
    name: "evt.count.error",
    type: "UINT32",
    summary: "1 when the system call failed, 0 when it succeeded",
    format: "decimal",
    extract: errorCount,
  }),
  defineField({
    name: "evt.count.error.file",
    type: "UINT32",
    summary: "1 when a call on a file or directory failed",
    format: "decimal",
    extract: (event, state) => subject(event, state) === "file" ? errorCount(event) : undefined,
  }),
  defineField({
    name: "evt.count.error.net",
    type: "UINT32",
    summary: "1 when a call on a socket failed",
    format: "decimal",
    extract: (event, state) => subject(event, state) === "net" ? errorCount(event) : undefined,
  }),
  defineField({
    name: "evt.count.error.memory",
    type: "UINT32",
    summary: "1 when a call about memory failed",
    format: "decimal",
    extract: (event) => isAboutMemory(event) ? errorCount(event) : undefined,
  }),
  defineField({
    name: "evt.count.error.other",
    type: "UINT32",
    summary: "1 when a call about anything else failed",
    format: "decimal",
    extract: (event, state) => subject(event, state) === "other" ? errorCount(event) : undefined,
  }),
  defineField({
    name: "evt.count.exit",
    type: "UINT32",
    summary: "1 for every exit of a system call",
    format: "decimal",
    extract: (event) => eventType(event.type)?.direction === "enter" ? undefined : 1,
  }),
  defineField({
    name: "evt.count.procinfo",
    type: "UINT32",
    summary: "1 for periodic information on a process",
    format: "decimal",
    extract: ({ type }, state) => {
      const { thread } = state;
      const isFirst = thread !== undefined && thread.id === thread.process.id && !isUnknown(state);
      return type === PROCINFO && isFirst ? 1 : 0;
    },
  }),
  defineField({
    name: "evt.count.threadinfo",
    type: "UINT32",
    summary: "1 for periodic information on a thread",
    format: "decimal",
    extract: ({ type }) => type === PROCINFO ? 1 : 0,
  }),
  defineField({
    name: "util.cnt",
    type: "UINT64",
    summary: "A number that grows by one each time it is shown",
    format: "id",
    unavailable: "fields do not change when they are read; evt.num counts events",
    extract: absent,
  }),
];

function errorCount(event: Event): FieldValue {
  return event.result === undefined ? undefined : event.result < 0 ? 1 : 0;
}

function isAboutMemory(event: Event): boolean {
  return eventType(event.type)?.category === "memory";
}

/** What the call is about: by its descriptor, or by its name when it was to make one and failed. */
function subject(event: Event, state: State): "file" | "net" | "memory" | "other" {
  const descriptor = event.programDirectory ?? state.descriptor;
  if (descriptor !== undefined && descriptor.number >= 0 && descriptor.known !== false) {
    if ("fd".includes(descriptor.typeChar)) return "file";
    return "46u".includes(descriptor.typeChar) ? "net" : "other";
  }
  switch (eventType(event.type)?.name) {
    case "open":
    case "creat":
    case "openat":
    case "openat2":
    case "open_by_handle_at":
      return "file";
    case "accept":
    case "accept4":
    case "connect":
      return "net";
    default:
      return isAboutMemory(event) ? "memory" : "other";
  }
}
