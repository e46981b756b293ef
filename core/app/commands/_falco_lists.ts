/**
 * Fields and events in the JSON that Falco's own flags print, `--list` and `--list-events` with
 * `--format json`: programs read it.
 *
 * Facts: falco userspace/engine/field_formatter.cpp and app/actions/event_formatter.cpp, libs
 * userspace/libsinsp/filter.cpp.
 */
import {
  EVENT_FLAGS,
  type EventClass,
  eventCodesByName,
  eventNames,
  type EventParam,
  type EventType,
  eventType,
  flagTable,
  upstreamCode,
} from "../../event/mod.ts";
import type { FieldDefinition, FieldTable } from "../../field/mod.ts";

export interface FieldClass {
  readonly name: string;
  /** That have all of the class's fields. */
  readonly event_sources: readonly string[];
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly desc: string;
    readonly is_list: boolean;
    readonly argument: null | {
      readonly required: boolean;
      readonly type: readonly ("INDEX" | "KEY")[];
    };
  }[];
}

/** By event source; deprecated fields are left out, as Falco leaves them out. */
export function fieldClasses(tables: ReadonlyMap<string, FieldTable>): FieldClass[] {
  const fields = new Set([...tables.values()].flatMap((table) => [...table.values()]));
  const current = [...fields].filter(({ deprecated }) => deprecated === undefined);
  const sourcesOf = (field: FieldDefinition) =>
    [...tables].filter(([, table]) => table.get(field.name) === field).map(([source]) => source);
  const classes = Map.groupBy(current, (field) => `${className(field)} ${sourcesOf(field)}`);
  return [...classes.values()].map((members) => ({
    name: className(members[0]!),
    event_sources: sourcesOf(members[0]!),
    fields: members.map((field) => ({
      name: field.name,
      type: field.type,
      desc: field.summary,
      is_list: field.list ?? false,
      argument: argumentOf(field),
    })),
  }));
}

/** Falco's names of classes, by what the names of their fields begin with, where that differs. */
const CLASSES: Readonly<Record<string, string>> = {
  syscall: "evt",
  proc: "process",
  thread: "process",
  fs: "fs.path",
  k8s: "container",
  ka: "k8saudit",
  jevt: "json",
};

function className({ name }: FieldDefinition): string {
  const [first = name] = name.split(".");
  return Object.hasOwn(CLASSES, first) ? CLASSES[first]! : first;
}

function argumentOf({ argument }: FieldDefinition): FieldClass["fields"][number]["argument"] {
  if (!argument) return null;
  const { kind, required } = argument;
  const type = [
    ...kind !== "key" ? ["INDEX"] as const : [],
    ...kind !== "index" ? ["KEY"] as const : [],
  ];
  return { required, type };
}

interface ListedEvent {
  readonly name: string;
  readonly dir: "<" | ">";
  readonly available: boolean;
  readonly params: readonly {
    readonly name: string;
    readonly type: string;
    readonly flags?: readonly string[];
  }[];
}

const CATEGORIES: readonly (readonly [title: string, kind: EventClass])[] = [
  ["Syscall events", "syscall"],
  ["Tracepoint events", "tracepoint"],
  ["Plugin events", "plugin"],
  ["Metaevents", "meta"],
];

/** Those that rules can get today; older versions of them are in captures only. */
export function eventsByCategory(): Readonly<Record<string, readonly ListedEvent[]>> {
  const types = eventNames().flatMap((name) =>
    eventCodesByName(name).filter((code) => upstreamCode(code) === code)
      .map((code) => eventType(code))
  )
    .filter((type) => type !== undefined)
    .filter(({ flags }) => (flags & (EVENT_FLAGS.old | EVENT_FLAGS.unused)) === 0);
  return Object.fromEntries(
    CATEGORIES.map(([title, kind]) => [
      title,
      types.filter((type) => type.class === kind).map(listedEvent),
    ]),
  );
}

function listedEvent({ name, direction, params }: EventType): ListedEvent {
  return {
    name,
    dir: direction === "enter" ? ">" : "<",
    available: true,
    params: params.map((param) => ({ name: param.name, type: typeName(param), ...flagsOf(param) })),
  };
}

function typeName({ type }: EventParam): string {
  return type === "DYN" ? "DYNAMIC" : type;
}

function flagsOf({ type, flags }: EventParam): { readonly flags?: readonly string[] } {
  const table = /^(?:ENUM)?FLAGS/.test(type) && flags !== undefined ? flagTable(flags) : undefined;
  return table ? { flags: table.names.map(([name]) => name) } : {};
}
