/** Exceptions of a rule: which events it is not meant for; what they define and how they merge. */
import { didYouMean, type Report, type SourceText, type Span } from "../base/mod.ts";
import { OPERATOR_NAMES } from "../filter/lexer.ts";
import type { ExceptionEntry, ExceptionItem } from "./rule_file.ts";

export interface Column {
  readonly field: SourceText;
  readonly comparison: Comparison;
}

interface Comparison {
  /** `=`, `startswith oneof`. */
  readonly text: string;
  readonly at: Span;
}

export interface RuleException {
  readonly name: string;
  readonly at: Span;
  /** One field with a list of values, or several that have to hold together. */
  readonly form: "single" | "tuple";
  readonly columns: readonly Column[];
  readonly values: readonly ExceptionEntry[];
}

interface Growing extends RuleException {
  readonly values: ExceptionEntry[];
}

/** Those of one rule. They grow in place: files may append to them tens of thousands of times. */
export class Exceptions {
  readonly #all: Growing[] = [];
  /** Of several with one name, the first. */
  readonly #byName = new Map<string, Growing>();

  /** Those of a rule's definition: each needs its fields. */
  constructor(items: readonly ExceptionItem[], report: Report) {
    for (const item of items) this.#add(newException(item, report));
  }

  get all(): readonly RuleException[] {
    return this.#all;
  }

  /** Adds values to exceptions that are there, and exceptions that are not. */
  append(items: readonly ExceptionItem[], report: Report): void {
    for (const item of items) {
      const exception = this.#byName.get(item.name);
      if (!exception) this.#add(newException(item, report, "appended"));
      else if (item.fields || item.comparisons) reportRedefinition(item, exception, report);
      else for (const value of item.values) exception.values.push(value);
    }
  }

  #add(exception: Growing | undefined): void {
    if (!exception) return;
    this.#all.push(exception);
    if (!this.#byName.has(exception.name)) this.#byName.set(exception.name, exception);
  }
}

function newException(
  item: ExceptionItem,
  report: Report,
  appended?: "appended",
): Growing | undefined {
  const { name, at, fields, values } = item;
  if (!fields && !appended) {
    const title = `exception "${name}" names no field`;
    report.add({ code: "R032", title, at, help: "write fields: [proc.name, fd.name]" });
    return undefined;
  }
  if (!fields || (appended && values.length === 0)) {
    report.add({
      code: "R032",
      title: `the rule has no exception "${name}" yet; a new one needs fields and values`,
      at,
      help: fields ? 'add "values: […]"' : "add fields, or use the name of one the rule has",
    });
    return undefined;
  }
  const columns = fields.kind === "one"
    ? singleColumn(item, fields, report)
    : tupleColumns(item, fields, report);
  if (!columns) return undefined;
  const form = fields.kind === "one" ? "single" : "tuple";
  return { name, at, form, columns, values: [...values] };
}

function singleColumn(
  { name, comparisons }: ExceptionItem,
  fields: ExceptionEntry & { kind: "one" },
  report: Report,
): Column[] | undefined {
  if (comparisons?.kind === "many") {
    const title = `"comps" of exception "${name}" has to be one operator, as "fields" is one field`;
    report.add({ code: "R033", title, at: comparisons.at, help: "remove the brackets" });
    return undefined;
  }
  const text = comparisons ? comparisons.text.text.trim() : "in";
  const at = comparisons?.at ?? fields.at;
  if (takesList(text)) {
    return [{ field: fields.text, comparison: { text, at } }];
  }
  report.add({
    code: "R034",
    title: `"${text}" cannot compare one field with a list of values`,
    at,
    help: 'use in, intersects, pmatch, or an operator with "oneof", "anyof" or "allof"',
  });
  return undefined;
}

function tupleColumns(
  { name, comparisons }: ExceptionItem,
  fields: ExceptionEntry & { kind: "many" },
  report: Report,
): Column[] | undefined {
  const operators = comparisons ? entriesOf(comparisons) : undefined;
  if (operators && operators.length !== fields.entries.length) {
    const counts = `${fields.entries.length} fields and ${operators.length} comps`;
    report.add({
      code: "R033",
      title: `exception "${name}" has ${counts}; each field needs one`,
      at: comparisons!.at,
      help: 'leave "comps" out to compare all fields with "="',
    });
    return undefined;
  }
  const columns: Column[] = [];
  let fine = true;
  fields.entries.forEach((field, index) => {
    const operator = operators?.[index];
    const text = operator?.kind === "one" ? operator.text.text.trim() : "=";
    if (field.kind !== "one" || (operator && operator.kind !== "one")) {
      const at = field.kind !== "one" ? field.at : operator!.at;
      const help = "write fields: [proc.name, fd.name] and comps: [=, startswith]";
      report.add({ code: "R033", title: "fields and comps are flat lists", at, help });
      fine = false;
      return;
    }
    if (!OPERATOR_NAMES.includes(text) && !isQuantified(text)) {
      report.add({
        code: "R034",
        title: `"${text}" is no comparison operator`,
        at: operator!.at,
        help: didYouMean(text, OPERATOR_NAMES) ?? `operators are ${OPERATOR_NAMES.join(" ")}`,
      });
      fine = false;
    }
    columns.push({ field: field.text, comparison: { text, at: operator?.at ?? field.at } });
  });
  return fine ? columns : undefined;
}

/** Operators that take a list. */
const LIST_OPERATORS: ReadonlySet<string> = new Set(["in", "intersects", "pmatch"]);
const QUANTIFIABLE = new Set([
  "=",
  "==",
  "!=",
  "contains",
  "icontains",
  "bcontains",
  "startswith",
  "bstartswith",
  "endswith",
  "glob",
  "iglob",
  "regex",
]);

/** The operator looks for a list of values: `in` and its like, `startswith anyof` and its like. */
export function takesList(text: string): boolean {
  return LIST_OPERATORS.has(text) || isQuantified(text);
}

function isQuantified(text: string): boolean {
  const [operator = "", quantifier = "", ...rest] = text.split(/\s+/);
  return rest.length === 0 && QUANTIFIABLE.has(operator) &&
    /^(oneof|anyof|allof)$/.test(quantifier);
}

export function entriesOf(entry: ExceptionEntry): readonly ExceptionEntry[] {
  return entry.kind === "many" ? entry.entries : [];
}

function reportRedefinition(item: ExceptionItem, earlier: RuleException, report: Report): void {
  report.add({
    code: "R036",
    title: `exception "${item.name}" is there already; only values can be appended to it`,
    at: (item.fields ?? item.comparisons)!.at,
    notes: [{ message: "defined here", at: earlier.at }],
    help: "remove fields and comps here, or give the exception another name",
  });
}
