/** `rules:` of falco.yaml: switches loaded rules on and off, in the order written. */
import { matchesWildcard, type Report } from "../base/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { Config } from "./config/schema.ts";
import { type MappingNode, placeOf } from "./config/tree.ts";

/** The same rules, some of them with another `enabled`; what matches no rule is reported. */
export function selectRules(
  ruleset: Ruleset,
  selections: Config["rules"],
  { root, report }: { readonly root?: MappingNode | undefined; readonly report: Report },
): Ruleset {
  if (selections.length === 0) return ruleset;
  let rules = ruleset.rules;
  for (const [index, { enable, disable }] of selections.entries()) {
    const enabled = enable !== undefined;
    const { rule: pattern, tag } = enable ?? disable ?? {};
    let count = 0;
    rules = rules.map((rule) => {
      const isMeant = (pattern !== undefined && matchesWildcard(pattern, rule.name)) ||
        (tag !== undefined && rule.tags.includes(tag));
      if (!isMeant) return rule;
      count++;
      return enabled ? enabledRule(rule) : { ...rule, enabled: false };
    });
    if (count > 0) continue;
    const wanted = [pattern && `the name "${pattern}"`, tag && `the tag "${tag}"`].filter(Boolean);
    report.add({
      code: "C020",
      severity: "warning",
      title: `no rule to ${enabled ? "enable" : "disable"} has ${wanted.join(" or ") || "no name"}`,
      at: root && placeOf(root, ["rules", index]),
      help: "see falcod list rules",
    });
  }
  const running = rules.filter((rule) => rule.enabled);
  return { ...ruleset, rules, fields: new Set(running.flatMap((rule) => [...rule.fields])) };
}

/** Rules below the configured priority and of absent sources stay off: upstream does not load them. */
function enabledRule(rule: Rule): Rule {
  if (rule.disabledBy === "priority" || rule.disabledBy === "source") return rule;
  return { ...rule, enabled: true, disabledBy: undefined };
}
