/** What values of some fields look like: a check for another value never holds. */
import type { ComparisonName } from "./condition.ts";

export interface Shape {
  readonly fields: RegExp;
  readonly operators: ReadonlySet<ComparisonName>;
  readonly isOdd: (text: string) => boolean;
  readonly title: (field: string, text: string) => string;
  readonly help: (field: string, text: string) => string | undefined;
  /** Some value may look like this after all. */
  readonly isHint?: true;
}

export const WHOLE: ReadonlySet<ComparisonName> = new Set(["=", "==", "!=", "in"]);
export const BEGINNING: ReadonlySet<ComparisonName> = new Set([...WHOLE, "startswith", "pmatch"]);
export const PART: ReadonlySet<ComparisonName> = new Set(["contains", "icontains"]);
export const ANY_PART: ReadonlySet<ComparisonName> = new Set([
  ...WHOLE,
  ...PART,
  "startswith",
  "endswith",
]);
export const PATTERNS: ReadonlySet<ComparisonName> = new Set(["glob", "iglob", "regex"]);
export const GLOBS: ReadonlySet<ComparisonName> = new Set(["glob", "iglob"]);

/** `task->comm` without the NUL behind it: linux v6.8 include/linux/sched.h TASK_COMM_LEN. */
export const MAX_NAME_BYTES = 15;

/** A value as a rule would write it. */
export function asValue(text: string): string {
  return /^[^\s()"'=,]+$/.test(text) ? text : `"${text}"`;
}
