/** What the loaded rules need from a source: which events, and which fields to fill. */
import { whenNeeded } from "../base/mod.ts";
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
  // What a kernel could leave out takes a look at every rule for every type: a recording asks for nothing of it.
  const failedTypes = whenNeeded(() => typesWantedFailed(rules, eventTypes));
  const readingTypes = whenNeeded(() => typesWantedReading(rules, eventTypes));
  const pathEnds = whenNeeded(() => rules.flatMap(({ condition }) => pathEndsIn(condition)));
  return {
    eventTypes,
    fields: fieldsOf(rules),
    fieldsOf: (type) => fieldsOf(rules.filter((rule) => rule.eventTypes.has(type))),
    get failedTypes() {
      return failedTypes();
    },
    get readingTypes() {
      return readingTypes();
    },
    get pathEnds() {
      return pathEnds();
    },
  };
}

function fieldsOf(rules: readonly Rule[]): Set<string> {
  const fields = new Set<string>();
  for (const rule of rules) for (const name of rule.fields) fields.add(name);
  return fields;
}
