/** Resolves names against the field table, agrees on types, and reads constants. */
import { type Diagnostic, type Finding, type Report, type Span } from "../base/mod.ts";
import { eventCodesCalled } from "../event/mod.ts";
import type { FieldDefinition, FieldTable } from "../field/mod.ts";
import type {
  CheckedComparison,
  CheckedCondition,
  CheckedOperand,
  CheckedRight,
  Spread,
} from "./checked.ts";
import type {
  Comparison,
  Condition,
  Literal,
  MacroUse,
  Right,
  TransformerUse,
} from "./condition.ts";
import { isEventType } from "./event_types.ts";
import { withNewerNames } from "./newer_names.ts";
import { notesOf } from "./expand.ts";
import {
  comparesAsList,
  type Constant,
  FAMILY_NOUNS,
  familyOf,
  readConstant,
  readHexadecimal,
} from "./family.ts";
import { helpForNamedValue } from "./foreign_fields.ts";
import { type ConstantUse, lintConstant } from "./lint.ts";
import { CONTAINS_JSON, type Meaning, type Operator, OPERATORS, prepare } from "./operators.ts";
import { OperandChecker } from "./_check_operand.ts";
import { commonRightOf } from "./_common_right.ts";
import { helpForEventType, OLD_UNKNOWN } from "./_event_type_names.ts";
import { listNotes, literalsOf } from "./_list_values.ts";
import { printOperand } from "./print.ts";
import { effortForPatterns, type PatternEffort } from "./regex.ts";

/**
 * The condition ready to run, or `undefined` after reporting everything that is wrong with it (`F012`
 * to `F015`, `F019` to `F026`). Macros must have been expanded: a name without an expansion is unknown.
 */
export function checkCondition(
  condition: Condition,
  fields: FieldTable,
  report: Report,
  told?: ToldMacros,
): CheckedCondition | undefined {
  return new Checker(fields, report, told).condition(condition);
}

/**
 * Filled with what was found in macros, by what they stand for, and taken from: all of it is reported
 * where a macro is met for the first time, later one error of each code.
 */
export type ToldMacros = Map<FieldTable, Map<Condition, ToldMacro>>;

interface ToldMacro {
  readonly checked: CheckedCondition | undefined;
  /** Their notes begin behind that of the macro. */
  readonly errors: readonly Diagnostic[];
}

/** One for all conditions of a run. */
const effortByRun = new WeakMap<ToldMacros, PatternEffort>();

function effortOf(run: ToldMacros): PatternEffort {
  let effort = effortByRun.get(run);
  if (!effort) effortByRun.set(run, effort = effortForPatterns());
  return effort;
}

/**
 * What macros stand for, checked: many rules use the same ones. Only those that nothing is to be said
 * of, since what is said names the way through the macros.
 */
const checkedByFields = new WeakMap<FieldTable, WeakMap<Condition, CheckedCondition>>();

function checkedMacros(fields: FieldTable): WeakMap<Condition, CheckedCondition> {
  let checked = checkedByFields.get(fields);
  if (!checked) checkedByFields.set(fields, checked = new WeakMap());
  return checked;
}

/** What a value is compared with, and the side it stands on. */
interface RightUse extends ConstantUse {
  readonly right: Right;
}

interface ValuePlace {
  readonly literal: Literal;
  readonly right: Right;
}

class Checker {
  readonly #fields: FieldTable;
  readonly #report: Report;
  readonly #operands: OperandChecker;
  /** Macros around the part being checked, outermost first. */
  readonly #macros: MacroUse[] = [];
  readonly #known: WeakMap<Condition, CheckedCondition>;
  readonly #told: Map<Condition, ToldMacro>;
  readonly #effort: PatternEffort | undefined;

  constructor(fields: FieldTable, report: Report, told: ToldMacros | undefined) {
    this.#fields = fields;
    this.#told = told?.get(fields) ?? new Map();
    told?.set(fields, this.#told);
    this.#effort = told && effortOf(told);
    this.#known = checkedMacros(fields);
    this.#report = report;
    this.#operands = new OperandChecker(fields, (problem) => this.#add(problem));
  }

  condition(condition: Condition): CheckedCondition | undefined {
    switch (condition.kind) {
      case "and":
      case "or": {
        // All children are checked, so that one run shows every problem.
        const children = condition.children.map((child) => this.condition(child));
        if (children.includes(undefined)) return undefined;
        return { kind: condition.kind, children: children as CheckedCondition[] };
      }
      case "not": {
        const child = this.condition(condition.child);
        return child && { kind: "not", child };
      }
      case "macro":
        return this.#macro(condition);
      case "exists": {
        const left = this.#operands.check(condition.left);
        return left &&
          { kind: "exists", left, nonEmpty: candidatesOf(left) === "any", span: condition.span };
      }
      case "comparison":
        return this.#comparison(condition);
      default:
        return condition satisfies never;
    }
  }

  #macro(use: MacroUse): CheckedCondition | undefined {
    const { expansion } = use;
    if (!expansion) return this.#fail("F016", `unknown macro "${use.name}"`, use.span);
    const known = this.#known.get(expansion);
    if (known) return known;
    const told = this.#told.get(expansion);
    this.#macros.push(use);
    const checked = told ? this.#tellAgain(told) : this.#checkMacro(expansion);
    this.#macros.pop();
    return checked;
  }

