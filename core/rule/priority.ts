/** A rule's severity as people write it. */
import { PRIORITIES, type Priority } from "../alert/mod.ts";

const BY_NAME: ReadonlyMap<string, Priority> = new Map([
  ...PRIORITIES.map((priority) => [priority.toLowerCase(), priority] as const),
  ["info", "Informational"],
]);

/** Any case; `INFO` is short for Informational. */
export function parsePriority(text: string): Priority | undefined {
  return BY_NAME.get(text.toLowerCase());
}

/** Severe enough for `minimum`. */
export function reaches(priority: Priority, minimum: Priority): boolean {
  return PRIORITIES.indexOf(priority) <= PRIORITIES.indexOf(minimum);
}
