/** Diagnostics as text for people and as objects for programs: two renderings of the same values. */
import { type Diagnostic, grouped, type Severity } from "./diagnostic.ts";
import { hideSecretsOfLine } from "./hide_secrets.ts";
import { type SourceText, type Span, toFile } from "./text.ts";

export interface RenderOptions {
  /** Terminal colours; none unless asked for. */
  readonly colour?: boolean;
}

/** Characters of a source line that are shown; longer lines are cut around the place meant. */
const WINDOW = 100;

/**
 * All diagnostics in the order given, those of a group as one, an empty line between them, each as
 *
 * ```text
 * rules.yaml:3:13: error[R010]: priority "SEVERE" is not one of Falco's
 *     3 |   priority: SEVERE
 *       |             ^^^^^^
 *   note: why, at rules.yaml:1:3
 *     1 | - rule: a
 *       |   ^^^^
 *   help: what to do
 * ```
 */
export function renderText(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions = {},
): string {
  const paint = options.colour ? coloured : plain;
  const lines = new ShownLines();
  return grouped(diagnostics).map((diagnostic) => renderOne(diagnostic, { paint, lines })).join(
    "\n",
  );
}

export interface JsonPlace {
  readonly file: string;
  /** From 1, UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** Behind the last character. */
  readonly endLine: number;
  readonly endColumn: number;
  /** From 0, UTF-16 units. */
  readonly offset: number;
  readonly endOffset: number;
}

export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly title: string;
  readonly at?: JsonPlace;
  readonly help?: string;
  readonly notes?: readonly { readonly message: string; readonly at?: JsonPlace }[];
}

/** One object a diagnostic; places are those of files, absent properties are left out. */
export function renderJson(diagnostics: readonly Diagnostic[]): JsonDiagnostic[] {
  return diagnostics.map(({ code, severity, title, at, help, notes }) => ({
    code,
    severity,
    title,
    ...(at && { at: jsonPlace(at) }),
    ...(help !== undefined && { help }),
    ...(notes && notes.length > 0 && {
      notes: notes.map((note) => ({
        message: note.message,
        ...(note.at && { at: jsonPlace(note.at) }),
      })),
    }),
  }));
}

function jsonPlace(span: Span): JsonPlace {
  const { source, start, end } = toFile(span);
  const from = source.position(start), to = source.position(end);
  return {
    file: source.name,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    offset: start,
    endOffset: end,
  };
}

type Style = Severity | "note" | "help" | "gutter" | "bold";
type Paint = (style: Style, text: string) => string;

const plain: Paint = (_style, text) => text;
const SGR: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  info: "1;34",
  note: "1;36",
  help: "1;32",
  gutter: "34",
  bold: "1",
};
const coloured: Paint = (style, text) => `\x1b[${SGR[style]}m${text}\x1b[0m`;

/** Lines as anybody may see them. The last one is kept: it may be megabytes, and have a thousand mistakes. */
class ShownLines {
  #source: SourceText | undefined;
  #number = 0;
  #shown = "";

  of(source: SourceText, number: number): string {
    if (source !== this.#source || number !== this.#number) {
      this.#shown = hideSecretsOfLine(source.shownLine(number));
      this.#source = source;
      this.#number = number;
    }
    return this.#shown;
  }
}

interface Rendering {
  readonly paint: Paint;
  readonly lines: ShownLines;
}

function renderOne(diagnostic: Diagnostic, rendering: Rendering): string {
  const { paint } = rendering;
  const { code, severity, at, help, notes = [] } = diagnostic;
  const place = at && toFile(at);
  const where = place ? `${paint("bold", placeText(place))}: ` : "";
  const title = paint("bold", visible(diagnostic.title));
  let out = `${where}${paint(severity, `${severity}[${code}]`)}: ${title}\n`;
  if (place) out += quoteSource(place, severity, rendering);
  for (const note of notes) {
    const notePlace = note.at && toFile(note.at);
    const noteWhere = notePlace ? `, at ${placeText(notePlace)}` : "";
    out += `  ${paint("note", "note")}: ${visible(note.message)}${noteWhere}\n`;
    if (notePlace) out += quoteSource(notePlace, "note", rendering);
  }
  if (help !== undefined) out += `  ${paint("help", "help")}: ${visible(help)}\n`;
  return out;
}

function placeText({ source, start }: Span): string {
  // Of an argument the line below shows all, and the mark the place.
  const [, argument] = /^<(.+)>$/.exec(source.name) ?? [];
  if (argument !== undefined && !source.text.includes("\n")) return visible(argument);
  const { line, column } = source.position(start);
  return `${visible(source.name)}:${line}:${column}`;
}

/** The source line with carets below; of a span over several lines only the first is shown. */
function quoteSource(
  { source, start, end }: Span,
  style: Style,
  { paint, lines }: Rendering,
): string {
  const position = source.position(start);
  const line = lines.of(source, position.line);
  if (line.trim() === "") return "";
  const from = Math.min(position.column - 1, line.length);
  const to = Math.max(from + 1, Math.min(line.length, from + (end - start)));
  const cut = window(line, from, to);
  const carets = columns(cut.marked) || 1;
  const number = String(position.line).padStart(5);
  const bar = paint("gutter", " | ");
  const indent = " ".repeat(columns(cut.before));
  return `${paint("gutter", number)}${bar}${visible(cut.before + cut.marked + cut.after)}\n` +
    `     ${bar}${indent}${paint(style, "^".repeat(carets))}\n`;
}

interface Cut {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** At most WINDOW characters of the line, with the marked part in it. */
function window(line: string, from: number, to: number): Cut {
  if (line.length <= WINDOW) {
    return { before: line.slice(0, from), marked: line.slice(from, to), after: line.slice(to) };
  }
  const end = Math.min(to, from + WINDOW / 2);
  const room = WINDOW - (end - from);
  const left = Math.max(0, Math.min(from - (room >> 1), line.length - WINDOW));
  const right = Math.min(line.length, left + WINDOW);
  return {
    before: (left > 0 ? "…" : "") + line.slice(left, from),
    marked: line.slice(from, end),
    after: line.slice(end, right) + (right < line.length ? "…" : ""),
  };
}

/**
 * The user's text with everything that would act on the terminal or hide itself made visible:
 * tabs as one blank, other controls, line separators and direction marks as `\u{…}`.
 */
function visible(text: string): string {
  return text.replace(/\t/g, " ").replace(
    // deno-lint-ignore no-control-regex
    /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}

/** Columns the visible text takes; wide and combining characters count as one. */
function columns(text: string): number {
  return [...visible(text)].length;
}
