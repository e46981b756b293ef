/** The outcome in sentences. */
import { eventNamesOf } from "../../event/mod.ts";
import type { Explanation } from "../../filter/mod.ts";
import type { RuleExplanation } from "./explain_rule.ts";
import { seenText } from "./tree.ts";

/** What became of the event; the first that applies. */
export type Outcome =
  | "alert"
  | "event-type"
  | "condition"
  | "exception"
  | "disabled"
  | "priority"
  | "overtaken";

export function outcomeOf(explanation: RuleExplanation): Outcome {
  const { rule, looksAtType, condition, heldBackBy, overtakenBy } = explanation;
  if (!looksAtType) return "event-type";
  if (heldBackBy.length > 0) return "exception";
  if (!condition.truth) return "condition";
  if (rule.enabled) return overtakenBy === undefined ? "alert" : "overtaken";
  return rule.disabledBy === "priority" ? "priority" : "disabled";
}

/** One sentence on the outcome, further ones on what would keep the rule quiet besides. */
export function verdictOf(explanation: RuleExplanation): string {
  const { rule, condition } = explanation;
  const outcome = outcomeOf(explanation);
  const sentences = [`"${rule.name}" ${mainClause(explanation, outcome)}.`];
  if (outcome === "condition") {
    const others = otherFalseParts(explanation.core);
    if (others > 0) {
      sentences.push(`${others} more of its parts ${others > 1 ? "are" : "is"} false.`);
    }
  }
  if ((outcome === "alert" || outcome === "overtaken") && explanation.view === "resolved") {
    sentences.push("It holds under the kernel's name of the file, not under the name as given.");
  }
  if (!rule.enabled && !condition.truth) sentences.push(`Besides, ${disabledClause(explanation)}.`);
  return sentences.join(" ");
}

function mainClause(explanation: RuleExplanation, outcome: Outcome): string {
  const { condition, rule, heldBackBy } = explanation;
  switch (outcome) {
    case "alert":
      return "alerts: its condition holds";
    case "overtaken":
      return `matches, but does not alert: "${explanation.overtakenBy}" comes first, and with ` +
        "rule_matching: first only the first rule that matches alerts";
    case "event-type":
      return `does not match: it is not held against "${explanation.eventType}" events, only ${
        typesText(rule.eventTypes)
      }`;
    case "condition":
      return `does not match, because ${because(explanation.core, explanation.decisive)}`;
    case "exception": {
      const names = heldBackBy.map(({ name }) => `"${name}"`).join(", ");
      const reason = because(heldBackBy[0]!.part, new Set([...explanation.decisive]));
      return `does not match: ${
        heldBackBy.length > 1 ? "exceptions" : "exception"
      } ${names} held it back, because ${reason || clauseOf(condition)}`;
    }
    case "disabled":
    case "priority":
      return `does not alert although its condition holds: ${disabledClause(explanation)}`;
    default:
      return outcome satisfies never;
  }
}

function disabledClause({ rule }: RuleExplanation): string {
  switch (rule.disabledBy) {
    case "priority":
      return `its priority ${rule.priority} is below the minimum that the configuration sets (priority)`;
    case "source":
      return `the configuration does not watch its event source "${rule.source}"`;
    case "file":
      return "the rule files disable it (enabled: false)";
    default:
      return 'the configuration disables it (key "rules")';
  }
}

const MAX_TYPES = 8;

function typesText(codes: ReadonlySet<number>): string {
  const names = eventNamesOf(codes);
  if (names.length === 0) return "against none at all";
  const shown = names.slice(0, MAX_TYPES).join(", ");
  return `against ${shown}${
    names.length > MAX_TYPES ? ` and ${names.length - MAX_TYPES} others` : ""
  }`;
}

const MAX_CLAUSES = 6;

/** `fd.name in (sensitive_files) is false with fd.name = "/tmp/x"`, macros with what is in them. */
export function because(part: Explanation, decisive: ReadonlySet<Explanation>): string {
  const clauses = clausesOf(part, decisive);
  const shown = clauses.slice(0, MAX_CLAUSES).join(", and ");
  return clauses.length > MAX_CLAUSES
    ? `${shown}, and ${clauses.length - MAX_CLAUSES} other parts`
    : shown;
}

function clausesOf(part: Explanation, decisive: ReadonlySet<Explanation>): string[] {
  const children = part.children.filter((child) => decisive.has(child));
  switch (part.kind) {
    case "and":
    case "or":
    case "not":
      return children.flatMap((child) => clausesOf(child, decisive));
    case "macro": {
      const inner = children.map((child) => because(child, decisive)).join(", and ");
      return [`${part.text} is ${part.truth}${inner === "" ? "" : ` (${inner})`}`];
    }
    case "exists":
    case "comparison":
      return [clauseOf(part)];
    default:
      return part.kind satisfies never;
  }
}

function clauseOf(part: Explanation): string {
  const values = part.values.map(seenText).join(", ");
  return `${part.text} is ${part.truth}${values === "" ? "" : ` with ${values}`}`;
}

/** Of a conjunction, what is false beside the part that is named. */
function otherFalseParts({ kind, children }: Explanation): number {
  if (kind !== "and") return 0;
  return children.filter(({ truth }) => !truth).length - 1;
}
