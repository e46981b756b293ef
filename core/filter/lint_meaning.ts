/**
 * Conditions that are valid and cannot mean what was meant: they never hold, or always, or a part of
 * them does. Only what is certain is told (`F040` to `F043`).
 *
 * A macro serves many rules: that some of its alternatives fit none of the events one rule is about is
 * no mistake. So a part is judged by what stands in the same text, and each macro once by itself.
 */
import type { Note, Report } from "../base/mod.ts";
import { insideMacro, negated, type Part, partsOf, Places } from "./_condition_part.ts";
import { explainConflict, quote } from "./_explain_conflict.ts";
import type { CheckedComparison, CheckedCondition } from "./checked.ts";
import type { Condition } from "./condition.ts";
import { notesOf } from "./expand.ts";
import { isSingle, operandKey, operandText } from "./implication.ts";
import { type Budget, type Claim, type Conflict, Reasoner, type TypeKnowledge } from "./reason.ts";

export interface MeaningOptions {
  readonly report: Report;
  readonly budget: Budget;
  /** Absent for sources whose event types say nothing about fields. */
  readonly knowledge?: TypeKnowledge | undefined;
  /** Names of the exceptions, which are the last members of the condition, in order. */
  readonly exceptions?: readonly string[];
  /** Tell also of what is odd and perhaps meant so: `info` in place of `warning`. */
  readonly hints?: boolean;
  /** Asked once for each use of a macro: whether it is yet to be judged by itself. */
  isNewMacro(name: string): boolean;
}

/** `written` has its macros expanded, `checked` is what it was checked to be. */
export function lintMeaning(
  written: Condition,
  checked: CheckedCondition,
  options: MeaningOptions,
): void {
  const root: Part = { written, checked, holds: true, macros: [] };
  new Scope(root, new Places(root), options).judge(options.exceptions ?? []);
}

/** The members of a conjunction, however nested. */
interface Members {
  readonly facts: Part[];
  /** Members that hold in one of several ways. */
  readonly choices: Part[];
}

/** One text: that of a rule or of a macro. */
class Scope {
  readonly #text: Part;
  /** In the whole condition. */
  readonly #places: Places;
  readonly #options: MeaningOptions;
  readonly #reasoner: Reasoner;

  constructor(text: Part, places: Places, options: MeaningOptions) {
    this.#text = text;
    this.#places = places;
    this.#options = options;
    this.#reasoner = new Reasoner(options.budget, { knowledge: options.knowledge });
  }

  judge(exceptions: readonly string[]): void {
    const text = this.#text;
    const never = this.#reasoner.refute([claimOf(text)]);
    if (never) return this.#tellNever(text, never, "the condition can never hold");
    if (this.#reasoner.refute([contraryOf(text)])) {
      return this.#tellAlways(text, "the condition always holds");
    }
    this.#walk(exceptions.length > 0 ? withExceptions(text, exceptions) : [text]);
  }

  /** What can hold together is held against each other, member by member. */
  #walk(parts: readonly Part[]): void {
    const { facts, choices }: Members = { facts: [], choices: [] };
    for (const part of parts) this.#collect(part, { facts, choices });
    const mark = this.#reasoner.mark;
    this.#reasoner.take(facts.filter(({ holds }) => holds).map(claimOf));
    const alternatives = choices.filter(({ holds }) => holds);
    for (const part of [...facts, ...choices]) {
      if (!part.holds && this.#isOwn(part)) this.#exclusion(part, alternatives);
    }
    this.#reasoner.take(facts.filter(({ holds }) => !holds).map(claimOf));
    for (const part of alternatives) if (this.#isOwn(part)) this.#alternatives(part);
    this.#reasoner.release(mark);
  }

  /** Members of the text itself and those of its macros, which are judged by themselves on the way. */
  #collect(part: Part, members: Members): void {
    const { written, holds } = part;
    switch (written.kind) {
      case "macro": {
        const inside = insideMacro(part);
        if (this.#options.isNewMacro(written.name)) {
          const text = { ...inside, holds: true, exception: undefined };
          new Scope(text, this.#places, this.#options).judge([]);
        }
        return this.#collect(inside, members);
      }
      case "not":
        return this.#collect(negated(part), members);
      case "and":
      case "or":
        if ((written.kind === "and") !== holds) members.choices.push(part);
        else for (const member of partsOf(part)) this.#collect(member, members);
        return;
      case "exists":
      case "comparison":
        members.facts.push(part);
        return;
      default:
        written satisfies never;
    }
  }

  #isOwn({ macros }: Part): boolean {
    return macros.length === this.#text.macros.length;
  }

  /** `part` holds in one of several ways. */
  #alternatives(part: Part): void {
    if (this.#differences(part)) return;
    for (const way of partsOf(part)) {
      const never = this.#reasoner.refute([claimOf(way)]);
      if (never) this.#tellNever(way, never, "this alternative can never hold");
      else this.#walk([way]);
    }
  }

