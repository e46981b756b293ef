/** `rules:` of falco.yaml: switches loaded rules on and off, in the order written. */
import { didYouMean, matchesWildcard, type Report } from "../base/mod.ts";
import type { Rule, RuleNames, Ruleset } from "../rule/mod.ts";
import type { Config } from "./config/schema.ts";
import { type MappingNode, nodeAt, placeOf } from "./config/tree.ts";

/** The same rules, some of them with another `enabled`; what matches no rule is reported. */
export function selectRules(
  ruleset: Ruleset,
  selections: Config["rules"],
  { root, report }: { readonly root?: MappingNode | undefined; readonly report: Report },
): Ruleset {
  if (selections.length === 0) return ruleset;
  reportVainSelections(ruleset.rules, selections, { root, report });
  let rules = ruleset.rules;
  for (const selection of selections) {
    rules = rules.map((rule) => {
      if (!isMeant(rule, selection)) return rule;
      return selection.enable ? enabledRule(rule) : { ...rule, enabled: false };
    });
  }
  const running = rules.filter((rule) => rule.enabled);
  return { ...ruleset, rules, fields: new Set(running.flatMap((rule) => [...rule.fields])) };
}

/** Of shorter texts too many names have one in them. */
const MIN_PART = 4;

type Selection = Config["rules"][number];

function isMeant({ name, tags }: RuleNames, { enable, disable }: Selection): boolean {
  const { rule: pattern, tag } = enable ?? disable ?? {};
  return (pattern !== undefined && matchesWildcard(pattern, name)) ||
    (tag !== undefined && tags.includes(tag));
}

/** `C020` for selections of which no rule is meant. */
export function reportVainSelections(
  rules: readonly RuleNames[],
  selections: Config["rules"],
  { root, report }: { readonly root?: MappingNode | undefined; readonly report: Report },
): void {
  for (const [index, selection] of selections.entries()) {
    const { enable, disable } = selection;
    if (enable && disable) {
      const path = ["rules", index, "disable"];
      report.add({
        code: "C020",
        severity: "warning",
        title: '"disable" is not looked at in an entry that has "enable"',
        at: root && placeOf(root, path),
        help: "give it an entry of its own",
      });
    }
    if (rules.some((rule) => isMeant(rule, selection))) continue;
    const { rule: pattern, tag } = enable ?? disable ?? {};
    // What it names was wrong, and left out.
    if (!(pattern || tag) && root && isLeftOut(root, index)) continue;
    const path = ["rules", index, enable ? "enable" : "disable", pattern ? "rule" : "tag"];
    const wanted = [pattern && `the name "${pattern}"`, tag && `the tag "${tag}"`].filter(Boolean);
    const what = `to ${enable ? "enable" : disable ? "disable" : emptyKey(root, index)}`;
    report.add({
      code: "C020",
      severity: "warning",
      title: wanted.length > 0
        ? `no rule ${what} has ${wanted.join(" or ")}`
        : `nothing says which rule ${what}`,
      at: root && (nodeAt(root, path)?.at ?? placeOf(root, path)),
      help: nearOf(rules, { rule: pattern, tag }) ?? "see falcod list rules",
    });
  }
}

/** Names are whole: people write the beginning of a long one, or what it was called before. */
function nearOf(
  rules: readonly RuleNames[],
  { rule, tag }: { readonly rule?: string | undefined; readonly tag?: string | undefined },
): string | undefined {
  if (!rule) return tag && didYouMean(tag, new Set(rules.flatMap(({ tags }) => tags)));
  const names = rules.map(({ name }) => name);
  const near = didYouMean(rule, names);
  const part = rule.toLowerCase();
  const longer = near || part.length < MIN_PART
    ? undefined
    : names.find((name) => name.toLowerCase().includes(part));
  return longer === undefined ? near : `did you mean "${longer}"? "*" stands for any letters`;
}

/** What an entry that names nothing was to do. */
function emptyKey(root: MappingNode | undefined, index: number): string {
  const item = root && nodeAt(root, ["rules", index]);
  const [key = "enable or disable"] = item?.kind === "mapping" ? item.entries.keys() : [];
  return key;
}

/** Whether a mapping is empty in which something is written: that was told of, and taken out. */
function isLeftOut(root: MappingNode, index: number): boolean {
  const item = nodeAt(root, ["rules", index]);
  if (item?.kind !== "mapping") return false;
  const nodes = [item, ...[...item.entries.values()].map(({ value }) => value)];
  return nodes.some((node) =>
    node.kind === "mapping" && node.entries.size === 0 &&
    node.at.source.text.slice(node.at.start, node.at.end).includes(":")
  );
}

/** Rules below the configured priority and of absent sources stay off: upstream does not load them. */
function enabledRule(rule: Rule): Rule {
  if (rule.disabledBy === "priority" || rule.disabledBy === "source") return rule;
  return { ...rule, enabled: true, disabledBy: undefined };
}
