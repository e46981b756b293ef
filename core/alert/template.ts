/**
 * A rule's `output`, compiled once when rules are loaded: "File opened (file=%fd.name user=%user.name)".
 * The grammar stands in `_grammar.ts`.
 */
import {
  didYouMean,
  replaceInvalid,
  type Report,
  type SourceText,
  type Span,
} from "../base/mod.ts";
import type { Event } from "../event/mod.ts";
import {
  type ArgumentProblem,
  type BytesFormat,
  type FieldArgument,
  type FieldDefinition,
  fieldElsewhere,
  type FieldTable,
  type FieldValue,
  findField,
  GONE_EVENT,
  groupOfElsewhere,
  isToldLater,
  jsonValue,
  readArgument,
  renderValue,
} from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import { warnOfCutNames } from "./_cut_names.ts";
import { type Expression, type FieldExpression, parseOutput } from "./_grammar.ts";
import { comesLater, fieldReader, laterReader, type Read, reader } from "./_reader.ts";
import type { OutputValue } from "./alert.ts";
import { cutText, escapeText, escapeValue } from "./escape.ts";
import type { ExtraField } from "./extra_fields.ts";

export interface RenderedOutput {
  /** One line, values escaped as `escapeValue` says; absent ones print as `<NA>`. */
  readonly message: string;
  /** Every field the output mentions, by the name it is written with, sorted; absent ones are null. */
  readonly fields: ReadonlyMap<string, OutputValue>;
}

/** Immutable. */
export interface OutputTemplate {
  readonly source: SourceText;
  /** Entries of the fields it reads, each once, in the order of the text. */
  readonly fields: readonly FieldDefinition[];
  /** The fields as they are written, each once. */
  readonly uses: readonly OutputField[];
  /** What `withExtraFields` added, if it did. */
  readonly extraFields?: readonly ExtraField[];
  /** Copies all it takes from the event. */
  render(event: Event, state: State): RenderedOutput;
  /** The same, but for what the container engine tells: that is asked of `state` when it is called. */
  renderLater(event: Event, state: State): (state: State) => RenderedOutput;
}

/** A field as an output has it. */
export interface OutputField {
  /** As written, `proc.aname[2]`. */
  readonly key: string;
  readonly definition: FieldDefinition;
  readonly argument: FieldArgument;
  readonly at: Span;
}

export interface TemplateOptions {
  /** What to say of a name that is none of the fields, nor nearly one. */
  readonly unknownHelp?: (name: string) => string;
  /** How fields that are bytes, or hold some, print; dots for what is not printable by default. */
  readonly bytes?: BytesFormat | undefined;
}

/** Longest value in `fields`, in UTF-16 units (64 Ki). */
export const MAX_FIELD_LENGTH = 65_536;
/** A message that has grown to this many UTF-16 units gets no further values (256 Ki). */
export const MAX_MESSAGE_LENGTH = 262_144;

/**
 * Compiles the text of an output. A leading `*` is accepted and means nothing: as in Falco, a rule's
 * output is printed whether or not all its values are there. Problems go to `report` (codes A001 to
 * A010); with an error among them there is no template.
 */
export function compileTemplate(
  source: SourceText,
  fields: FieldTable,
  report: Report,
  options: TemplateOptions = {},
): OutputTemplate | undefined {
  const { bytes = "dots", unknownHelp } = options;
  const near = (name: string) => didYouMean(name, fields.keys());
  const { parts, problems, cuts } = parseOutput(source.text, {
    resolve: (name, argument) => resolve(fields, name, argument),
    isFixed: ({ name, candidates, only }) =>
      candidates !== undefined || only === "filter" || fields.get(name)?.specialize !== undefined,
    fieldHelp: (name) =>
      unknownHelp
        ? near(name) ?? unknownHelp(name)
        : fieldElsewhere(name, undefined, fields) ?? near(name),
  });
  for (const { code, title, start, end, help } of problems) {
    const at = source.span(start, end);
    const isUnknown = code === "A002" && !unknownHelp;
    const group = isUnknown && groupOfElsewhere(source.text.slice(start, end), at, fields);
    report.add({ code, title, at, help, ...group && { group } });
  }
  if (problems.length > 0) return undefined;
  const used = new Map<string, FieldExpression>();
  const pieces = parts.map((part): Piece => {
    if (part.kind === "literal") return escapeText(part.text);
    collectFields(part.expression, used);
    return { width: part.width, ...printed(part.expression, bytes) };
  });
  const definitions = new Set([...used.values()].map((field) => field.definition));
  const uses = [...used.values()].map(({ key, definition, argument }) => ({
    key,
    definition,
    argument,
    at: placeOf(key, source),
  }));
  warnOfCutNames(cuts, { fields, source, report });
  warnOfDeprecated(definitions, source, report);
  warnOfEmpty(definitions, source, report);
  const reported = sortedByKey(used).map((field): Reported => ({
    key: field.key,
    definition: field.definition,
    read: fieldReader(field, bytes),
  }));
  return new CompiledTemplate([...definitions], uses, { source, pieces, reported, bytes });
}

interface Slot {
  /** 0: as long as it is; otherwise cut or padded with blanks on the right. */
  readonly width: number;
  /** Says how the value prints. */
  readonly definition: FieldDefinition;
  readonly expression: Expression;
  readonly read: Read;
}

/** A literal, already escaped, or a place for a value. */
type Piece = string | Slot;

interface Reported {
  readonly key: string;
  readonly definition: FieldDefinition;
  readonly read: Read;
}

