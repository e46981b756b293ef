/** The alternative that makes a condition one about events of nearly all types. */
import type { Span } from "../base/mod.ts";
import { insideMacro, type Part, partsOf } from "./_condition_part.ts";
import type { CheckedCondition } from "./checked.ts";
import type { Condition } from "./condition.ts";
import { eventTypesOf } from "./event_types.ts";

/**
 * Where other alternatives beside it ask for at most `many` types: an alternative without any. Absent
 * where none names types. `written` has its macros expanded, `checked` is what it was checked to be.
 */
export function wideAlternative(
  written: Condition,
  checked: CheckedCondition,
  many: number,
): Span | undefined {
  return find({ written, checked, holds: true, macros: [] }, many);
}

function find(part: Part, many: number): Span | undefined {
  switch (part.written.kind) {
    case "macro":
      return find(insideMacro(part), many);
    case "and":
      return findAmong(partsOf(part), many);
    case "or": {
      const parts = partsOf(part);
      const wide = parts.filter(({ checked }) => eventTypesOf(checked).size > many);
      return wide.length < parts.length ? wide[0]?.written.span : findAmong(wide, many);
    }
    default:
      return undefined;
  }
}

function findAmong(parts: readonly Part[], many: number): Span | undefined {
  for (const part of parts) {
    const found = find(part, many);
    if (found) return found;
  }
  return undefined;
}
