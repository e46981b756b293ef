/** "and" and "or" side by side, where a reader and the grammar may group them differently. */
import type { Report, Span } from "../base/mod.ts";
import type { Condition } from "./condition.ts";
import { quote } from "./_explain_conflict.ts";

type Junction = Condition & { readonly kind: "and" | "or" };

/**
 * `F044` for `a or b and c`, which means `a or (b and c)`. Whoever writes `a and b or c and d` shows
 * what is meant, and so does who uses brackets. `joints` are offsets at which another text was appended,
 * in order.
 */
export function lintBrackets(
  condition: Condition,
  report: Report,
  joints: readonly number[] = [],
): void {
  switch (condition.kind) {
    case "not":
      return lintBrackets(condition.child, report, joints);
    case "or":
      reportMixed(condition, report, joints);
      break;
    case "and":
      break;
    default:
      return;
  }
  for (const child of condition.children) lintBrackets(child, report, joints);
}

function reportMixed({ children }: Junction, report: Report, joints: readonly number[]): void {
  // What is appended is about one alternative, however clear it was before what that one is.
  const appended = children.findIndex((child, at) => at > 0 && appendedAt(child, joints) > 0);
  const isAppended = appended > 0;
  const index = isAppended
    ? appended
    : children.findIndex((child, at) =>
      at > 0 && isBareAnd(child) && !isBareAnd(children[at - 1]!)
    );
  if (index < 0) return;
  const before = children[index - 1]!, mixed = children[index] as Junction;
  const end = isAppended ? appendedAt(mixed, joints) : 1;
  const second = mixed.children[end]!;
  const first = spanOf(mixed.children[0]!, mixed.children[end - 1]!);
  const reading = `${quote(before.span)} or both ${quote(first)} and ${quote(second.span)}`;
  report.add({
    code: "F044",
    severity: "warning",
    title: isAppended
      ? `what is appended belongs to the last alternative only: this asks for ${reading}`
      : `"and" binds closer than "or": this asks for ${reading}`,
    at: isAppended ? second.span : spanOf(before, mixed),
    help: isAppended
      ? "replace the condition instead, with brackets: (…) and …"
      : 'put brackets around what belongs together, even where they change nothing: "a or (b and c)"',
  });
}

/** Which member of an "and" without brackets another text begins with; 0 where none does. */
function appendedAt(condition: Condition, joints: readonly number[]): number {
  if (!isBareAnd(condition)) return 0;
  const { children } = condition;
  return Math.max(
    0,
    children.findIndex(({ span }, at) =>
      at > 0 && hasWithin(joints, children[at - 1]!.span.end, span.start)
    ),
  );
}

/** Whether one of `offsets`, which ascend, is from `from` to `to`. There may be tens of thousands. */
function hasWithin(offsets: readonly number[], from: number, to: number): boolean {
  let low = 0, high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low < offsets.length && offsets[low]! <= to;
}

/** Members joined by "and" without brackets around them: a bracket belongs to the span. */
function isBareAnd(condition: Condition): condition is Junction {
  return condition.kind === "and" && condition.children[0]!.span.start === condition.span.start;
}

function spanOf(from: Condition, to: Condition): Span {
  return { ...from.span, end: to.span.end };
}