interface Content {
  readonly source: SourceText;
  readonly pieces: readonly Piece[];
  readonly reported: readonly Reported[];
  readonly bytes: BytesFormat;
}

class CompiledTemplate implements OutputTemplate {
  constructor(
    readonly fields: readonly FieldDefinition[],
    readonly uses: readonly OutputField[],
    readonly content: Content,
  ) {}

  get source(): SourceText {
    return this.content.source;
  }

  render(event: Event, state: State): RenderedOutput {
    const { reported } = this.content;
    const message = this.#message(this.content.pieces, event, state);
    const fields = new Map<string, OutputValue>();
    for (const field of reported) fields.set(field.key, this.#value(field, event, state));
    return { message, fields };
  }

  renderLater(event: Event, state: State): (state: State) => RenderedOutput {
    const { pieces, reported, bytes } = this.content;
    const left = pieces.map((piece): Piece => {
      if (typeof piece === "string") return piece;
      const { expression } = piece;
      return comesLater(expression)
        ? { ...piece, read: laterReader(expression, bytes, { event, state }) }
        : escapeValue(print(piece, piece.read(event, state), bytes));
    });
    const values = reported.map((field) =>
      isToldLater(field.definition) ? undefined : this.#value(field, event, state)
    );
    return (later) => ({
      message: this.#message(left, GONE_EVENT, later),
      fields: new Map(reported.map((field, index) => [
        field.key,
        values[index] === undefined ? this.#value(field, GONE_EVENT, later) : values[index],
      ])),
    });
  }

  #message(pieces: readonly Piece[], event: Event, state: State): string {
    let message = "";
    for (const piece of pieces) {
      message += typeof piece === "string"
        ? piece
        : escapeValue(print(piece, piece.read(event, state), this.content.bytes));
      if (message.length >= MAX_MESSAGE_LENGTH) return `${message}…[cut]`;
    }
    return message;
  }

  #value({ definition, read }: Reported, event: Event, state: State): OutputValue {
    const own = definition.json?.(event, state);
    if (own !== undefined) return own;
    return bounded(jsonValue(read(event, state), definition, this.content.bytes));
  }
}

function print({ width, definition }: Slot, value: FieldValue, bytes: BytesFormat): string {
  const text = renderValue(value, definition, bytes);
  return width === 0 ? text : inColumn(text, width);
}

/** Of whole characters: Falco counts bytes, and may leave a part of one. */
function inColumn(text: string, width: number): string {
  const characters = Array.from(text.slice(0, 2 * width)).slice(0, width);
  return characters.join("") + " ".repeat(width - characters.length);
}

function bounded(value: OutputValue): OutputValue {
  if (typeof value === "string") return cutText(replaceInvalid(value), MAX_FIELD_LENGTH);
  return Array.isArray(value) ? value.map(bounded) : value;
}

function resolve(
  fields: FieldTable,
  name: string,
  text: string | undefined,
): FieldExpression | ArgumentProblem | undefined {
  const use = findField(fields, name, text);
  if (!use) return undefined;
  const { definition } = use;
  if (text !== undefined && definition.argument?.dotted === "only") return undefined;
  const argument = readArgument(definition, use.argument);
  if (argument.kind === "problem") return argument;
  const key = text === undefined ? name : `${name}[${text}]`;
  return { kind: "field", definition, argument: argument.value, key };
}

/** Fields within transformers too; what a transformer makes of them is no field of its own (Falco). */
function collectFields(expression: Expression, into: Map<string, FieldExpression>): void {
  switch (expression.kind) {
    case "field":
      into.set(expression.key, expression);
      return;
    case "list":
      return expression.items.forEach((item) => collectFields(item, into));
    case "call":
      return expression.parameters.forEach((parameter) => collectFields(parameter, into));
    case "literal":
      return;
    default:
      expression satisfies never;
  }
}

function sortedByKey(fields: ReadonlyMap<string, FieldExpression>): FieldExpression[] {
  return [...fields.values()].sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

function printed(expression: Expression, bytes: BytesFormat): Omit<Slot, "width"> {
  const read = reader(expression, bytes);
  if (expression.kind === "field") return { read, expression, definition: expression.definition };
  const { type, list } = expression.kind === "call"
    ? expression.type
    : { type: "CHARBUF" as const, list: false };
  const definition = { name: "", summary: "result of a transformer", type, list, extract: read };
  return { read, expression, definition };
}

function warnOfDeprecated(
  definitions: Iterable<FieldDefinition>,
  source: SourceText,
  report: Report,
): void {
  for (const { name, deprecated } of definitions) {
    if (deprecated === undefined) continue;
    const title = `field "${name}" is deprecated`;
    const at = placeOf(name, source);
    report.add({ code: "A008", severity: "warning", title, at, help: deprecated });
  }
}

/** Falco takes them, too, and prints `<NA>`. */
function warnOfEmpty(
  definitions: Iterable<FieldDefinition>,
  source: SourceText,
  report: Report,
): void {
  for (const { name, only } of definitions) {
    if (only !== "filter") continue;
    const title = `"${name}" is for conditions only, and prints <NA>`;
    const help = "leave it out; the fields it looks at print by themselves";
    report.add({ code: "A009", severity: "warning", title, at: placeOf(name, source), help });
  }
}

/** Where a field is first named. */
function placeOf(key: string, source: SourceText): Span {
  const start = Math.max(0, source.text.indexOf(key));
  return source.span(start, start + key.length);
}
