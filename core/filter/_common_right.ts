/** The values of a list that comparisons have in common, read and prepared once for all of them. */
import type { FieldDefinition, FieldTable } from "../field/mod.ts";
import type { CheckedOperand, CheckedRight } from "./checked.ts";
import type { Comparison, Literal } from "./condition.ts";
import { isEventType } from "./event_types.ts";

/** Of one list, for one operator and one type. */
export class CommonRight {
  #right: CheckedRight | undefined;
  /** There is nothing to say of the values beside these. */
  readonly #quiet = new Set<FieldDefinition>();

  /** Read before, for whatever field; what is to be said of the values may not have been. */
  get right(): CheckedRight | undefined {
    return this.#right;
  }

  /** Where nothing is to be said. */
  rightFor(left: CheckedOperand): CheckedRight | undefined {
    return left.kind === "field" && this.#quiet.has(left.definition) ? this.#right : undefined;
  }

  keep(right: CheckedRight): void {
    this.#right = right;
  }

  keepQuiet(left: CheckedOperand): void {
    if (left.kind === "field") this.#quiet.add(left.definition);
  }
}

/** Goes with the lists. */
const byFields = new WeakMap<FieldTable, WeakMap<readonly Literal[], Map<string, CommonRight>>>();

/** Absent: the values are this comparison's own. */
export function commonRightOf(
  { operator, quantifier, right }: Comparison,
  left: CheckedOperand,
  fields: FieldTable,
): CommonRight | undefined {
  if (right.kind !== "values" || !right.listAt) return undefined;
  let byValues = byFields.get(fields);
  if (!byValues) byFields.set(fields, byValues = new WeakMap());
  let byUse = byValues.get(right.values);
  if (!byUse) byValues.set(right.values, byUse = new Map());
  // Names of event types are read in a way of their own.
  const type = isEventType(left) ? "event type" : left.type;
  const use = `${operator} ${quantifier ?? ""} ${type} ${left.list}`;
  let common = byUse.get(use);
  if (!common) byUse.set(use, common = new CommonRight());
  return common;
}
