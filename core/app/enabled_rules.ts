/** Which rules judge events, and how many of each source. */
import type { Ruleset } from "../rule/mod.ts";
import { counted } from "./count.ts";

/** For the log at level debug, as in Falco. */
export function enabledRulesLine({ rules }: Ruleset): string {
  const names = rules.filter(({ enabled }) => enabled).map(({ name }) => `"${name}"`);
  return `enabled rules (${names.length})${names.length > 0 ? `: ${names.join(", ")}` : ""}`;
}

/** How many judge events of each of these sources. */
export function countBySource(
  { rules }: Ruleset,
  sources: Iterable<string>,
): ReadonlyMap<string, number> {
  return new Map([...sources].map((source) => [
    source,
    rules.filter((rule) => rule.enabled && rule.source === source).length,
  ]));
}

/** `syscall with 25 rules, k8s_audit with 54 rules`. */
export function watchedText(sources: readonly string[], ruleset: Ruleset): string {
  if (sources.length > 1) {
    const counts = [...countBySource(ruleset, sources)];
    return counts.map(([source, count]) => `${source} with ${counted(count, "rule")}`).join(", ");
  }
  const enabled = ruleset.rules.filter((rule) => rule.enabled).length;
  return `${sources.join()} with ${counted(enabled, "rule")}`;
}
