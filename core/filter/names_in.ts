/** Which names a condition mentions, as far as its text goes: for descriptions of rules. */
import type { Condition, Operand, Right } from "./condition.ts";
import { printOperand } from "./print.ts";

export interface MentionedNames {
  /** With arguments: `proc.aname[2]`. */
  readonly fields: ReadonlySet<string>;
  /** `exists` among them; with their quantifiers: `glob oneof`. */
  readonly operators: ReadonlySet<string>;
  readonly macros: ReadonlySet<string>;
  /** Unquoted values: those that name a list stand for it. */
  readonly words: ReadonlySet<string>;
}

/** Looks into a macro where it is expanded; then its name does not count. */
export function namesIn(condition: Condition): MentionedNames {
  const names = {
    fields: new Set<string>(),
    operators: new Set<string>(),
    macros: new Set<string>(),
    words: new Set<string>(),
  };
  const pending: Condition[] = [condition];
  // An expanded macro is one object wherever it is used; macros in macros can double with every use.
  const seen = new Set<Condition>();
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    switch (next.kind) {
      case "and":
      case "or":
        pending.push(...next.children);
        break;
      case "not":
        pending.push(next.child);
        break;
      case "macro":
        if (next.expansion) pending.push(next.expansion);
        else names.macros.add(next.name);
        break;
      case "exists":
        names.operators.add("exists");
        addFields(next.left, names.fields);
        break;
      case "comparison":
        names.operators.add(
          next.quantifier ? `${next.operator} ${next.quantifier}` : next.operator,
        );
        addFields(next.left, names.fields);
        addRight(next.right, names);
        break;
      default:
        next satisfies never;
    }
  }
  return names;
}

function addFields(operand: Operand, fields: Set<string>): void {
  if (operand.kind === "field") fields.add(printOperand(operand));
  else if (operand.kind === "transformer") {
    for (const inner of operand.operands) addFields(inner, fields);
  } else if (operand.kind === "list") {
    for (const inner of operand.elements) addFields(inner, fields);
  }
}

function addRight(
  right: Right,
  { fields, words }: { readonly fields: Set<string>; readonly words: Set<string> },
): void {
  if (right.kind === "transformer") return addFields(right, fields);
  for (const { quoted, text } of right.kind === "values" ? right.values : [right]) {
    if (!quoted) words.add(text);
  }
}