  /** `a != 1 or a != 2`, `not a = 1 or not a = 2`: meant was "and". Tells and returns whether it is so. */
  #differences(part: Part): boolean {
    const checks = partsOf(part).map(leafOf).filter((claim) => claim !== undefined);
    const byOperand = Map.groupBy(checks, ({ condition: { left } }) => operandKey(left));
    for (const same of byOperand.values()) {
      const { left, span } = same[0]!.condition;
      if (same.length < 2 || !isSingle(left)) continue;
      const present: Claim = {
        condition: { kind: "exists", left, nonEmpty: false, span },
        holds: true,
      };
      const contraries = same.map(({ condition, holds }) => ({ condition, holds: !holds }));
      const reasoner = new Reasoner(this.#options.budget);
      if (!reasoner.refute([present, ...contraries])) continue;
      this.#tellAlways(part, `one of these holds for every ${operandText(left)}`);
      return true;
    }
    return false;
  }

  /** `part` stands below a `not`: perhaps it could not hold anyway. */
  #exclusion(part: Part, alternatives: readonly Part[]): void {
    const { exception } = part;
    const around = exception === undefined ? [] : alternatives;
    const never = this.#reasoner.refute([contraryOf(part), ...around.map(claimOf)]);
    if (never) {
      return this.#tellNever(part, never, `${exception ?? "this exclusion"} never applies`);
    }
    if (part.written.kind === "and") this.#walk([{ ...part, holds: true }]);
  }

  /** Points into the text that is judged: a macro may be right by itself, and wrong here. */
  #tellNever(part: Part, conflict: Conflict, what: string): void {
    const isExclusion = !part.holds;
    const isIdle = isExclusion && changesNothing(part, conflict);
    if (isIdle && !this.#options.hints) return;
    const { code, reason, help, about, against } = explainConflict(conflict);
    const cause = new Places(part).of(about);
    const use = cause?.macros[part.macros.length];
    const notes: Note[] = notesOf(part.macros);
    if (use) {
      notes.push({ message: `in macro "${cause.macros.at(-1)!.name}"`, at: cause.written.span });
    }
    for (const condition of cause ? against : [about, ...against]) {
      const other = this.#places.of(condition);
      if (other && other.written !== part.written) {
        notes.push({ message: "because of this", at: other.written.span });
      }
    }
    const replaceable = !isExclusion && use && isShutByExclusion(conflict) ? use.name : undefined;
    const harmless = isIdle || replaceable !== undefined;
    if (harmless && !this.#options.hints) return;
    this.#options.report.add({
      code: isExclusion ? "F043" : code,
      severity: harmless ? "info" : "warning",
      title: `${what}: ${reason}`,
      at: isExclusion ? part.written.span : (use ?? cause?.written ?? part.written).span,
      help: isExclusion
        ? "remove it, or correct what it asks for"
        : replaceable !== undefined
        ? `that is as it should be if another file is to replace macro "${replaceable}"`
        : help,
      notes,
    });
  }

  #tellAlways({ written, macros }: Part, what: string): void {
    this.#options.report.add({
      code: "F041",
      severity: "warning",
      title: `${what}: ${quote(written.span)}`,
      at: written.span,
      help: 'to have all of it hold, join it with "and"; brackets say what belongs to a "not"',
      notes: notesOf(macros),
    });
  }
}

/** An exclusion of values that are not asked for may be there for the day when a list has grown. */
function changesNothing({ exception }: Part, { kind }: Conflict): boolean {
  return exception === undefined && kind === "values";
}

/** A macro below a `not` that excludes all may be one that other files are to replace. */
function isShutByExclusion(conflict: Conflict): boolean {
  return conflict.kind === "values" && !conflict.fact.holds;
}

function claimOf({ checked, holds }: Part): Claim {
  return { condition: checked, holds };
}

function contraryOf({ checked, holds }: Part): Claim {
  return { condition: checked, holds: !holds };
}

/** The comparison that `part` is, or of which it says that it does not hold. */
function leafOf({ checked, holds }: Part): LeafClaim | undefined {
  let condition = checked;
  while (condition.kind === "not") {
    condition = condition.child;
    holds = !holds;
  }
  return condition.kind === "comparison" ? { condition, holds } : undefined;
}

interface LeafClaim extends Claim {
  readonly condition: CheckedComparison;
}

/** The members of a rule's condition; those at its end are exceptions, each row a part of its own. */
function withExceptions(part: Part, names: readonly string[]): readonly Part[] {
  const members = partsOf(part);
  const first = members.length - names.length;
  return members.flatMap((member, index) => {
    if (index < first || member.written.kind !== "not") return [member];
    const excluded = negated(member);
    const name = `exception "${names[index - first]}"`;
    if (excluded.written.kind !== "or") return [{ ...excluded, exception: name }];
    return partsOf(excluded).map((row) => ({ ...row, exception: `a row of ${name}` }));
  });
}
