/** An explanation as text for people and as plain data for programs. */
import { cutText, escapeText, escapeUnprintable, jsonString } from "../../alert/mod.ts";
import { type Span, toFile } from "../../base/mod.ts";
import type { JsonValue } from "../../field/mod.ts";
import type { Explanation, SeenValue } from "../../filter/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";
import type { RuleExplanation } from "./explain_rule.ts";
import { outcomeOf, verdictOf } from "./sentence.ts";

/** Longest value, and longest check, in UTF-16 units. */
const MAX_VALUE = 120, MAX_CHECK = 160;
/** A condition grows with its macros, beyond what anybody reads. */
const MAX_LINES = 2000;

/** `fd.name = "/etc/shadow"`, `proc.pname = <NA>`, `fd.num = 3`. */
export function seenText({ name, value }: SeenValue): string {
  return `${name} = ${valueText(value)}`;
}

function valueText(value: JsonValue): string {
  if (value === null) return "<NA>";
  if (typeof value === "string") return jsonString(cutText(value, MAX_VALUE));
  if (typeof value !== "object") return String(value);
  return cutText(`(${value.map(valueText).join(", ")})`, MAX_VALUE);
}

/** One line a part: `*` for those that settle the result, `-` for those nobody looked at. */
export function treeLines(
  explanation: RuleExplanation,
  macros: Ruleset["macros"],
): readonly string[] {
  const lines: string[] = [];
  const exceptionNames = new Map(
    explanation.condition.children.slice(1).map((part, index) => [
      part,
      explanation.rule.activeExceptions[index],
    ]),
  );
  const add = (part: Explanation, depth: number): void => {
    if (lines.length >= MAX_LINES) return;
    const { truth, asked, kind, text, values, children } = part;
    const mark = explanation.decisive.has(part) ? "*" : asked ? " " : "-";
    const exception = exceptionNames.get(part);
    const at = kind === "macro" ? macros.get(text)?.at : undefined;
    const note = exception !== undefined
      ? `  exception "${exception}"`
      : at
      ? `  macro at ${placeText(at)}`
      : values.length > 0
      ? `  [${values.map(seenText).join(", ")}]`
      : "";
    const line = `${mark} ${String(truth).padEnd(5)} ${"  ".repeat(depth)}${
      escapeText(cutText(text, MAX_CHECK))
    }${note}`;
    lines.push(escapeUnprintable(line));
    for (const child of children) add(child, depth + 1);
  };
  add(explanation.condition, 0);
  if (lines.length >= MAX_LINES) lines.push("… and more: --json shows all");
  return lines;
}

/** `rules.yaml:12` */
export function placeText(at: Span): string {
  const { file, line } = placeOf(at);
  return `${file}:${line}`;
}

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export function placeOf(at: Span): Place {
  const { source, start } = toFile(at);
  return { file: source.name, ...source.position(start) };
}

/** The same explanation as an object that JSON can hold. */
export function plainExplanation(explanation: RuleExplanation) {
  const { rule, decisive, condition, heldBackBy, alert } = explanation;
  return {
    rule: {
      name: rule.name,
      source: rule.source,
      priority: rule.priority,
      enabled: rule.enabled,
      at: placeOf(rule.at),
    },
    outcome: outcomeOf(explanation),
    verdict: verdictOf(explanation),
    matches: condition.truth && explanation.looksAtType,
    event_type: explanation.eventType,
    view: explanation.view,
    ...explanation.overtakenBy !== undefined && { overtaken_by: explanation.overtakenBy },
    exceptions: heldBackBy.map(({ name }) => name),
    reasons: [...decisive].filter(({ children }) => children.length === 0).map(plainCheck),
    condition: plainPart(condition, decisive),
    ...alert && { output: alert.message, output_fields: plainFields(alert.fields) },
  };
}

function plainCheck({ text, truth, values, at }: Explanation) {
  return { text, truth, values: plainValues(values), at: placeOf(at) };
}

interface PlainPart {
  readonly kind: Explanation["kind"];
  readonly text: string;
  readonly truth: boolean;
  readonly asked: boolean;
  readonly decisive: boolean;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly at: Place;
  readonly children?: readonly PlainPart[];
}

function plainPart(part: Explanation, decisive: ReadonlySet<Explanation>): PlainPart {
  const { kind, text, truth, asked, values, children, at } = part;
  return {
    kind,
    text,
    truth,
    asked,
    decisive: decisive.has(part),
    ...values.length > 0 && { values: plainValues(values) },
    at: placeOf(at),
    ...children.length > 0 && { children: children.map((child) => plainPart(child, decisive)) },
  };
}

function plainValues(values: readonly SeenValue[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(values.map(({ name, value }) => [name, plainValue(value)]));
}

export function plainFields(
  fields: ReadonlyMap<string, JsonValue>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, plainValue(value)]));
}

/** JSON has no exact integers beyond 2^53; such ones are text. */
export function plainValue(value: JsonValue): unknown {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  return Array.isArray(value) ? value.map(plainValue) : value;
}
