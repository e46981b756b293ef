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
  if (sources.length > 1) return textBySource(sources, ruleset);
  return `${sources.join()} with ${counted(enabledIn(ruleset), "rule")}`;
}

/** `79 rules are in effect: syscall with 25 rules, k8s_audit with 54 rules`. */
export function inEffectText(sources: readonly string[], ruleset: Ruleset): string {
  const enabled = enabledIn(ruleset);
  const all = `${counted(enabled, "rule")} ${enabled === 1 ? "is" : "are"} in effect`;
  return sources.length > 1 ? `${all}: ${textBySource(sources, ruleset)}` : all;
}

function textBySource(sources: readonly string[], ruleset: Ruleset): string {
  const counts = [...countBySource(ruleset, sources)];
  return counts.map(([source, count]) => `${source} with ${counted(count, "rule")}`).join(", ");
}

function enabledIn({ rules }: Ruleset): number {
  return rules.filter(({ enabled }) => enabled).length;
}
