/**
 * From JSON to the values of fields: text of whatever stands somewhere, lists out of arrays.
 *
 * Meanings are those of plugins/k8saudit/pkg/k8saudit/extract.go: everything is text, what is no
 * string is its JSON; `null` is there ("null"), a member that is missing is not.
 */
import type { Event, FieldArgument, FieldValue } from "../../../core/mod.ts";
import { AuditEvent } from "./audit_event.ts";

/**
 * JSON, to be walked without asking at every step what it is: members of strings and numbers are
 * absent, too. Only for names that nothing in JavaScript has: not "length", not "constructor".
 */
export interface Json {
  readonly [name: string]: Json | undefined;
}

/** The request an event is of; absent where it is none that an API server tells of. */
export function requestOf(event: Event): Json | undefined {
  if (!(event instanceof AuditEvent)) return undefined;
  const document = event.document as Json;
  return document.auditID === undefined ? undefined : document;
}

export function textOf(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function arrayOf(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** No list at all for one without elements: Falco takes both for the same. */
export function listOf(values: readonly string[] | undefined): FieldValue {
  return values !== undefined && values.length > 0 ? values : undefined;
}

/** Every element as text. */
export function textsOf(value: Json | undefined): FieldValue {
  return listOf(arrayOf(value)?.map((element) => textOf(element)!));
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

/** As `valuesAt`, as texts; elements without a value are left out. */
export function presentTexts(
  value: Json | undefined,
  path: Path,
  index: number | undefined,
): FieldValue {
  const values = valuesAt(value, path, index);
  return listOf(values?.filter((each) => each !== undefined).map((each) => textOf(each)!));
}

/** As `valuesAt`, as texts; absent when one element has no value. */
export function allTexts(
  value: Json | undefined,
  path: Path,
  index: number | undefined,
): readonly string[] | undefined {
  const values = valuesAt(value, path, index);
  if (values === undefined || values.length === 0 || values.includes(undefined)) return undefined;
  return values.map((each) => textOf(each)!);
}
