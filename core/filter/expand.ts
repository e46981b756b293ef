/** Puts macros and lists in the place of their names. */
import {
  didYouMean,
  type Effort,
  type Finding,
  type Note,
  Report,
  type Span,
} from "../base/mod.ts";
import { commonValuesOf, itemsOf } from "./_list_values.ts";
import { helpForLoneValue } from "./_syntax_errors.ts";
import { helpForFalcoMacro } from "./falco_macros.ts";
import type {
  Comparison,
  Condition,
  ListDefinition,
  ListUse,
  Literal,
  MacroDefinition,
  MacroUse,
  Operand,
  Right,
  Values,
} from "./condition.ts";
import { isLikeAList, MAX_LISTS_NAMED, nearListFinding, quotedListFinding } from "./near_list.ts";

/** What the rule files define. Asking for a name marks it as used. */
export interface Names {
  macro(name: string): MacroDefinition | undefined;
  list(name: string): ListDefinition | undefined;
  /** For suggestions. */
  macroNames?(): Iterable<string>;
  /** Asked for with nearly every value. */
  listNames?(): Iterable<string>;
  /** Of what is suggested for all conditions. */
  readonly effort?: Effort;
  /** What to do about an unknown macro; absent: to define it. */
  readonly help?: string;
  /** Where a macro is defined that cannot be seen from here, behind the macro that asks for it. */
  laterMacro?(name: string): Span | undefined;
  /** Filled with the expansions of macros that nothing is to be said of, and taken from. */
  readonly expansions?: Map<string, Expansion | "broken"> | undefined;
  /** The same for what can be expanded of macros that cannot be, and those of which nothing can. */
  readonly parts?: Map<string, Expansion | "broken"> | undefined;
  /** What all conditions may still grow by; goes down. */
  readonly room?: Room;
  /** Whose condition it is, `rule "x"`, where it is the one that finds no room. */
  readonly whose?: string;
}

export interface Room {
  checksAndValues: number;
  checks: number;
}

/** What a macro stands for, its own macros and lists in place. */
export interface Expansion {
  readonly condition: Condition;
  /** Checks and values in it. */
  readonly size: number;
  readonly checks: number;
  readonly depth: number;
}

/** Checks and values together: macros in macros can double with every line of a file. */
export const MAX_SIZE = 1_000_000;
/** In all rules and macros of a run; some hundred bytes each. */
const MAX_SIZE_OF_ALL = 5_000_000;
/** Likewise; each is looked at anew in every rule, and takes far longer than a value. */
const MAX_CHECKS_OF_ALL = 1_000_000;
/** Of the tree; what walks it later calls itself that often. */
export const MAX_DEPTH = 1_000;
const MAX_LIST_DEPTH = 100;

/**
 * The condition with every macro's `expansion` and every list's items in place, or `undefined`
 * after reporting what is missing or too large (`F016` to `F018`, `F022`, `F036`). Shares the trees of
 * macros instead of copying them.
 */
export function expandCondition(
  condition: Condition,
  names: Names,
  report: Report,
): Condition | undefined {
  return new Expander(names, report).expand(condition);
}

/**
 * What can be expanded of a condition that cannot be, all of it: to find in one run what else is wrong
 * with it. Says nothing; the meaning of the condition is lost.
 */
export function readableParts(condition: Condition, names: Names): Condition | undefined {
  const apart = { ...names, expansions: names.parts };
  return new Expander(apart, new Report(), "leave out").expand(condition);
}

class Expander {
  readonly #names: Names;
  readonly #report: Report;
  /** What cannot be expanded has all that it is part of fail, or is left out of that. */
  readonly #broken: "fail" | "leave out";
  /** Macros whose expansion is under way, outermost first. */
  readonly #path: MacroUse[] = [];
  readonly #macros = new Map<string, Expansion | "broken">();
  /** Values of lists that turned out to have too many. */
  #inVain = 0;
  /** What a macro stands for was left out for the sake of those around it. */
  #isCut = false;

  constructor(names: Names, report: Report, broken: "fail" | "leave out" = "fail") {
    this.#names = names;
    this.#report = report;
    this.#broken = broken;
  }

