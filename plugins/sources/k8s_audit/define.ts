/** How the fields of audit events are written down. */
import { defineField, type FieldArgument, type FieldDefinition } from "../../../core/mod.ts";
import { AuditEvent } from "./audit_event.ts";
import { arrayOf, type Found, indexOf, type Json, listOf, requestOf, textIn } from "./values.ts";

type More = Partial<Pick<FieldDefinition, "deprecated" | "suggested">>;
type Shape = Pick<FieldDefinition, "argument"> & More;

function single(
  name: string,
  summary: string,
  of: (request: Json, argument: FieldArgument) => Found,
  shape: Shape,
): FieldDefinition {
  return defineField({
    name: `ka.${name}`,
    type: "CHARBUF",
    summary,
    ...shape,
    extract: (event, _state, argument) => {
      if (!(event instanceof AuditEvent)) return undefined;
      const request = requestOf(event);
      const found = request && of(request, argument);
      return found === undefined ? undefined : textIn(event, found);
    },
  });
}

function several(
  name: string,
  summary: string,
  of: (request: Json, argument: FieldArgument) => readonly Found[] | undefined,
  shape: Shape = {},
): FieldDefinition {
  return defineField({
    name: `ka.${name}`,
    type: "CHARBUF",
    summary,
    list: true,
    wasJsonText: true,
    ...shape,
    extract: (event, _state, argument) => {
      if (!(event instanceof AuditEvent)) return undefined;
      const request = requestOf(event);
      return (request && of(request, argument))?.map((found) => textIn(event, found));
    },
  });
}

/** One text, of whatever is found. */
export function text(
  name: string,
  summary: string,
  of: (request: Json) => Found,
  more: More = {},
): FieldDefinition {
  return single(name, summary, of, more);
}

/** The elements of an array as texts. */
export function list(
  name: string,
  summary: string,
  of: (request: Json) => Json | undefined,
): FieldDefinition {
  return several(name, summary, (request) => listOf(arrayOf(of(request))));
}

/** A list that is found in another way; never an empty one. */
export function found(
  name: string,
  summary: string,
  of: (request: Json) => readonly Found[] | undefined,
): FieldDefinition {
  return several(name, summary, of);
}

/** A list of which `[0]` takes what the first of something has; never an empty one. */
export function indexed(
  name: string,
  summary: string,
  of: (request: Json, index: number | undefined) => readonly Found[] | undefined,
): FieldDefinition {
  return several(name, summary, (request, argument) => of(request, indexOf(argument)), {
    argument: { required: false, kind: "index" },
  });
}

/** One value for a text in brackets. */
export function keyed(
  name: string,
  summary: string,
  of: (request: Json, key: string) => Found,
  more: More = {},
): FieldDefinition {
  return single(name, summary, (request, argument) => of(request, String(argument)), {
    ...more,
    argument: { required: true, kind: "key" },
  });
}
