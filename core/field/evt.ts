/** evt.type, evt.res and what else is known of the event itself. */
import { errnoNames, type Event, eventType, upstreamCode } from "../event/mod.ts";
import type { State } from "../state/mod.ts";
import {
  eventTypeName,
  isEventNamed,
  isMetaEvent,
  isNameOfEvent,
  isSyscall,
  resultName,
} from "./_event.ts";
import { defineField, type FieldDefinition, type FieldValue } from "./field.ts";
import { hostname } from "./_hostname.ts";

const NO_DOCKER_EVENTS = "no source reports events of the Docker daemon";
const absent = () => undefined;

export const evtFields: readonly FieldDefinition[] = [
  defineField({
    name: "evt.source",
    type: "CHARBUF",
    summary: "Name of the source that delivered the event",
    // Of events of plugins that are not there nobody knows the source.
    extract: (event) => event.source || undefined,
  }),
  defineField({
    name: "evt.hostname",
    type: "CHARBUF",
    summary: "Name of this host, or what FALCO_HOSTNAME says; of a capture, the name in it",
    extract: (event) => event.hostname ?? hostname(),
  }),
  defineField({
    name: "evt.is_async",
    type: "BOOL",
    basis: "kin",
    summary: "Whether the event tells of something found out beside the system calls",
    extract: (event) => isMetaEvent(event.type),
  }),
  defineField({
    name: "evt.asynctype",
    type: "CHARBUF",
    summary: "What an asynchronous event tells of",
    extract: (event) => isMetaEvent(event.type) ? eventTypeName(event) : undefined,
  }),
  defineField({
    name: "evt.pluginname",
    type: "CHARBUF",
    summary: "Name of the plugin an event comes from; system calls come from none",
    extract: (event) => event.pluginName,
  }),
  defineField({
    name: "evt.plugininfo",
    type: "CHARBUF",
    summary: "A plugin's own text for its event: the JSON of an audit event as it was sent",
    extract: (event) => event.pluginInfo,
  }),
  defineField({
    name: "evt.dir",
    type: "CHARBUF",
    basis: "kin",
    summary: "< for the exit of a system call, > for events that have no exit",
    deprecated: "remove it: only exits of system calls are events",
    extract: (event) => eventType(event.type)?.direction === "enter" ? ">" : "<",
  }),
  defineField({
    name: "evt.type",
    type: "CHARBUF",
    basis: "kin",
    summary: "Name of the event; for system calls, the name of the call",
    extract: eventTypeName,
  }),
  defineField({
    name: "evt.type.is",
    type: "UINT32",
    basis: "kin",
    summary: "1 when the event has the type in the argument, otherwise 0",
    argument: {
      required: true,
      kind: "key",
      dotted: "only",
      check: (name) => isNameOfEvent(name) ? undefined : `there is no event type "${name}"`,
    },
    extract: (event, _state, argument) => isOfType(event, String(argument)) ? 1 : 0,
  }),
  defineField({
    name: "syscall.type",
    type: "CHARBUF",
    basis: "kin",
    summary: "Name of the system call; absent for events that are none",
    extract: (event) => isSyscall(event.type) ? eventTypeName(event) : undefined,
  }),
  defineField({
    name: "evt.category",
    type: "CHARBUF",
    basis: "kin",
    summary: "Kind of event: file, net, process, memory, signal …",
    extract: category,
  }),
  defineField({
    name: "evt.cpu",
    type: "INT16",
    basis: "event",
    summary: "Number of the processor the event happened on",
    format: "id",
    extract: (event) => event.cpu,
  }),
  defineField({
    name: "evt.res",
    type: "CHARBUF",
    basis: "kin",
    summary: "SUCCESS, or the name of the error the system call failed with",
    format: "decimal",
    values: () => ["SUCCESS", ...errnoNames()],
    extract: resultText,
  }),
  defineField({
    name: "evt.rawres",
    type: "INT64",
    basis: "event",
    summary: "Return value of the system call; a negative error number when it failed",
    format: "decimal",
    extract: (event) => event.result,
  }),
  defineField({
    name: "evt.failed",
    type: "BOOL",
    basis: "kin",
    summary: "Whether the system call failed",
    extract: (event) => event.result === undefined ? undefined : event.result < 0,
  }),
  defineField({
    name: "evt.is_compat",
    type: "BOOL",
    basis: "kin",
    summary: "Whether it is a 32-bit system call on a 64-bit kernel",
    origin: "falcod",
    extract: (event) => event.compat,
  }),
  defineField({
    name: "evt.around",
    type: "UINT64",
    summary: "Milliseconds that the event may lie before or after the evt.rawtime in the argument",
    argument: { required: true, kind: "key", check: notATime, example: "1566230400010000000" },
    only: "filter",
    format: "decimal",
    equalsUpTo: true,
    extract: (event, _state, time) => millisecondsFrom(event.timeNs, BigInt(time!)),
  }),
  defineField({
    name: "evt.infra.docker.name",
    type: "CHARBUF",
    summary: "What an event of the Docker daemon tells of",
    unavailable: NO_DOCKER_EVENTS,
    extract: absent,
  }),
  defineField({
    name: "evt.infra.docker.container.id",
    type: "CHARBUF",
    summary: "Container an event of the Docker daemon is about",
    unavailable: NO_DOCKER_EVENTS,
    extract: absent,
  }),
  defineField({
    name: "evt.infra.docker.container.name",
    type: "CHARBUF",
    summary: "Name of the container an event of the Docker daemon is about",
    unavailable: NO_DOCKER_EVENTS,
    extract: absent,
  }),
  defineField({
    name: "evt.infra.docker.container.image",
    type: "CHARBUF",
    summary: "Image of the container an event of the Docker daemon is about",
    unavailable: NO_DOCKER_EVENTS,
    extract: absent,
  }),
];