  expand(condition: Condition): Condition | undefined {
    const { room, whose } = this.#names;
    if (room && isSpent(room)) return undefined;
    const expanded = this.#visit(condition);
    if (!room) return expanded?.condition;
    room.checksAndValues -= this.#inVain + (expanded?.size ?? 0);
    room.checks -= expanded?.checks ?? 0;
    if (!isSpent(room)) return expanded?.condition;
    const [most, help] = room.checksAndValues < 0
      ? [
        `${MAX_SIZE_OF_ALL} checks and values`,
        "large lists and macros count wherever they are used",
      ]
      : [
        `${MAX_CHECKS_OF_ALL} checks`,
        "macros count wherever they are used: make the large ones " +
        "shorter, as with lists, which are one check",
      ];
    return this.#fail(
      "F018",
      `all rules together grow to more than ${most}${whose === undefined ? "" : ` with ${whose}`}`,
      condition,
      `${help}; the rules from here on are not read`,
    );
  }

  #visit(condition: Condition): Expansion | undefined {
    switch (condition.kind) {
      case "and":
      case "or": {
        // All children are visited, so that one run shows every unknown name.
        const visited = condition.children.map((child) => this.#visit(child));
        const children = visited.filter((child) => child !== undefined);
        const isBroken = children.length < visited.length && this.#broken === "fail";
        if (isBroken || children.length === 0) return undefined;
        const inner = children.map((child) => child.condition);
        return this.#bounded({ ...condition, children: inner }, children);
      }
      case "not": {
        const child = this.#visit(condition.child);
        return child && this.#bounded({ ...condition, child: child.condition }, [child]);
      }
      case "macro":
        return this.#macro(condition);
      case "exists":
        return { condition, size: 1, checks: 1, depth: 1 };
      case "comparison":
        return this.#comparison(condition);
      default:
        return condition satisfies never;
    }
  }

  #bounded(condition: Condition, children: readonly Expansion[]): Expansion | undefined {
    let size = 1, checks = 0, depth = 0;
    for (const child of children) {
      size += child.size;
      checks += child.checks;
      depth = Math.max(depth, child.depth);
    }
    if (size <= MAX_SIZE && depth < MAX_DEPTH) return { condition, size, checks, depth: depth + 1 };
    return this.#fail(
      "F018",
      size > MAX_SIZE
        ? `the condition grows to more than ${MAX_SIZE} checks and values when its macros are put in`
        : `the condition is nested more than ${MAX_DEPTH} deep when its macros are put in`,
      condition,
      "a macro that uses another one twice doubles it; split the rule in several",
    );
  }

  #macro(use: MacroUse): Expansion | undefined {
    const { expansions } = this.#names;
    const known = this.#macros.get(use.name) ?? expansions?.get(use.name);
    if (known === "broken") return undefined;
    const { count } = this.#report;
    const expanded = known ?? this.#expandMacro(use);
    if (!expanded) {
      this.#macros.set(use.name, "broken");
      if (this.#saysNothing && !this.#isCut) expansions?.set(use.name, "broken");
      return undefined;
    }
    this.#macros.set(use.name, expanded);
    if (this.#report.count === count) expansions?.set(use.name, expanded);
    return this.#bounded({ ...use, expansion: expanded.condition }, [expanded]);
  }

  #expandMacro(use: MacroUse): Expansion | undefined {
    if (this.#path.some(({ name }) => name === use.name)) {
      this.#isCut = true;
      const help = "write out what it stands for, or use the name of another macro";
      return this.#fail("F017", `macro "${use.name}" contains itself`, use, help);
    }
    const definition = this.#names.macro(use.name);
    if (!definition) return this.#saysNothing ? undefined : this.#unknownMacro(use);
    const { unresolved } = definition;
    const condition = definition.condition ??
      (this.#broken === "leave out" ? unresolved : undefined);
    if (!condition) return undefined;
    if (this.#path.length >= MAX_DEPTH) {
      this.#isCut = true;
      return this.#fail("F018", `more than ${MAX_DEPTH} macros inside each other`, use);
    }
    this.#path.push(use);
    const expanded = this.#visit(condition);
    this.#path.pop();
    return expanded;
  }

  #unknownMacro(use: MacroUse): undefined {
    const { name } = use;
    const later = this.#names.laterMacro?.(name);
    if (later) {
      this.#report.add({
        code: "F016",
        title: `macro "${name}" is defined later, and macros see only those before them`,
        at: use.span,
        help: `move the definition of "${name}" up, before the macro that uses it`,
        notes: [...notesOf(this.#path), { message: "it is defined here", at: later }],
      });
      return undefined;
    }
    const isList = this.#names.list(name) !== undefined;
    const known = () => this.#names.macroNames?.() ?? [];
    const help = () =>
      isList
        ? `"${name}" is a list: compare a field with it, "proc.name in (${name})"`
        : (this.#names.help === undefined
          ? helpForFalcoMacro(name, known(), this.#names.effort)
          : undefined) ??
          didYouMean(name, known(), this.#names.effort) ??
          // Macros have names of several words.
          (name.includes("_") ? undefined : helpForLoneValue(use.span)) ?? this.#names.help ??
          `define it, "- macro: ${name}", in this file or in one that is read with it`;
    return this.#fail("F016", `unknown macro "${name}"`, use, help);
  }

  #comparison(comparison: Comparison): Expansion | undefined {
    this.#warnOfNearLists(comparison);
    const right = this.#right(comparison);
    if (!right) {
      const { left, span } = comparison;
      const rest: Condition = { kind: "exists", left, span };
      return this.#broken === "fail"
        ? undefined
        : { condition: rest, size: 1, checks: 1, depth: 1 };
    }
    const size = right.kind === "values" ? 1 + right.values.length : 1;
    const condition = right === comparison.right ? comparison : { ...comparison, right };
    if (size <= MAX_SIZE) return { condition, size, checks: 1, depth: 1 };
    // To find that out again for each of many rules would take minutes.
    this.#inVain += size;
    return this.#fail("F018", `the list has more than ${MAX_SIZE} items`, comparison);
  }

  #right(comparison: Comparison): Right | undefined {
    const { right, operator, quantifier } = comparison;
    switch (right.kind) {
      case "transformer":
        return right;
      case "values": {
        if (!right.values.some((value) => this.#isList(value))) return right;
        const [only, second] = right.values;
        if (only && !second) return this.#valuesOf(only, right.span);
        const values: Literal[] = [];
        // Not `every`: one run shows the problems of all lists.
        const fine = right.values.map((value) => this.#collect(value, values));
        return fine.includes(false) ? undefined : { ...right, values };
      }
      case "literal": {
        if (!this.#isList(right)) return right;
        if (takesList(operator) || quantifier) return this.#valuesOf(right, right.span);
        const values: Literal[] = [];
        if (!this.#collect(right, values)) return undefined;
        if (values.length === 1) return values[0];
        return this.#fail(
          "F022",
          `list "${right.text}" has ${values.length} items, "${operator}" takes one value`,
          comparison,
          `to look for any of them, use "in (${right.text})" or "${operator} anyof (${right.text})"`,
        );
      }
      default:
        return right satisfies never;
    }
  }

  /** A list's name written wrongly is a value like any other, which then nothing ever equals. */
  #warnOfNearLists({ left, right, operator, quantifier }: Comparison): void {
    if (this.#saysNothing) return;
    if (!takesList(operator) && !quantifier) return;
    const isAlone = right.kind === "literal" && !namesEvents(left);
    const values = right.kind === "values" ? right.values : right.kind === "literal" ? [right] : [];
    if (values.length > MAX_LISTS_NAMED || this.#report.isFullOfWarnings) return;
    const notes = () => notesOf(this.#path);
    const names = this.#names.listNames?.() ?? [];
    const { effort } = this.#names;
    for (const { text, quoted, span: at } of values) {
      if (quoted) {
        const isList = isLikeAList(text) && this.#names.list(text) !== undefined;
        if (isList) this.#report.add(quotedListFinding(text, { at, notes: notes() }));
        continue;
      }
      if (this.#names.list(text) !== undefined) continue;
      const alone = isAlone && { asText: `write ("${text}")`, isAlone };
      const found = nearListFinding(text, names, { at, notes, effort, ...alone });
      if (found) this.#report.add(found);
    }
  }

  #isList(value: Literal): boolean {
    return !value.quoted && this.#names.list(value.text) !== undefined;
  }

  /** All of one list, put together once for all that name it. */
  #valuesOf(name: Literal, span: Span): Values | undefined {
    const definition = this.#names.list(name.text)!;
    const values = commonValuesOf(definition, (into) => this.#collect(name, into));
    return values && { kind: "values", values, span, listAt: name.span };
  }

  /**
   * Adds the value itself, or the items of the list it names and of lists among them; false after
   * reporting. `use` is the innermost list the value came from.
   */
  #collect(value: Literal, into: Literal[], use?: ListUse, depth = 0): boolean {
    const definition = value.quoted || within(use, value.text)
      ? undefined
      : this.#names.list(value.text);
    if (!definition) {
      into.push(use ? { ...value, use } : value);
      return true;
    }
    if (depth >= MAX_LIST_DEPTH) {
      const title = `more than ${MAX_LIST_DEPTH} lists inside each other`;
      this.#report.add({ code: "F018", title, at: value.span, notes: notesOf(this.#path) });
      return false;
    }
    const inner: ListUse = { list: value.text, at: value.span, ...use && { outer: use } };
    const items = itemsOf(definition, this.#report);
    if (!items) return false;
    for (const item of items) {
      if (into.length > MAX_SIZE) break;
      if (!this.#collect(item, into, inner, depth + 1)) return false;
    }
    return true;
  }

  /** What is found is not for anybody: with many macros inside each other it would take long. */
  get #saysNothing(): boolean {
    return this.#broken === "leave out";
  }

  #fail(code: string, title: string, { span }: Condition, help?: Finding["help"]): undefined {
    if (this.#saysNothing) return undefined;
    this.#report.add({ code, title, at: span, help, notes: notesOf(this.#path) });
    return undefined;
  }
}

export function roomOfRun(): Room {
  return { checksAndValues: MAX_SIZE_OF_ALL, checks: MAX_CHECKS_OF_ALL };
}

/** Conditions that come now are not read; that has been told of the first. */
export function isSpent({ checksAndValues, checks }: Room): boolean {
  return checksAndValues < 0 || checks < 0;
}

function within(use: ListUse | undefined, name: string): boolean {
  for (let at = use; at; at = at.outer) if (at.list === name) return true;
  return false;
}

export function notesOf(path: readonly MacroUse[]): Note[] {
  return path.map(({ name, span }) => ({ message: `in macro "${name}", used here`, at: span }));
}

/** Names of events are known, and none of them is one of a list. */
function namesEvents(left: Operand): boolean {
  return left.kind === "field" && /^(?:evt|syscall)\.type$/.test(left.name);
}

function takesList(operator: string): boolean {
  return operator === "in" || operator === "intersects" || operator === "pmatch";
}
