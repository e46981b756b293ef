/** json.…: any part of events that are JSON; those of Falco's plugin of the same name. */
import { defineField, type Event, type FieldDefinition } from "../../../core/mod.ts";
import { AuditEvent } from "./audit_event.ts";
import { type Found, textIn } from "./values.ts";

/** Old rule files call them jevt. */
export const jsonFields: readonly FieldDefinition[] = ["json", "jevt"].flatMap((prefix) => [
  defineField({
    name: `${prefix}.value`,
    type: "CHARBUF",
    summary: "Value at a place in the event: json.value[/user/username] (RFC 6901)",
    argument: { required: true, kind: "key" },
    extract: (event, _state, argument) => valueAt(event, String(argument)),
  }),
  defineField({
    name: `${prefix}.obj`,
    type: "CHARBUF",
    summary: "The whole event as JSON over several lines",
    extract: (event) =>
      event instanceof AuditEvent ? JSON.stringify(event.document, null, 2) : undefined,
  }),
  defineField({
    name: `${prefix}.rawtime`,
    type: "CHARBUF",
    summary: "Time of the event in nanoseconds since the epoch, as text",
    extract: (event) => event instanceof AuditEvent ? String(event.timeNs) : undefined,
  }),
]);

/** Pointers that rules have, taken apart. */
const pointers = new Map<string, readonly string[]>();
const MAX_POINTERS = 4096;

/** The slash in front may be missing, as in Falco. */
function stepsOf(pointer: string): readonly string[] {
  let steps = pointers.get(pointer);
  if (steps === undefined) {
    const path = pointer.startsWith("/") ? pointer.slice(1) : pointer;
    steps = pointer === ""
      ? []
      : path.split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (pointers.size >= MAX_POINTERS) pointers.clear();
    pointers.set(pointer, steps);
  }
  return steps;
}

function valueAt(event: Event, pointer: string): string | undefined {
  if (!(event instanceof AuditEvent)) return undefined;
  let value: unknown = event.document;
  for (const step of stepsOf(pointer)) {
    if (Array.isArray(value)) value = /^\d{1,9}$/.test(step) ? value[Number(step)] : undefined;
    else if (typeof value === "object" && value !== null && Object.hasOwn(value, step)) {
      value = (value as Record<string, unknown>)[step];
    } else return undefined;
  }
  return value === undefined ? undefined : textIn(event, value as Found);
}
