/** Names of event types as rules write them: those of old, and what was meant by one that there is not. */
import { didYouMean, whenNeeded } from "../base/mod.ts";
import { eventCodesByName, eventNames } from "../event/mod.ts";

/** What Falco called "unknown" up to 0.31: rules of that time leave it out by this name. */
export const OLD_UNKNOWN = "<unknown>";

export function helpForEventType(text: string): string {
  return severalEvents(text) ?? didYouMean(text, knownEvents()) ?? longerEvents(text) ??
    "falcod list events shows all that exist";
}

/** A file may have thousands that are unknown; to sort them all takes as long as to read one. */
const knownEvents = whenNeeded(eventNames);

/** `"open, openat"`: one text, and the names of several. */
function severalEvents(text: string): string | undefined {
  const names = text.split(/[\s,|]+/).filter((name) => name !== "");
  const areEvents = names.length > 1 && names.every((name) => eventCodesByName(name).length > 0);
  return areEvents
    ? `several types stand in brackets, without quotes: evt.type in (${names.join(", ")})`
    : undefined;
}

/** `exec`: people shorten names as programs and functions of libraries do. */
function longerEvents(text: string): string | undefined {
  const found = text.length < 3 ? [] : knownEvents().filter((name) => name.startsWith(text));
  return found.length > 0 && found.length <= 4 ? `there are: ${found.join(", ")}` : undefined;
}
