/** How the fields of audit events are written down. */
import {
  defineField,
  type FieldArgument,
  type FieldDefinition,
  type FieldValue,
} from "../../../core/mod.ts";
import { indexOf, type Json, requestOf, textOf, textsOf } from "./values.ts";

type More = Partial<Pick<FieldDefinition, "deprecated" | "suggested">>;
type Definition = Pick<FieldDefinition, "list" | "argument"> & More;

function define(
  name: string,
  summary: string,
  definition: Definition & {
    readonly of: (request: Json, argument: FieldArgument) => FieldValue;
  },
): FieldDefinition {
  const { of, ...rest } = definition;
  return defineField({
    name: `ka.${name}`,
    type: "CHARBUF",
    summary,
    ...rest,
    extract: (event, _state, argument) => {
      const request = requestOf(event);
      return request && of(request, argument);
    },
  });
}

/** One text, of whatever stands there. */
export function text(
  name: string,
  summary: string,
  of: (request: Json) => Json | undefined,
  more: More = {},
): FieldDefinition {
  return define(name, summary, { ...more, of: (request) => textOf(of(request)) });
}

/** One value that is found in another way. */
export function single(
  name: string,
  summary: string,
  of: (request: Json) => FieldValue,
  more: More = {},
): FieldDefinition {
  return define(name, summary, { ...more, of });
}

/** The elements of an array as texts. */
export function list(
  name: string,
  summary: string,
  of: (request: Json) => Json | undefined,
): FieldDefinition {
  return define(name, summary, { list: true, of: (request) => textsOf(of(request)) });
}

/** A list that is found in another way. */
export function found(
  name: string,
  summary: string,
  of: (request: Json) => FieldValue,
): FieldDefinition {
  return define(name, summary, { list: true, of });
}

/** A list of which `[0]` takes what the first of something has. */
export function indexed(
  name: string,
  summary: string,
  of: (request: Json, index: number | undefined) => FieldValue,
): FieldDefinition {
  return define(name, summary, {
    list: true,
    argument: { required: false, kind: "index" },
    of: (request, argument) => of(request, indexOf(argument)),
  });
}

/** One value for a text in brackets. */
export function keyed(
  name: string,
  summary: string,
  of: (request: Json, key: string) => FieldValue,
  more: More = {},
): FieldDefinition {
  return define(name, summary, {
    ...more,
    argument: { required: true, kind: "key" },
    of: (request, argument) => of(request, String(argument)),
  });
}
