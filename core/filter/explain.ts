/** Why a condition holds for an event or does not: each of its parts with its truth and what it saw. */
import type { Span } from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import { type FieldDefinition, type FieldValue, type JsonValue, jsonValue } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import {
  type CheckedComparison,
  type CheckedCondition,
  type CheckedExistence,
  type CheckedField,
  type CheckedOperand,
  fieldsOf,
  fieldText,
} from "./checked.ts";
import type { Condition } from "./condition.ts";
import { isTypeName } from "./event_types.ts";
import { interpretCondition, valueOf } from "./interpret.ts";
import { printOperand } from "./print.ts";

/** One part of a condition: a tree like the condition's, macros included. */
export interface Explanation {
  readonly kind: Condition["kind"];
  /** A macro's name, a check as written, or the word and, or, not; blanks in a row are one. */
  readonly text: string;
  readonly at: Span;
  readonly truth: boolean;
  /** False where the parts before it had settled the matter, and nobody looks here. */
  readonly asked: boolean;
  /** Of a check, in the order written. */
  readonly values: readonly SeenValue[];
  readonly children: readonly Explanation[];
}

export interface SeenValue {
  /** The field or transformer as a rule writes it. */
  readonly name: string;
  /** Null: the event has none, so that every comparison is false. */
  readonly value: JsonValue;
}

/**
 * Every part is judged, asked or not. `checked` must have been made of `condition`, which has its
 * macros in place. The state stands at the event and in the view that is meant.
 */
export function explainCondition(
  condition: Condition,
  checked: CheckedCondition,
  situation: { readonly event: Event; readonly state: State },
): Explanation {
  return new Explainer(situation.event, situation.state).explain(condition, checked, true);
}

class Explainer {
  constructor(readonly event: Event, readonly state: State) {}

  explain(condition: Condition, checked: CheckedCondition, asked: boolean): Explanation {
    const { kind, span: at } = condition;
    switch (condition.kind) {
      case "and":
      case "or": {
        const children = this.#children(condition.children, checked, asked);
        const truth = condition.kind === "and"
          ? children.every((child) => child.truth)
          : children.some((child) => child.truth);
        return { kind, text: kind, at, truth, asked, values: [], children };
      }
      case "not": {
        if (checked.kind !== "not") throw mismatch(condition, checked);
        const child = this.explain(condition.child, checked.child, asked);
        return { kind, text: kind, at, truth: !child.truth, asked, values: [], children: [child] };
      }
      case "macro": {
        if (!condition.expansion) throw new Error(`macro "${condition.name}" is not in place`);
        const child = this.explain(condition.expansion, checked, asked);
        const { truth } = child;
        return { kind, text: condition.name, at, truth, asked, values: [], children: [child] };
      }
      case "exists":
      case "comparison": {
        if (checked.kind !== condition.kind) throw mismatch(condition, checked);
        const truth = interpretCondition(checked, this.event, this.state);
        const values = this.#values(condition, checked as CheckedComparison | CheckedExistence);
        return { kind, text: written(condition), at, truth, asked, values, children: [] };
      }
      default:
        return condition satisfies never;
    }
  }

  /** Those behind the first that settles the junction are not asked. */
  #children(
    conditions: readonly Condition[],
    checked: CheckedCondition,
    asked: boolean,
  ): readonly Explanation[] {
    if (checked.kind !== "and" && checked.kind !== "or") throw mismatch(conditions[0]!, checked);
    let open = asked;
    return conditions.map((condition, index) => {
      const child = this.explain(condition, checked.children[index]!, open);
      if (child.truth === (checked.kind === "or")) open = false;
      return child;
    });
  }

  #values(
    condition: Extract<Condition, { kind: "exists" | "comparison" }>,
    checked: CheckedComparison | CheckedExistence,
  ): readonly SeenValue[] {
    const seen = new Map<string, JsonValue>();
    const { left } = checked;
    if (left.kind === "call") seen.set(printOperand(condition.left), this.#valueOf(left));
    for (const field of fieldsOf(checked)) seen.set(fieldText(field), this.#valueOf(field));
    return [...seen].map(([name, value]) => ({ name, value }));
  }

  #valueOf(operand: CheckedOperand): JsonValue {
    const value: FieldValue = valueOf(operand, this.event, this.state);
    const definition = operand.kind === "field" ? operand.definition : unnamed(operand);
    // Both names of a newer call: either may be the one that was asked for.
    return jsonValue(value, isTypeName(operand) ? { ...definition, list: true } : definition);
  }
}

/** What a transformer gives has a type and no field. */
function unnamed({ type, list }: Exclude<CheckedOperand, CheckedField>): FieldDefinition {
  return { name: "", summary: "", type, list, extract: () => undefined };
}

/** Without the brackets around it. */
function written(condition: Extract<Condition, { kind: "exists" | "comparison" }>): string {
  const { source, start } = condition.left.span;
  const { end } = condition.kind === "exists" ? condition.span : condition.right.span;
  const text = source.text.slice(start, end).trim().replace(/\s+/g, " ");
  // Nothing of its own that ends in a bracket follows the word.
  return condition.kind === "exists" ? text.replace(/[\s)]+$/, "") : text;
}

function mismatch(condition: Condition, checked: CheckedCondition): Error {
  return new Error(`a condition's "${condition.kind}" was checked as "${checked.kind}"`);
}

/**
 * The smallest set of parts that settles the truth of a part, with itself: all of an `and` that holds,
 * one of an `and` that does not, and so on down to the checks. Of equally small ones the first.
 */
export function decisiveParts(explanation: Explanation): ReadonlySet<Explanation> {
  const sizes = new Map<Explanation, number>();
  const measure = (part: Explanation): number => {
    const known = sizes.get(part);
    if (known !== undefined) return known;
    const size = Math.max(1, sum(settling(part, measure).map(measure)));
    sizes.set(part, size);
    return size;
  };
  const decisive = new Set<Explanation>();
  const mark = (part: Explanation): void => {
    decisive.add(part);
    for (const child of settling(part, measure)) mark(child);
  };
  mark(explanation);
  return decisive;
}

/** The children that a part's truth rests on. */
function settling(
  { kind, truth, children }: Explanation,
  sizeOf: (part: Explanation) => number,
): readonly Explanation[] {
  if (kind !== "and" && kind !== "or") return children;
  if (truth === (kind === "and")) return children;
  const [first, ...others] = children.filter((child) => child.truth === truth);
  if (!first) return [];
  return [others.reduce((best, child) => sizeOf(child) < sizeOf(best) ? child : best, first)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
