/** `match` of a sink: which alerts it is for, as a condition over `alertFields`. */
import { type Alert, PRIORITIES } from "../alert/mod.ts";
import { type Diagnostic, Report, SourceText, type Span } from "../base/mod.ts";
import {
  checkCondition,
  type CheckedCondition,
  type Comparison,
  type Condition,
  emitCondition,
  expandCondition,
  fieldsOf as conditionFields,
  leavesOf,
  type Literal,
  parseCondition,
  readableParts,
} from "../filter/mod.ts";
import { nearestPriority, parsePriority } from "../rule/priority.ts";
import { alertFields, asEvent, helpForUnknown, NO_STATE, severity } from "./alert_fields.ts";

export type AlertTest = (alert: Alert) => boolean;

/** Absent when it has mistakes; they are in the report. */
export function compileMatch(source: SourceText, report: Report): AlertTest | undefined {
  const own = new Report();
  const checked = checkedMatch(source, own);
  for (const diagnostic of own.diagnostics) report.add(withHelp(diagnostic));
  if (!checked || own.hasErrors) return undefined;
  const holds = emitCondition(checked);
  return (alert) => holds(asEvent(alert), NO_STATE);
}

/** A field that a match asks for. */
export interface MatchField {
  /** As `output_fields` of an alert may have it, each of these. */
  readonly names: readonly string[];
  /** Of the comparison. */
  readonly at: Span;
}

/** Those of outputs, each once; none of a match with mistakes. */
export function fieldsInMatch(source: SourceText): readonly MatchField[] {
  const checked = checkedMatch(source, new Report());
  const fields = new Map<string, MatchField>();
  for (const leaf of checked ? leavesOf(checked) : []) {
    for (const { definition: { name }, argument } of conditionFields(leaf)) {
      const given = argument === undefined ? undefined : String(argument);
      const isAny = name === "alert.field";
      if (name.startsWith("alert.") && !isAny) continue;
      const names = given === undefined
        ? [name]
        : isAny
        ? [given]
        : [`${name}[${given}]`, `${name}.${given}`];
      if (!fields.has(names[0]!)) fields.set(names[0]!, { names, at: leaf.span });
    }
  }
  return [...fields.values()];
}

function checkedMatch(source: SourceText, report: Report): CheckedCondition | undefined {
  const parsed = parseCondition(withOrder(source, report), report);
  const written = parsed && expandCondition(parsed, NO_NAMES, report);
  const parts = written ?? (parsed && readableParts(parsed, NO_NAMES));
  const numbered = parts && withPriorities(parts, report);
  const checked = numbered && checkCondition(numbered, alertFields(), report);
  return written && checked;
}

/** Fields of other sources are not looked up here, but alerts may have them. */
function withHelp(diagnostic: Diagnostic): Diagnostic {
  const { code, at, help } = diagnostic;
  if (!at || help?.startsWith("did you mean")) return diagnostic;
  const { source: { text }, start, end } = at;
  // A name without a dot is a macro's to rules, and nothing is compared with one.
  const bare = code === "F004" ? /(\w+)\s*$/.exec(text.slice(0, start))?.[1] : undefined;
  if (bare !== undefined && alertFields().has(`alert.${bare}`)) {
    return { ...diagnostic, help: helpForUnknown(bare) };
  }
  return code === "F012"
    ? { ...diagnostic, help: helpForUnknown(text.slice(start, end)) }
    : diagnostic;
}

const NO_NAMES = {
  macro: () => undefined,
  list: () => undefined,
  help: "macros and lists are for rules: write out what is meant",
};

/** Strings, which stay, and priorities behind a name, which may be misspelled, and an operator of order. */
const ORDERED =
  /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(\b(alert\.\w+|prio\w*)\s*(?:>=|<=|>|<)\s*)(\w+)/g;

/**
 * Only numbers have an order in conditions: names of priorities behind `>=` and the like become theirs,
 * filled up with blanks, so that all places stay.
 */
function withOrder(source: SourceText, report: Report): SourceText {
  const text = source.text.replace(ORDERED, (whole, before, field, name, at) => {
    if (name === undefined) return whole;
    // What is wrong then is the field.
    if (field !== "alert.priority" && !parsePriority(name)) return whole;
    const start = at + before.length;
    const number = numberOf(name, source.span(start, start + name.length), report);
    return before + number.padEnd(name.length);
  });
  return new SourceText(source.name, text, { text: source, map: (offset) => offset });
}

const ORDERINGS: ReadonlySet<Comparison["operator"]> = new Set([">", ">=", "<", "<="] as const);

/** The same for what priorities are compared with otherwise. */
function withPriorities(node: Condition, report: Report): Condition {
  switch (node.kind) {
    case "and":
    case "or":
      return { ...node, children: node.children.map((child) => withPriorities(child, report)) };
    case "not":
      return { ...node, child: withPriorities(node.child, report) };
    case "comparison": {
      const { left, right, operator } = node;
      if (left.kind !== "field" || left.name !== "alert.priority") return node;
      if (ORDERINGS.has(operator)) return node;
      const numbered = (literal: Literal) => ({
        ...literal,
        text: numberOf(literal.text, literal.span, report),
      });
      if (right.kind === "literal") return { ...node, right: numbered(right) };
      if (right.kind !== "values") return node;
      return { ...node, right: { ...right, values: right.values.map(numbered) } };
    }
    case "macro":
    case "exists":
      return node;
    default:
      return node satisfies never;
  }
}

function numberOf(name: string, at: Span, report: Report): string {
  const priority = parsePriority(name);
  if (priority) return String(severity(priority));
  const meant = nearestPriority(name);
  report.add({
    code: "C043",
    title: `there is no priority "${name}"`,
    at,
    help: meant
      ? `did you mean "${meant.toLowerCase()}"?`
      : `one of ${PRIORITIES.join(", ").toLowerCase()}`,
  });
  return "0";
}
