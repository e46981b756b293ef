/** What a recording needs of a source: all that its events have to tell. */
import { namedTypes } from "../../event/mod.ts";
import type { EventNeeds } from "../../plugin/mod.ts";

/** Every parameter, what descriptors are of, environments, and how many descriptors there may be. */
const ALL_OF_AN_EVENT = ["evt.args", "fd.name", "proc.env", "proc.fdlimit"];

/** Events of these types, whoever causes them and however they end. */
export function recordingNeeds(
  eventTypes: ReadonlySet<number>,
  fields: Iterable<string> = [],
): EventNeeds {
  return { eventTypes: namedTypes(eventTypes), fields: new Set([...fields, ...ALL_OF_AN_EVENT]) };
}
