/** Which rules judge events: for the log at level debug, as in Falco. */
import type { Ruleset } from "../rule/mod.ts";

export function enabledRulesLine({ rules }: Ruleset): string {
  const names = rules.filter(({ enabled }) => enabled).map(({ name }) => `"${name}"`);
  return `enabled rules (${names.length})${names.length > 0 ? `: ${names.join(", ")}` : ""}`;
}