  #checkMacro(expansion: Condition): CheckedCondition | undefined {
    const { count, diagnostics: { length: kept } } = this.#report;
    const checked = this.condition(expansion);
    if (this.#report.count === count) {
      if (checked) this.#known.set(expansion, checked);
      return checked;
    }
    const errors = new Map<string, Diagnostic>();
    for (const found of this.#report.diagnostics.slice(kept)) {
      if (found.severity !== "error" || errors.has(found.code)) continue;
      errors.set(found.code, { ...found, notes: found.notes?.slice(this.#macros.length) });
    }
    // A report that is full has kept no error that could be told again.
    if (checked || errors.size > 0) {
      this.#told.set(expansion, { checked, errors: [...errors.values()] });
    }
    return checked;
  }

  #tellAgain({ checked, errors }: ToldMacro): CheckedCondition | undefined {
    for (const error of errors) this.#add(error);
    return checked;
  }

  #comparison(comparison: Comparison): CheckedComparison | undefined {
    const written = this.#operands.check(comparison.left);
    if (!written) return undefined;
    const operator = operatorOf(comparison, written);
    const meaning = this.#meaning(comparison, written, operator);
    if (!meaning) return undefined;
    const right = this.#right(comparison, written, operator, meaning);
    if (!right) return undefined;
    const left = withNewerNames(written, operator.name, right);
    const spread = spreadOf(left, operator);
    return { kind: "comparison", left, operator, meaning, spread, right, span: comparison.span };
  }

