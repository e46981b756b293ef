/** Mistakes of meaning in the conditions of rules. */
import { Report, type SourceText } from "../base/mod.ts";
import { fixedValue, maySettle } from "../field/mod.ts";
import {
  Budget,
  type CheckedCondition,
  type Condition,
  lintBrackets,
  lintDirection,
  lintMeaning,
  lintValues,
  parseCondition,
  type TypeKnowledge,
} from "../filter/mod.ts";
import { joinTexts } from "./_condition_text.ts";
import type { RuleException } from "./exception.ts";

/**
 * What to tell of: rules that cannot mean what was meant, or also what is odd and perhaps meant so.
 * Takes up to half as long as the rest of loading, so that a start leaves it out.
 */
export type MeaningLint = "mistakes" | "hints";

/** What the event types of this source say about fields is known. */
const SYSCALL = "syscall";

/** Upstream's 93 rules take a twentieth. */
const BUDGET = 3_000_000;

/** A condition on its way: read, with macros and lists in place, and checked. */
interface ReadCondition {
  readonly parsed: Condition;
  readonly written: Condition;
  readonly checked: CheckedCondition;
}

/** A condition by itself; what is wrong with its macros is a matter of their files. */
export function lintCondition(
  { parsed, written, checked }: ReadCondition,
  source: string,
  report: Report,
): void {
  lintBrackets(parsed, report);
  lintValues(written, checked, { report });
  if (source === SYSCALL) lintDirection(checked, report);
  lintMeaning(written, checked, {
    report,
    budget: new Budget(BUDGET),
    knowledge: knowledgeOf(source),
    isNewMacro: () => false,
  });
}

function knowledgeOf(source: string): TypeKnowledge | undefined {
  return source === SYSCALL ? { maySettle, fixedValue } : undefined;
}

export interface LintedRule {
  readonly source: string;
  /** Those that can be used. */
  readonly exceptions: readonly RuleException[];
}

/** All rules of one load; each macro is judged once for each source. */
export class ConditionLint {
  readonly #hints: boolean;
  readonly #budget = new Budget(BUDGET);
  readonly #macros = new Set<string>();
  /** What macros stand for, as far as its values were looked at. */
  readonly #seen = new WeakSet<Condition>();

  constructor(level: MeaningLint) {
    this.#hints = level === "hints";
  }

  /** A condition as written, and what was appended to it. */
  text(texts: readonly SourceText[], report: Report): void {
    // What cannot be read is told elsewhere.
    const condition = parseCondition(joinTexts(texts), new Report());
    if (!condition) return;
    const joints: number[] = [];
    let end = 0;
    for (const { text } of texts.slice(0, -1)) joints.push(end += text.length + 1);
    lintBrackets(condition, report, joints);
  }

  rule(
    { source, exceptions }: LintedRule,
    { written, checked }: { readonly written: Condition; readonly checked: CheckedCondition },
    report: Report,
  ): void {
    lintValues(written, checked, { report, hints: this.#hints, seen: this.#seen });
    if (source === SYSCALL) lintDirection(checked, report);
    lintMeaning(written, checked, {
      report,
      hints: this.#hints,
      budget: this.#budget,
      knowledge: knowledgeOf(source),
      exceptions: exceptions.filter(({ values }) => values.length > 0).map(({ name }) => name),
      isNewMacro: (name) => {
        const key = `${source} ${name}`;
        if (this.#macros.has(key)) return false;
        this.#macros.add(key);
        return true;
      },
    });
  }
}