/** Falco names errors where the result may be one, and prints it where it is a thread or but a number. */
function resultText({ type, result }: Event): FieldValue {
  if (result === undefined) return undefined;
  const told = result < 0 ? eventType(type)?.params[0] : undefined;
  const isNumber = told?.type === "PID" || told?.type === "INT64" && told.name === "res";
  return isNumber ? String(result) : resultName(result);
}

/** Calls on a descriptor count by what it refers to; libs userspace/libsinsp/event.cpp get_category. */
function category(event: Event, state: State): FieldValue {
  const type = eventType(event.type);
  if (type === undefined) return "unknown";
  if (type.category.startsWith("io-")) return descriptorCategory(state.descriptor?.typeChar);
  // Upstream spells this one in capitals.
  if (type.category === "ipc") return "IPC";
  return type.category === "unknown" && type.class === "meta" ? "meta" : type.category;
}

function descriptorCategory(typeChar: string | undefined): string {
  switch (typeChar) {
    case "f":
    case "d":
      return "file";
    case "4":
    case "6":
      return "net";
    case "p":
    case "u":
    case "e":
    case "s":
    case "i":
    case "x":
      return "ipc";
    default:
      return "unknown";
  }
}

function isOfType(event: Event, wanted: string): boolean {
  if (!/^\d+$/.test(wanted)) return isEventNamed(event, wanted);
  return upstreamCode(event.type) === Number(wanted);
}

function notATime(text: string): string | undefined {
  return /^\d{1,20}$/.test(text) ? undefined : `a time is a number of nanoseconds, not "${text}"`;
}

/** Begun ones count, so that they are at most as many as are asked for only within that time. */
function millisecondsFrom(timeNs: bigint, otherNs: bigint): bigint {
  const distanceNs = timeNs < otherNs ? otherNs - timeNs : timeNs - otherNs;
  return (distanceNs + 999_999n) / 1_000_000n;
}
