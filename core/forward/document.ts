import { type Alert, unescapeText } from "../alert/mod.ts";
import { INTERNAL_SOURCE } from "../alert/mod.ts";
import { isoTimeZulu, timeOfDay } from "../base/mod.ts";
import type { Json } from "./json.ts";

/** The line Falco prints: time of day and priority in front; what falcod tells of itself has none. */
export function falcoOutput(alert: Alert): string {
  if (alert.output !== undefined) return alert.output;
  const message = unescapeText(alert.message);
  return alert.source === INTERNAL_SOURCE
    ? message
    : `${timeOfDay(alert.timeNs)}: ${alert.priority} ${message}`;
}

/**
 * An alert with the keys of Falco's JSON, whatever falco.yaml says of that, and the one that falcosidekick
 * adds; texts are plain. What is not known is absent.
 */
export function alertDocument(alert: Alert): { readonly [key: string]: Json } {
  return {
    uuid: alert.uuid,
    hostname: alert.hostname || undefined,
    output: falcoOutput(alert),
    output_fields: Object.fromEntries([...alert.fields].sort(byName)),
    priority: alert.priority,
    rule: alert.rule,
    source: alert.source,
    tags: sortedTags(alert),
    time: isoTimeZulu(alert.timeNs),
  };
}

/** Falco keeps them in a set. */
export function sortedTags({ tags }: Alert): readonly string[] {
  return [...new Set(tags)].sort();
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
