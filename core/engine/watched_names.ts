/** Which DNS names the rules compare addresses with: somebody has to resolve them beforehand. */
import type { CheckedCondition } from "../filter/mod.ts";
import type { Ruleset } from "../rule/mod.ts";

/** Fields that give the name of an address; they only know names that are watched. */
const NAME_FIELDS: ReadonlySet<string> = new Set([
  "fd.cip.name",
  "fd.sip.name",
  "fd.lip.name",
  "fd.rip.name",
]);

/** Names in conditions of enabled rules, as they are written there. */
export function watchedNames({ rules }: Ruleset): ReadonlySet<string> {
  return namesWatchedBy(rules.filter(({ enabled }) => enabled).map(({ condition }) => condition));
}

export function namesWatchedBy(conditions: readonly CheckedCondition[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const condition of conditions) collect(condition, names);
  return names;
}

function collect(condition: CheckedCondition, names: Set<string>): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const child of condition.children) collect(child, names);
      return;
    case "not":
      collect(condition.child, names);
      return;
    case "exists":
      return;
    case "comparison": {
      const { left, right } = condition;
      if (left.kind !== "field" || !NAME_FIELDS.has(left.definition.name)) return;
      if (right.kind === "operand") return;
      for (const constant of right.constants) if (typeof constant === "string") names.add(constant);
      return;
    }
    default:
      condition satisfies never;
  }
}
