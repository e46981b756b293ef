/** `rules:` of falco.yaml: switches loaded rules on and off, in the order written. */
import type { Report } from "../base/mod.ts";
import type { Rule, Ruleset } from "../rule/mod.ts";
import type { Config } from "./config/schema.ts";
import { matchesWildcard } from "./table.ts";

/** The same rules, some of them with another `enabled`; what matches no rule is reported. */
export function selectRules(
  ruleset: Ruleset,
  selections: Config["rules"],
  report: Report,
): Ruleset {
  if (selections.length === 0) return ruleset;
  let rules = ruleset.rules;
  for (const { enable, disable } of selections) {
    const enabled = enable !== undefined;
    const { rule: pattern, tag } = enable ?? disable ?? {};
    const wanted: ((rule: Rule) => boolean)[] = [];
    if (pattern) wanted.push((rule) => matchesWildcard(pattern, rule.name));
    if (tag) wanted.push((rule) => rule.tags.includes(tag));
    let count = 0;
    rules = rules.map((rule) => {
      if (!wanted.some((matches) => matches(rule))) return rule;
      count++;
      return { ...rule, enabled };
    });
    if (count === 0) {
      const what = [pattern && `name "${pattern}"`, tag && `tag "${tag}"`].filter(Boolean);
      report.add({
        code: "C020",
        severity: "warning",
        title: `"rules" ${enabled ? "enables" : "disables"} none: no rule has ${
          what.join(" or ") || "neither name nor tag"
        }`,
        help: "see falcod list rules",
      });
    }
  }
  return { ...ruleset, rules };
}
