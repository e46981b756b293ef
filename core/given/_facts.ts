/** What several parts of a given event are made of. */
import { EVENT_FLAGS, eventType, type ProcessSnapshot } from "../event/mod.ts";
import type { Given } from "./given.ts";
import { resultOf } from "./_words.ts";

/** When the event happened: long after the start of every process made up here. */
export const CLOCK_NS = 1_000_000_000_000;

/** What a call that opens returns when nobody says. */
const FIRST_FREE_DESCRIPTOR = 3;
const EPERM = 1;

export interface Facts {
  readonly given: Given;
  /** Absent for events that are no system calls. */
  readonly result: number | undefined;
  /** `file_flags`; absent for calls that open nothing. */
  readonly openFlags: number | undefined;
  readonly process: ProcessSnapshot;
}

/** The call succeeded unless something says otherwise. */
export function resultOfCall(given: Given): number | undefined {
  const raw = given.number("evt.rawres");
  if (raw !== undefined || eventType(given.type)?.class !== "syscall") return raw;
  const word = given.text("evt.res") ?? given.text("evt.arg", "res");
  const result = word === undefined ? 0 : resultOf(word) ?? -EPERM;
  if (result !== 0) return result;
  if (given.truth("evt.failed")) return -EPERM;
  return makesDescriptor(given.type) ? given.number("fd.num") ?? FIRST_FREE_DESCRIPTOR : 0;
}

/** The result is the new descriptor. */
function makesDescriptor(code: number): boolean {
  const { flags = 0, params = [] } = eventType(code) ?? {};
  return (flags & EVENT_FLAGS.creates) !== 0 && params[0]?.name === "fd";
}
