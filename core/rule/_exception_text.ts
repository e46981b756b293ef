/**
 * Exceptions as part of the condition:
 *
 *     (condition) and not (field in (value, …))            fields: field,      values: [value, …]
 *     (condition) and not ((field = value and …) or …)     fields: [field, …], values: [[value, …], …]
 *
 * They are written as text, exactly as Falco does, because a value may be the name of a list, a list
 * in brackets or a quoted string. Each piece of the text keeps its place in the rule file.
 */
import type { Report, SourceText, TextJoiner } from "../base/mod.ts";
import { TRANSFORMERS } from "../field/mod.ts";
import { asQuotedYaml } from "../filter/mod.ts";
import { type Column, entriesOf, type RuleException, takesList } from "./exception.ts";
import type { ExceptionEntry } from "./rule_file.ts";

/** Adds ` and not …` to a condition that stands in the joiner; false after reporting. */
export function joinException(
  joiner: TextJoiner,
  exception: RuleException,
  report: Report,
): boolean {
  if (exception.values.length === 0) return true;
  joiner.addFor(exception.at, " and not ");
  return exception.form === "single"
    ? joinSingle(joiner, exception, report)
    : joinTuples(joiner, exception, report);
}

function joinSingle(joiner: TextJoiner, exception: RuleException, report: Report): boolean {
  const { field, comparison } = exception.columns[0]!;
  joiner.addFor(exception.at, "(").add(field).addFor(comparison.at, ` ${comparison.text} (`);
  let first = true;
  for (const value of exception.values) {
    if (value.kind === "many") {
      return reportValues(exception, value, "a single value, as fields is a single field", report);
    }
    if (breaksQuotes(value.text)) return reportMark(exception, value.text, /"/, report);
    if (!first) joiner.addFor(value.at, ", ");
    joinQuoted(joiner, value.text);
    first = false;
  }
  joiner.addFor(exception.at, "))");
  return true;
}

function joinTuples(joiner: TextJoiner, exception: RuleException, report: Report): boolean {
  const { columns, values, at } = exception;
  joiner.addFor(at, "(");
  let first = true;
  for (const value of values) {
    const entries = entriesOf(value);
    if (value.kind === "one" || entries.length !== columns.length) {
      const wanted = `a list of ${columns.length}, one for each field`;
      return reportValues(exception, value, wanted, report);
    }
    const broken = brokenIn(columns, entries);
    if (broken) return reportMark(exception, broken, isWrapped(broken) ? /"/ : MARKS, report);
    joiner.addFor(value.at, first ? "(" : " or (");
    columns.forEach((column, index) => {
      if (index > 0) joiner.addFor(value.at, " and ");
      joinComparison(joiner, column, entries[index]!);
    });
    joiner.addFor(value.at, ")");
    first = false;
  }
  joiner.addFor(at, ")");
  return true;
}

function joinComparison(
  joiner: TextJoiner,
  { field, comparison }: Column,
  value: ExceptionEntry,
): void {
  joiner.add(field).addFor(comparison.at, ` ${comparison.text} `);
  if (value.kind === "one") {
    const bracketed = value.text.text.startsWith("(");
    if (!takesList(comparison.text)) joinQuoted(joiner, value.text);
    else if (bracketed) joiner.add(value.text);
    else joiner.addFor(value.at, "(").add(value.text).addFor(value.at, ")");
    return;
  }
  joiner.addFor(value.at, "(");
  value.entries.forEach((entry, index) => {
    if (index > 0) joiner.addFor(entry.at, ", ");
    if (entry.kind === "one") joinQuoted(joiner, entry.text);
  });
  joiner.addFor(value.at, ")");
}

/** A value with blanks in it is put in quotes, unless it brings its own. */
function joinQuoted(joiner: TextJoiner, value: SourceText): void {
  if (!isWrapped(value)) joiner.add(value);
  else joiner.addFor(value.all, '"').add(value).addFor(value.all, '"');
}

function isWrapped({ text }: SourceText): boolean {
  return text.includes(" ") && !/^["']/.test(text);
}

/** What ends a value that has no quotes around it. */
const MARKS = /[()"'=,]/;

/** Whether the quotes that are put around a value end inside of it. */
function breaksQuotes(value: SourceText): boolean {
  return isWrapped(value) && /(?:^|[^\\])(?:\\\\)*"/.test(value.text);
}

/** The first value of a tuple that would not be one value in a condition. */
function brokenIn(
  columns: readonly Column[],
  entries: readonly ExceptionEntry[],
): SourceText | undefined {
  for (const [index, entry] of entries.entries()) {
    const isList = takesList(columns[index]!.comparison.text);
    if (entry.kind === "many") {
      for (const one of entry.entries) {
        if (one.kind === "one" && breaksQuotes(one.text)) return one.text;
      }
    } else if (!isList) {
      const { text } = entry.text;
      const isBare = !isWrapped(entry.text) && !/^["']/.test(text) && !isTransformed(text);
      if (breaksQuotes(entry.text) || isBare && MARKS.test(text)) return entry.text;
    }
  }
  return undefined;
}

/** A transformer is a value, too: `val(proc.name)`. */
function isTransformed(text: string): boolean {
  const name = /^(\w+)\(.*\)/.exec(text)?.[1];
  return name !== undefined && Object.hasOwn(TRANSFORMERS, name);
}

function reportMark(
  exception: RuleException,
  value: SourceText,
  mark: RegExp,
  report: Report,
): false {
  const at = value.text.search(mark);
  report.add({
    code: "F004",
    title: `unexpected ${inQuotes(value.text[at]!)} in a value of exception "${exception.name}"`,
    at: value.span(at, at + 1),
    help: `put the whole value in quotes of its own: ${asQuotedYaml(value.text)}`,
  });
  return false;
}

function inQuotes(text: string): string {
  return text === '"' ? `'"'` : `"${text}"`;
}

function reportValues(
  exception: RuleException,
  value: ExceptionEntry,
  wanted: string,
  report: Report,
): false {
  report.add({
    code: "R035",
    title: `a value of exception "${exception.name}" has to be ${wanted}`,
    at: value.at,
    help: valuesMeant(exception, value),
    notes: [{
      message: "fields are given here",
      at: exception.columns[0]?.field.all ?? exception.at,
    }],
  });
  return false;
}

function valuesMeant({ form, columns }: RuleException, value: ExceptionEntry): string {
  if (form === "single") return "write values: [a, b]";
  const fields = columns.map(({ field }) => field.text);
  // Several values of one field, in the place of one.
  return fields.length === 1 && value.kind === "many" && value.entries.length > 1
    ? `write values: [[a], [b]], or fields: ${
      fields[0]
    } without brackets, comps: in, values: [a, b]`
    : `write values: [[${fields.map((field) => `value of ${field}`).join(", ")}]]`;
}
