/**
 * From JSON to the values of fields: text of whatever stands somewhere, lists out of arrays.
 *
 * Meanings are those of plugins/k8saudit/pkg/k8saudit/extract.go: everything is text, what is no
 * string is its JSON; `null` is there ("null"), a member that is missing is not.
 */
import type { FieldArgument } from "../../../core/mod.ts";
import type { AuditEvent } from "./audit_event.ts";

/**
 * JSON, to be walked without asking at every step what it is: members of strings and numbers are
 * absent, too. Only for names that nothing in JavaScript has: not "length", not "constructor".
 */
export interface Json {
  readonly [name: string]: Json | undefined;
}

/** The request an event is of; absent where it is none that an API server tells of. */
export function requestOf(event: AuditEvent): Json | undefined {
  const document = event.document as Json;
  return document.auditID === undefined ? undefined : document;
}

/** What a field finds: JSON, or texts made of it. */
export type Found = Json | string | undefined;

/** As text: JSON where it is none, as it was sent. */
export function textIn(event: AuditEvent, value: Found): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null
    ? event.sourceOf(value)
    : JSON.stringify(value);
}

/** For what is no object and no array. */
export function textOf(value: Found): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function arrayOf(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** No list at all for one without elements: Falco takes both for the same. */
export function listOf<Item>(values: readonly Item[] | undefined): readonly Item[] | undefined {
  return values !== undefined && values.length > 0 ? values : undefined;
}

/** `[2]` of a field; absent: no brackets. */
export function indexOf(argument: FieldArgument): number | undefined {
  return typeof argument === "number" ? argument : undefined;
}

/** Names on the way into a value; "" is the elements of an array themselves. */
export type Path = readonly string[];

/**
 * What stands at the end of a path that may lead through arrays: through all elements, or through the
 * one with this index in every array. `undefined` among the results: an element without it. Absent: the
 * path ends before it comes to an array, or an array has no such element.
 */
export function valuesAt(
  value: Json | undefined,
  path: Path,
  index: number | undefined,
): readonly (Json | undefined)[] | undefined {
  const found: (Json | undefined)[] = [];
  return collect(value, path, 0, { index, found }) ? found : undefined;
}

function collect(
  start: Json | undefined,
  path: Path,
  from: number,
  walk: { readonly index: number | undefined; readonly found: (Json | undefined)[] },
): boolean {
  const { index, found } = walk;
  let value = start;
  for (let step = from; step < path.length; step++) {
    const elements = arrayOf(value);
    if (elements !== undefined && index === undefined) {
      for (const element of elements) {
        if (!collect(element, path, step, walk)) found.push(undefined);
      }
      return true;
    }
    if (elements !== undefined) value = elements[index!];
    const name = path[step]!;
    value = name === "" ? value : Array.isArray(value) ? undefined : value?.[name];
    if (value === undefined) return false;
  }
  found.push(value);
  return true;
}

/** As `valuesAt`; elements without a value are left out. */
export function presentAt(
  value: Json | undefined,
  path: Path,
  index: number | undefined,
): readonly Json[] | undefined {
  return listOf(valuesAt(value, path, index)?.filter((each) => each !== undefined));
}

/** As `valuesAt`; absent when one element has no value. */
export function allAt(
  value: Json | undefined,
  path: Path,
  index: number | undefined,
): readonly Json[] | undefined {
  const values = valuesAt(value, path, index);
  if (values === undefined || values.length === 0 || values.includes(undefined)) return undefined;
  return values as readonly Json[];
}
