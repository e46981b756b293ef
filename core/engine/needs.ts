/** What the loaded rules need from a source: which events, and which fields to fill. */
import type { EventNeeds } from "../plugin/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import { namedTypes } from "../event/mod.ts";
import { pathEndsIn } from "../filter/mod.ts";
import { typesWantedFailed, typesWantedReading } from "./could_match.ts";

/**
 * Of a recording also what happens to every thread all the time is held against rules that ask for
 * nearly every event, as in Falco: it costs no machine anything, and lines that are picked show it too.
 */
export function needsOf(
  ruleset: Ruleset,
  source: string,
  { isRecorded = false }: { readonly isRecorded?: boolean | undefined } = {},
): EventNeeds {
  const rules = ruleset.rules.filter((rule) => rule.enabled && rule.source === source);
  const eventTypes = new Set<number>();
  for (const rule of rules) {
    const types = isRecorded ? rule.eventTypes : namedTypes(rule.eventTypes);
    for (const type of types) eventTypes.add(type);
  }
  return {
    eventTypes,
    fields: fieldsOf(rules),
    fieldsOf: (type) => fieldsOf(rules.filter((rule) => rule.eventTypes.has(type))),
    failedTypes: typesWantedFailed(rules, eventTypes),
    pathEnds: rules.flatMap(({ condition }) => pathEndsIn(condition)),
    readingTypes: typesWantedReading(rules, eventTypes),
  };
}

function fieldsOf(rules: readonly Rule[]): Set<string> {
  const fields = new Set<string>();
  for (const rule of rules) for (const name of rule.fields) fields.add(name);
  return fields;
}
