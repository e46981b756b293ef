/** Events as lines of text: those that a condition picks, in the words of an output. */
import {
  compileTemplate,
  escapeUnprintable,
  jsonString,
  outputValueJson,
  type RenderedOutput,
  unescapeText,
} from "../../alert/mod.ts";
import { type Report, SourceText } from "../../base/mod.ts";
import { namesWatchedBy } from "../../engine/mod.ts";
import type { Event } from "../../event/mod.ts";
import type { FieldDefinition, FieldTable } from "../../field/mod.ts";
import {
  checkCondition,
  emitCondition,
  eventTypesOf,
  expandCondition,
  fieldsOf,
  parseCondition,
} from "../../filter/mod.ts";
import type { State } from "../../state/mod.ts";
import type { Surroundings } from "../examine.ts";

export interface EventLines {
  /** Events of other types are never picked; absent: all may be. */
  readonly eventTypes: ReadonlySet<number> | undefined;
  /** Names of the fields that are looked at. */
  readonly fieldNames: ReadonlySet<string>;
  /** DNS names that the condition compares addresses with. */
  readonly watchedNames: ReadonlySet<string>;
  /** Without a line end; absent when the event is not picked. */
  lineOf(event: Event, state: State): string | undefined;
}

export interface LinesRequest {
  readonly filter: string | undefined;
  /** An output, as rules have one. */
  readonly print: string | undefined;
  /** Names of fields between commas, in place of `print`. */
  readonly fields: string | undefined;
  readonly json: boolean;
}

const USUAL_PRINT = "%evt.num %evt.time %evt.cpu %proc.name (%thread.tid) %evt.type %evt.args";
/** Of sources whose events come from no process. */
const PRINT_BY_SOURCE: Readonly<Record<string, string>> = {
  k8s_audit:
    "%evt.num %evt.time.iso8601 %ka.stage %ka.user.name %ka.verb %ka.uri %ka.response.code",
};

/** `undefined` after reporting what is wrong. */
export function eventLines(
  request: LinesRequest,
  surroundings: Surroundings,
  report: Report,
): EventLines | undefined {
  const { filter } = request;
  const condition = filter === undefined ? undefined : conditionOf(filter, surroundings, report);
  const printing = { json: request.json, surroundings, report };
  const line = request.fields === undefined
    ? printedLine(request.print ?? usualPrint(surroundings.source), printing)
    : fieldsLine(request.fields, printing);
  if (!line || report.hasErrors) return undefined;
  const { fields, lineOf } = line;
  return {
    eventTypes: condition?.eventTypes,
    fieldNames: new Set([...condition?.fields ?? [], ...fields].map(({ name }) => name)),
    watchedNames: condition?.watchedNames ?? new Set(),
    lineOf: (event, state) =>
      !condition || condition.holds(event, state) ? lineOf(event, state) : undefined,
  };
}

function usualPrint(source: string): string {
  return Object.hasOwn(PRINT_BY_SOURCE, source) ? PRINT_BY_SOURCE[source]! : USUAL_PRINT;
}

/** A condition from the command line; `undefined` after reporting what is wrong. */
export function conditionOf(text: string, { fields, names }: Surroundings, report: Report) {
  const parsed = parseCondition(new SourceText("<filter>", text), report);
  const expanded = parsed && expandCondition(parsed, names, report);
  const checked = expanded && checkCondition(expanded, fields, report);
  return checked && {
    eventTypes: eventTypesOf(checked),
    fields: fieldsOf(checked).map(({ definition }) => definition),
    watchedNames: namesWatchedBy([checked]),
    holds: emitCondition(checked),
  };
}

interface Line {
  readonly fields: readonly FieldDefinition[];
  readonly lineOf: (event: Event, state: State) => string;
}

/** How a line is to be made, and whom to tell that it cannot be. */
interface Printing {
  readonly json: boolean;
  readonly surroundings: Pick<Surroundings, "fields" | "bytes">;
  readonly report: Report;
}

function printedLine(
  text: string,
  { json, surroundings: { fields, bytes }, report }: Printing,
): Line | undefined {
  const template = compileTemplate(new SourceText("<print>", text), fields, report, { bytes });
  if (!template) return undefined;
  if (template.fields.length === 0) warnOfNoField(template.source, fields, report);
  const lineOf: Line["lineOf"] = json
    ? (event, state) => {
      const rendered = template.render(event, state);
      const output = jsonString(unescapeText(rendered.message));
      return `{"output":${output},"output_fields":${fieldsJson(rendered.fields)}}`;
    }
    : (event, state) => escapeUnprintable(template.render(event, state).message);
  return { fields: template.fields, lineOf };
}

/** Every event prints the same; names without their mark are what --fields takes. */
function warnOfNoField(source: SourceText, fields: FieldTable, report: Report): void {
  const names = source.text.split(/[\s,]+/).filter((word) => fields.has(word));
  report.add({
    code: "A001",
    severity: "warning",
    title: "there is no field in this output",
    at: source.span(0, source.text.length),
    help: names.length > 0
      ? `write ${names.map((name) => `%${name}`).join(" ")}, or --fields ${names.join(",")}`
      : "a field begins with %, as in %proc.name",
  });
}

/** Values with tabs between them, or one object. */
function fieldsLine(list: string, printing: Printing): Line | undefined {
  const { json, report } = printing;
  const templates = namesIn(list).map((name) => fieldTemplate(name, printing))
    .filter((template) => template !== undefined);
  if (report.hasErrors) return undefined;
  const lineOf: Line["lineOf"] = (event, state) => {
    const values = templates.map((template) => template.render(event, state));
    if (!json) return values.map(({ message }) => escapeUnprintable(message)).join("\t");
    return fieldsJson(new Map(values.flatMap((value) => [...value.fields])));
  };
  return { fields: templates.flatMap(({ fields }) => fields), lineOf };
}

/** What is wrong is told in the words of who wrote a name, not an output. */
function fieldTemplate(
  name: string,
  { surroundings: { fields, bytes }, report }: Pick<Printing, "surroundings" | "report">,
) {
  const own = report.part();
  const written = new SourceText("<fields>", name);
  // The mark of fields stands before the first letter.
  const inner = new SourceText("<fields>", `%${name}`, {
    text: written,
    map: (offset) => Math.max(0, offset - 1),
  });
  const template = compileTemplate(inner, fields, own, { bytes });
  report.absorb(own, (found) => ({ ...found, title: found.title.replace(/ in an output$/, "") }));
  return template;
}

/** Commas in brackets belong to an argument. */
function namesIn(list: string): string[] {
  return (list.match(/(?:\[[^\]]*\]|[^,[])+/g) ?? []).map((name) => name.trim())
    .filter((name) => name !== "");
}

function fieldsJson(fields: RenderedOutput["fields"]): string {
  const members = [...fields].map(([key, value]) => `${jsonString(key)}:${outputValueJson(value)}`);
  return `{${members.join(",")}}`;
}
