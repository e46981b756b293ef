/** Values that come when their event is gone: what a container engine takes a while to tell. */
import type { Event } from "../event/mod.ts";
import type { FieldDefinition, FieldScalar, FieldValue } from "./field.ts";

/** Whether the container engine has to tell it. */
export function isToldLater(definition: FieldDefinition): boolean {
  return definition.fromEngine === true;
}

/** For fields that are told later, in place of the event: they have the process basis and look at none. */
export const GONE_EVENT = Object.freeze({}) as Event;

/** A value that may be kept: bytes are the event's own, and borrowed. */
export function keepValue(value: FieldValue): FieldValue {
  if (isList(value)) return value.map(keepScalar);
  return value === undefined ? undefined : keepScalar(value);
}

function keepScalar(value: FieldScalar): FieldScalar {
  return value instanceof Uint8Array ? value.slice() : value;
}

function isList(value: FieldValue): value is readonly FieldScalar[] {
  return Array.isArray(value);
}
