/**
 * Comparisons with the name of a newer call, which is delivered as the event of an older one
 * (core/event/newer_calls.ts): `evt.type = fchmodat2` goes on meaning that call.
 */
import { namesOfType, newerCallNamed, newerCallOf } from "../event/mod.ts";
import type { FieldDefinition } from "../field/mod.ts";
import type { CheckedOperand, CheckedRight } from "./checked.ts";
import { isTypeName } from "./event_types.ts";

/** Operators that ask for whole names; all others may ask for a part of one. */
const NAMING: ReadonlySet<string> = new Set(["=", "==", "!=", "in"]);

const withBoth = new WeakMap<FieldDefinition, FieldDefinition>();

/**
 * The left side of a comparison: the event's type has both its names where the newer one may be meant.
 * Most comparisons name older calls, and what is known of single values holds for them.
 */
export function withNewerNames(
  left: CheckedOperand,
  operator: string,
  right: CheckedRight,
): CheckedOperand {
  if (left.kind !== "field" || !isTypeName(left) || right.kind === "operand") return left;
  const isMeant = !NAMING.has(operator) ||
    right.constants.some((name) => newerCallNamed(String(name)) !== undefined);
  return isMeant ? { ...left, definition: bothNames(left.definition) } : left;
}

function bothNames(definition: FieldDefinition): FieldDefinition {
  let both = withBoth.get(definition);
  if (!both) {
    both = {
      ...definition,
      candidates: "none-differs",
      extract: (event, state, argument) => {
        const name = definition.extract(event, state, argument);
        return name !== undefined && newerCallOf(event.type) ? namesOfType(event.type) : name;
      },
    };
    withBoth.set(definition, both);
  }
  return both;
}
