/** Values that are fine by their type and that no event ever has (`F037`, `F038`). */
import type { Report } from "../base/mod.ts";
import type { CheckedComparison, CheckedCondition } from "./checked.ts";
import { listNotes, literalsOf } from "./_list_values.ts";
import type { Comparison, Condition, MacroUse } from "./condition.ts";
import { insideMacro, negated, type Part, partsOf } from "./_condition_part.ts";
import { notesOf } from "./expand.ts";
import { oddValue } from "./value_shapes.ts";

export interface ValueOptions {
  readonly report: Report;
  /** Tell also of single values in long lists: the rest of the list may hold. */
  readonly hints?: boolean;
  /** What macros stand for that was looked at before; they are looked at once. */
  readonly seen?: WeakSet<Condition>;
}

/** `written` has its macros expanded, `checked` is what it was checked to be. */
export function lintValues(
  written: Condition,
  checked: CheckedCondition,
  options: ValueOptions,
): void {
  const { report, hints = false, seen = new WeakSet() } = options;
  lintPart({ written, checked, holds: true, macros: [] }, { report, hints, seen });
}

function lintPart(part: Part, options: Required<ValueOptions>): void {
  const { written, checked } = part;
  switch (written.kind) {
    case "macro": {
      const { expansion } = written;
      if (!expansion || options.seen.has(expansion)) return;
      options.seen.add(expansion);
      return lintPart(insideMacro(part), options);
    }
    case "not":
      return lintPart(negated(part), options);
    case "and":
    case "or":
      for (const member of partsOf(part)) lintPart(member, options);
      return;
    case "exists":
      return;
    case "comparison":
      if (checked.kind !== "comparison") return;
      return lintComparison({ written, checked, macros: part.macros }, options);
    default:
      written satisfies never;
  }
}

interface ComparisonPart {
  readonly written: Comparison;
  readonly checked: CheckedComparison;
  readonly macros: readonly MacroUse[];
}

function lintComparison(
  { written, checked, macros }: ComparisonPart,
  { report, hints }: Required<ValueOptions>,
): void {
  const { right } = checked;
  if (right.kind === "operand" || written.right.kind === "transformer") return;
  if (report.isFullOfWarnings) return;
  const literals = literalsOf(written.right);
  const odd = right.constants.flatMap((constant, index) => {
    const found = oddValue(checked, constant), literal = literals[index];
    return found && literal ? [{ ...found, literal }] : [];
  });
  const isWhole = odd.length === right.constants.length;
  if (!isWhole && !hints) return;
  for (const { literal, isHint = false, ...found } of odd) {
    if (isHint && !hints) continue;
    const notes = [...notesOf(macros), ...listNotes(literal, written.right) ?? []];
    const severity = isWhole && !isHint ? "warning" : "info";
    report.add({ ...found, severity, at: literal.span, notes });
  }
}
