/** A rule's severity as people write it. */
import { nearest } from "../base/mod.ts";
import { PRIORITIES, type Priority } from "../alert/mod.ts";

const BY_NAME: ReadonlyMap<string, Priority> = new Map([
  ...PRIORITIES.map((priority) => [priority.toLowerCase(), priority] as const),
  ["info", "Informational"],
]);

/** Any case; `INFO` is short for Informational. */
export function parsePriority(text: string): Priority | undefined {
  return BY_NAME.get(text.toLowerCase());
}

/** Severities of other systems, and how near ours come. */
const ELSEWHERE: ReadonlyMap<string, Priority> = new Map([
  ["panic", "Emergency"],
  ["fatal", "Critical"],
  ["severe", "Critical"],
  ["high", "Critical"],
  ["medium", "Warning"],
  ["moderate", "Warning"],
  ["low", "Notice"],
  ["note", "Notice"],
  ["trace", "Debug"],
]);

/** The priority that was probably meant by a text that names none: one cut short, mistyped, or another system's. */
export function nearestPriority(text: string): Priority | undefined {
  const given = text.toLowerCase();
  const whole = given.length > 2 && PRIORITIES.find((name) => name.toLowerCase().startsWith(given));
  if (whole) return whole;
  return ELSEWHERE.get(given) ?? parsePriority(nearest(text, PRIORITIES) ?? "");
}

/** Severe enough for `minimum`. */
export function reaches(priority: Priority, minimum: Priority): boolean {
  return PRIORITIES.indexOf(priority) <= PRIORITIES.indexOf(minimum);
}