  #meaning(
    { left: written, operatorSpan }: Comparison,
    left: CheckedOperand,
    operator: Operator,
  ): Meaning | undefined {
    const family = familyOf(left.type);
    const meaning = operator.meanings[family];
    if (left.list && !comparesAsList(left.type)) {
      return this.#fail("F013", `lists of type ${left.type} cannot be compared`, written.span);
    }
    if (left.list && operator.name === "contains" && wasJsonText(left)) {
      const title = `"contains" on the list ${printOperand(written)} is deprecated`;
      const help = "write intersects (…), which compares whole elements";
      this.#add({ code: "F034", severity: "warning", title, at: operatorSpan, help });
      return CONTAINS_JSON;
    }
    const fits = !left.list || operator.name === "in" || operator.name === "intersects";
    if (meaning && fits) return meaning;
    const usable = left.list
      ? ["in", "intersects"]
      : Object.values(OPERATORS).filter((other) => other.meanings[family]).map(({ name }) => name);
    return this.#fail(
      "F013",
      left.list
        ? `"${operator.name}" does not compare lists, and ${printOperand(written)} is one`
        : `"${operator.name}" does not compare ${FAMILY_NOUNS[family]}, and ${
          printOperand(written)
        } has type ${left.type}`,
      operatorSpan,
      `possible here: ${[...usable, "exists"].join(" ")}`,
    );
  }

  #right(
    comparison: Comparison,
    left: CheckedOperand,
    operator: Operator,
    meaning: Meaning,
  ): CheckedRight | undefined {
    const { right, quantifier } = comparison;
    if (right.kind === "transformer") return this.#operandRight(comparison, right, left, operator);
    const common = commonRightOf(comparison, left, this.#fields);
    const known = common?.rightFor(left);
    if (known) return known;
    const { count } = this.#report;
    const constants: Constant[] = [];
    const use = { operator: operator.name, left, right, fields: this.#fields };
    let broken = false;
    for (const literal of literalsOf(right)) {
      const value = this.#constant(literal, use, operator);
      if (value === undefined) broken = true;
      else constants.push(value);
    }
    if (broken) return undefined;
    const checked = common?.right ?? checkedRight(constants, meaning, quantifier);
    common?.keep(checked);
    if (this.#report.count === count) common?.keepQuiet(left);
    return checked;
  }

  #constant(literal: Literal, use: RightUse, operator: Operator): Constant | undefined {
    const { left, right } = use;
    const place = { literal, right };
    for (const { code, title, help } of lintConstant(literal.text, use)) {
      this.#warn(code, title, place, help);
    }
    const reading = operator.hexadecimal
      ? readHexadecimal(literal)
      : readConstant(literal, left.type);
    if ("problem" in reading) {
      const named = left.kind === "field" &&
        helpForNamedValue(left.definition.name, literal.text, this.#fields);
      return this.#failAt("F014", reading.problem, place, named || reading.help);
    }
    const { value, warning } = reading;
    if (warning !== undefined) this.#warn("F033", warning, place);
    const problem = operator.problem?.(value, this.#effort);
    if (problem !== undefined) {
      const { message, help = PATTERN_HELP } = problem;
      return this.#failAt("F024", `pattern '${literal.text}': ${message}`, place, help);
    }
    if (isEventType(left) && literal.text === OLD_UNKNOWN) {
      this.#warn(
        "F034",
        `event type "${OLD_UNKNOWN}" is called unknown today`,
        place,
        "write unknown",
      );
      return "unknown";
    }
    if (isEventType(left) && eventCodesCalled(literal.text).length === 0) {
      const help = () => helpForEventType(literal.text);
      return this.#failAt("F023", `unknown event type "${literal.text}"`, place, help);
    }
    return value;
  }

  #operandRight(
    comparison: Comparison,
    use: TransformerUse,
    left: CheckedOperand,
    operator: Operator,
  ): CheckedRight | undefined {
    const operand = this.#operands.check(use);
    if (!operand) return undefined;
    if (operator.constantsOnly || familyOf(left.type) === "network") {
      const title = operator.constantsOnly
        ? `"${operator.name}" takes only constants`
        : "networks are compared with constants only";
      return this.#fail("F021", title, use.span, CONSTANTS_HELP);
    }
    for (const [side, written] of [[left, comparison.left], [operand, use]] as const) {
      if (!this.#operands.refusesFields(side)) continue;
      const title = `${printOperand(written)} is compared with constants only`;
      return this.#fail("F021", title, written.span, CONSTANTS_HELP);
    }
    if (operand.type === left.type && operand.list === left.list) {
      return { kind: "operand", operand };
    }
    return this.#fail(
      "F020",
      `${printOperand(comparison.left)} is ${typeText(left)} and ${printOperand(use)} ${
        typeText(operand)
      }: both sides must have the same type`,
      comparison.span,
      "falcod list fields shows the type of each field",
    );
  }

  #fail(code: string, title: string, at: Span, help?: string): undefined {
    this.#add({ code, title, at, help });
    return undefined;
  }

  #failAt(
    code: string,
    title: string,
    { literal, right }: ValuePlace,
    help?: Finding["help"],
  ): undefined {
    this.#add({ code, title, at: literal.span, help, notes: listNotes(literal, right) });
    return undefined;
  }

  #warn(code: string, title: string, { literal, right }: ValuePlace, help?: string): void {
    const notes = listNotes(literal, right);
    this.#add({ code, severity: "warning", title, at: literal.span, help, notes });
  }

  #add(problem: Parameters<Report["add"]>[0]): void {
    const notes = [...notesOf(this.#macros), ...problem.notes ?? []];
    this.#report.add(notes.length > 0 ? { ...problem, notes } : problem);
  }
}

function checkedRight(
  constants: readonly Constant[],
  meaning: Meaning,
  quantifier: Comparison["quantifier"],
): CheckedRight {
  if (!quantifier) return { kind: "constants", constants, prepared: prepare(meaning, constants) };
  const prepared = constants.map((value) => prepare(meaning, [value]));
  return { kind: "quantified", quantifier, constants, prepared };
}

const PATTERN_HELP = "to mean one of ( ) [ { . * + ? itself, put it in brackets: [(] [.]";
const CONSTANTS_HELP = "write the values themselves, in quotes where they have blanks";

function operatorOf({ operator: name }: Comparison, left: CheckedOperand): Operator {
  const operator = OPERATORS[name];
  const isUpTo = left.kind === "field" && left.definition.equalsUpTo &&
    (operator.name === "=" || operator.name === "==");
  return isUpTo ? OPERATORS["<="] : operator;
}

function candidatesOf(operand: CheckedOperand): FieldDefinition["candidates"] {
  return operand.kind === "field" ? operand.definition.candidates : undefined;
}

function wasJsonText(operand: CheckedOperand): boolean {
  return operand.kind === "field" && operand.definition.wasJsonText === true;
}

const DIFFERING = { any: "some", "none-differs": "each", "empty-differs": "every" } as const;

/** `in` asks for every value of a list; `!=` asks candidates like fd.ip to differ, each of them, and names if any. */
function spreadOf(left: CheckedOperand, operator: Operator): Spread {
  if (left.list) return operator.name === "in" ? "every" : "some";
  return operator.name === "!=" ? DIFFERING[candidatesOf(left) ?? "any"] : "some";
}

function typeText({ type, list }: { readonly type: string; readonly list: boolean }): string {
  return list ? `a list of ${type}` : type;
}
