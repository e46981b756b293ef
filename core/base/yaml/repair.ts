/** How a mistake may be repaired, as its message says: to read what stands behind it. */
import type { YAMLError } from "yaml";
import type { SourceText } from "../text.ts";
import { type Explained, ODD_BLANK } from "./errors.ts";
import { misplacedLine } from "./indentation.ts";

/** Offsets of the text before any edit. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** In what one may mean by it; the first is the likeliest. None: it is not known what would be right. */
export function repairsOf(
  source: SourceText,
  { code, at }: Explained,
  error: YAMLError,
): readonly (readonly Edit[])[] {
  if (!at) return [];
  const { start, end } = at;
  const { line } = source.position(start);
  const said = source.text.slice(start, end);
  const put = (text: string, from = start, to = end): readonly (readonly Edit[])[] => [
    [{ start: from, end: to, text }],
  ];
  switch (code) {
    case "Y020":
      return withoutTabs(source, line);
    case "Y021":
    case "Y022": {
      const closing = said === "[" ? "]" : said === "{" ? "}" : said;
      const lineEnd = source.offsetOf(line) + source.line(line).trimEnd().length;
      return endsWithLine(source, line) ? put(closing, lineEnd, lineEnd) : [];
    }
    case "Y023": {
      const misplaced = misplacedLine(source, error.pos[0]);
      return misplaced ? moved(source, line, misplaced.wanted - misplaced.indent) : [];
    }
    case "Y024":
    case "Y026":
    case "Y028":
      return put("x".repeat(end - start));
    case "Y025": {
      const [key] = /^(?:(["']?)\w+\1)?:(?=[^\s\]}]|$)|^\w+(?= +\S)/.exec(said) ?? [];
      if (key === undefined) return [];
      return put(key.endsWith(":") ? " " : ":", start + key.length, start + key.length);
    }
    case "Y027": {
      if (ODD_BLANK.test(said)) return [withoutOddBlanks(source)];
      if (said === "-") {
        const edit = { start: end, end, text: " " };
        return [[edit], [edit, ...deeperLines(source, line).map((at) => shifted(source, at, 1))]];
      }
      const misplaced = misplacedLine(source, error.pos[0]);
      if (misplaced?.lacks === "dash") {
        return put(`${" ".repeat(misplaced.wanted)}- `, source.offsetOf(line), start);
      }
      return said === "]" || said === "}" ? put(" ") : [];
    }
    default:
      return [];
  }
}

/** All of them: where one was pasted, there are others. */
function withoutOddBlanks({ text }: SourceText): readonly Edit[] {
  return [...text.matchAll(new RegExp(ODD_BLANK, "g"))].map(({ index: start }) => ({
    start,
    end: start + 1,
    text: " ",
  }));
}

const TAB = /^ *\t[ \t]*(?=\S)/;

/** All lines with tabs, each as wide as some editor shows it; then this one alone, as others stand. */
function withoutTabs(source: SourceText, line: number): readonly (readonly Edit[])[] {
  const last = source.position(source.text.length).line;
  const tabs: { start: number; blanks: string }[] = [];
  const columns = new Set<number>();
  for (let number = 1; number <= last; number++) {
    const content = source.line(number);
    const [blanks] = TAB.exec(content) ?? [];
    if (blanks !== undefined) tabs.push({ start: source.offsetOf(number), blanks });
    else if (content.trim() !== "") columns.add(columnOf(content));
  }
  const all = WIDTHS.map((width) =>
    tabs.map(({ start, blanks }) => ({
      start,
      end: start + blanks.length,
      text: blanks.replaceAll("\t", " ".repeat(width)),
    }))
  );
  const own = tabs.find(({ start }) => start === source.offsetOf(line));
  if (!own) return all;
  const { start, blanks } = own;
  const alone = [...columns].slice(0, MAX_COLUMNS).map((column) => [
    { start, end: start + blanks.length, text: " ".repeat(column) },
  ]);
  return [...all, ...alone];
}

const WIDTHS = [2, 4, 8];
const MAX_COLUMNS = 8;

/** The line alone; or with those below that are no less deep. */
function moved(source: SourceText, line: number, by: number): readonly (readonly Edit[])[] {
  const edit = shifted(source, line, by);
  const below = deeperLines(source, line, 0).map((number) => shifted(source, number, by));
  return below.length === 0 ? [[edit]] : [[edit], [edit, ...below]];
}

/** Lines that follow one, up to the first that is less deep than that and `more`. */
function deeperLines(source: SourceText, line: number, more = 1): readonly number[] {
  const least = columnOf(source.line(line)) + more;
  const last = source.position(source.text.length).line;
  const found: number[] = [];
  for (let number = line + 1; number <= last; number++) {
    const content = source.line(number);
    if (content.trim() === "") continue;
    if (columnOf(content) < least) break;
    found.push(number);
  }
  return found;
}

function shifted(source: SourceText, line: number, by: number): Edit {
  const start = source.offsetOf(line);
  return by > 0
    ? { start, end: start, text: " ".repeat(by) }
    : { start, end: start - by, text: "" };
}

/** What opens in the line may go on in the next one, unless that is a key beside. */
function endsWithLine(source: SourceText, line: number): boolean {
  const key = /^[ -]*/.exec(source.line(line))![0].length;
  const last = source.position(source.text.length).line;
  for (let number = line + 1; number <= last; number++) {
    const content = source.line(number);
    if (content.trim() === "" || /^ *#/.test(content)) continue;
    return columnOf(content) <= key && /^ *(?:- +)?\w+:/.test(content);
  }
  return true;
}

function columnOf(content: string): number {
  return content.length - content.trimStart().length;
}
