/**
 * What `match` and `template` of a sink can ask of an alert. The language is that of rules; an alert
 * stands where it has events.
 */
import { type Alert, type OutputValue, PRIORITIES, unescapeText } from "../alert/mod.ts";
import { didYouMean, isoTimeWithOffset, whenNeeded } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import {
  defineField,
  type FieldDefinition,
  type FieldTable,
  type FieldType,
  type FieldValue,
  syscallFields,
  tableOf,
} from "../field/mod.ts";
import type { State } from "../state/mod.ts";

/** Conditions and templates over alerts look at nothing but what these fields read. */
export function asEvent(alert: Alert): Event {
  return alert as unknown as Event;
}

/** What to say of a name that is no field; `sign` is what names have in front of them there. */
export function helpForUnknown(name: string, sign = ""): string {
  const own = ownFields.map((field) => field.name);
  const begun = own.filter((known) => known.startsWith(name) || known.startsWith(`alert.${name}`));
  if (begun.length === 1) return `did you mean "${begun[0]}"?`;
  if (/^alert\b/.test(name)) return didYouMean(name, own) ?? `one of ${own.join(", ")}`;
  return `${sign}alert.field[${name}] has it, where the rule's output does`;
}

/** Alerts have no state around them. */
export const NO_STATE = {} as State;

function alertOf(event: Event): Alert {
  return event as unknown as Alert;
}

/** 7 for emergency, 0 for debug: more is worse. */
export function severity(priority: Alert["priority"]): number {
  return PRIORITIES.length - 1 - PRIORITIES.indexOf(priority);
}

/** Types of rules' fields whose values alerts have as integers. */
const INTEGERS: ReadonlySet<FieldType> = new Set<FieldType>([
  ...["INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"] as const,
  ...["FD", "PID", "UID", "GID", "PORT", "ABSTIME", "RELTIME"] as const,
]);

/** How a value of `output_fields` compares that a rule knows as of this type. */
function outputType(
  { type, list, candidates }: FieldDefinition,
): Pick<FieldDefinition, "type" | "candidates"> & { read(value: OutputValue): FieldValue } {
  if (INTEGERS.has(type) && !list && !candidates) return { type, read: integer };
  if (type === "BOOL" && !list) return { type, read: truth };
  // Addresses and times are texts in alerts; of several texts any one may fit.
  return { type: "CHARBUF", candidates: "any", read: text };
}

function integer(value: OutputValue): FieldValue {
  return typeof value === "number" || typeof value === "bigint" ? value : undefined;
}

function truth(value: OutputValue): FieldValue {
  return typeof value === "boolean" ? value : undefined;
}

function text(value: OutputValue): FieldValue {
  if (value === null) return undefined;
  return Array.isArray(value) ? value.map(String) : String(value);
}

/** A field of rules, as alerts carry it whose output mentions it. */
function carried(field: FieldDefinition): FieldDefinition {
  const { name, summary, argument } = field;
  const { read, ...typed } = outputType(field);
  return defineField({
    name,
    summary,
    ...typed,
    ...argument && { argument },
    extract: (event, _state, given) => {
      const { fields } = alertOf(event);
      if (given === undefined) return read(fields.get(name) ?? null);
      return read(fields.get(`${name}[${given}]`) ?? fields.get(`${name}.${given}`) ?? null);
    },
  });
}

/** Of the alert itself. */
const ownFields: readonly FieldDefinition[] = [
  defineField({
    name: "alert.rule",
    type: "CHARBUF",
    summary: "Name of the rule",
    extract: (event) => alertOf(event).rule,
  }),
  defineField({
    name: "alert.priority",
    type: "UINT8",
    summary: "Priority of the rule; worse ones are greater: alert.priority >= warning",
    values: () => PRIORITIES.map((priority) => priority.toLowerCase()),
    extract: (event) => severity(alertOf(event).priority),
    show: (event) => alertOf(event).priority,
  }),
  defineField({
    name: "alert.source",
    type: "CHARBUF",
    summary: "Event source of the rule; internal for what falcod tells of itself",
    extract: (event) => alertOf(event).source,
  }),
  defineField({
    name: "alert.tags",
    type: "CHARBUF",
    summary: "Tags of the rule; compared each by itself, one of them has to fit",
    candidates: "any",
    extract: (event) => alertOf(event).tags,
  }),
  defineField({
    name: "alert.hostname",
    type: "CHARBUF",
    summary: "Name of the host",
    extract: (event) => alertOf(event).hostname,
  }),
  defineField({
    name: "alert.output",
    type: "CHARBUF",
    summary: "The rule's output with its fields filled in",
    extract: (event) => unescapeText(alertOf(event).message),
  }),
  defineField({
    name: "alert.time",
    type: "CHARBUF",
    summary: "Time of the event, as 2016-08-04T16:17:57.881785348+0000",
    extract: (event) => isoTimeWithOffset(alertOf(event).timeNs),
  }),
  defineField({
    name: "alert.field",
    type: "CHARBUF",
    summary: "Any field of the rule's output as text, by its name: alert.field[ka.verb]",
    candidates: "any",
    argument: { required: true, kind: "key" },
    extract: (event, _state, name) => text(alertOf(event).fields.get(String(name)) ?? null),
  }),
];

export const alertFields: () => FieldTable = whenNeeded(() =>
  tableOf([...ownFields, ...Array.from(syscallFields.values(), carried)])
);
