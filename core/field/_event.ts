/** What several fields ask of an event's type. */
import {
  errnoName,
  type Event,
  EVENT_FLAGS,
  eventCodesByName,
  type EventFlag,
  eventType,
  GENERIC_BASE,
  newerCallOf,
} from "../event/mod.ts";

/** PPME_ASYNCEVENT_E: the name of what happened is its second parameter. */
const ASYNC_EVENT = 402;
const ASYNC_NAME = 1;

/** `evt.type`. */
export function eventTypeName(event: Event): string | undefined {
  if (event.type === ASYNC_EVENT) {
    const name = event.param(ASYNC_NAME);
    if (typeof name === "string") return name;
  }
  return eventType(event.type)?.name;
}

/** Whether a condition may call the event so. */
export function isEventNamed(event: Event, name: string): boolean {
  return eventTypeName(event) === name || newerCallOf(event.type)?.call === name;
}

export function isSyscall(code: number): boolean {
  return code >= GENERIC_BASE || eventType(code)?.class === "syscall";
}

export function isMetaEvent(code: number): boolean {
  return eventType(code)?.class === "meta";
}

export function isNameOfEvent(name: string): boolean {
  return /^\d+$/.test(name)
    ? eventType(Number(name)) !== undefined
    : eventCodesByName(name).length > 0;
}

export function hasFlag(code: number, flag: EventFlag): boolean {
  return ((eventType(code)?.flags ?? 0) & EVENT_FLAGS[flag]) !== 0;
}

/** `evt.res`: SUCCESS, the error's name, or its number where it has none. */
export function resultName(result: number): string {
  return result >= 0 ? "SUCCESS" : errnoName(result) ?? String(result);
}

/** Index of a parameter in events of a type; -1 when there is none of that name. */
export function paramIndex(code: number, name: string): number {
  const params = eventType(code)?.params;
  if (params === undefined) return -1;
  for (let i = 0; i < params.length; i++) if (params[i]!.name === name) return i;
  return -1;
}
