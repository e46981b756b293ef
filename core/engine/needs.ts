/** What the loaded rules need from a source: which events, and which fields to fill. */
import type { EventNeeds } from "../plugin/mod.ts";
import type { Ruleset } from "../rule/mod.ts";

export function needsOf(ruleset: Ruleset, source: string): EventNeeds {
  const eventTypes = new Set<number>();
  const fields = new Set<string>();
  for (const rule of ruleset.rules) {
    if (!rule.enabled || rule.source !== source) continue;
    for (const type of rule.eventTypes) eventTypes.add(type);
    for (const name of rule.fields) fields.add(name);
  }
  return { eventTypes, fields };
}
