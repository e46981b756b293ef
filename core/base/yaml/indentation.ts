/**
 * Which line is indented wrongly, where a file is no YAML. The package points at where it could not go
 * on, which is often the line before, or the one after. Here lines count by their columns alone: the one
 * is looked for that, moved below a column that others use, would make sense of all around it.
 */
import type { SourceText, Span } from "../text.ts";

export interface MisplacedLine {
  /** The line, without its indentation. */
  readonly at: Span;
  /** Blanks in front of it, and how many there should be. */
  readonly indent: number;
  readonly wanted: number;
  /** A line that stands right, nearby. */
  readonly beside: Span | undefined;
  /** The line is a text: what would make it a key or an item is missing. */
  readonly lacks?: "colon" | "dash";
}

interface Line {
  /** From 0. */
  readonly column: number;
  /** How wide each `- ` is that it begins with. */
  readonly dashes: readonly number[];
  readonly hasKey: boolean;
  /** What stands behind those. */
  readonly value: string;
  readonly at: Span;
}

/** In each direction; a file may be large, and errors in it many. */
const MAX_LINES = 100;
/** Longer lines are no mistake of somebody who writes by hand. */
const MAX_LENGTH = 1000;
/** That a line may be moved to; the nearest ones. */
const MAX_COLUMNS = 16;
/** Lines at the margin on each side that are looked at: what stands under them, and beside. */
const MAX_OUTER = 3;
/** Lines that an error may be told before it shows here, and that a wrong one may stand before that. */
const MAX_DISTANCE = 8;

/** Absent: the error at `offset` is of another kind, or it is not clear which line is wrong. */
export function misplacedLine(source: SourceText, offset: number): MisplacedLine | undefined {
  const { line } = source.position(offset);
  const before = linesFrom(source, line, -1).reverse();
  let lines = [...before, ...linesFrom(source, line + 1, 1)];
  let told = before.length - 1, found = scan(lines).fault;
  // Another mistake before this one, and all that stands under it.
  while (found !== undefined && found < told) {
    const outer = lines.findIndex(({ column }, index) => index > found! && column === 0);
    if (outer < 0 || outer > told) return undefined;
    lines = lines.slice(outer);
    told -= outer;
    found = scan(lines).fault;
  }
  if (found === undefined || found > told + MAX_DISTANCE) return undefined;
  const lacks = missingSign(lines, found);
  if (lacks) {
    const { at, column } = lines[found]!;
    return { at, indent: column, beside: undefined, ...lacks };
  }
  const first = firstKeyWithoutSign(lines, found);
  if (first) return first;
  const best = bestMove(lines, found);
  if (!best) return undefined;
  const { index, column: wanted } = best;
  const { at, column: indent, dashes, hasKey, value } = lines[index]!;
  // A word alone is a key that lacks its colon.
  if (dashes.length === 0 && !hasKey && /^\w+$/.test(value)) return undefined;
  return { at, indent, wanted, beside: neighbour(lines, index, wanted) };
}

/** What the line at `fault` lacks, a text among keys or items, to be one of them. */
function missingSign(
  lines: readonly Line[],
  fault: number,
): Required<Pick<MisplacedLine, "lacks" | "wanted">> | undefined {
  const line = lines[fault]!;
  const { column } = line;
  const { beside, list } = scan(lines);
  const isRepairedBy = (repaired: Line) =>
    (scan(lines.with(fault, repaired)).fault ?? Infinity) > fault;
  const [key] = BARE_KEY.exec(line.value) ?? [];
  // A text below `>` or `|`, or one in quotes, may go on here.
  const above = lines.slice(0, fault).findLast(({ hasKey }) => hasKey)?.value ?? "";
  const goesOn = key?.endsWith(":") ? /^["']/ : /^[|>"']/;
  if (key !== undefined && beside?.includes("map") && !goesOn.test(above)) {
    const value = line.value.slice(key.length).trim();
    const isKey = isRepairedBy({ ...line, hasKey: true, value });
    return isKey ? { lacks: "colon", wanted: column } : undefined;
  }
  // A word at the margin may be a key.
  const isInList = list !== undefined && !/^\w+$/.test(line.value);
  const wanted = beside?.includes("seq") ? column : isInList ? list : undefined;
  if (wanted === undefined) return undefined;
  const isItem = isRepairedBy({ ...line, column: wanted, dashes: [2] });
  return isItem ? { lacks: "dash", wanted } : undefined;
}

/**
 * Of a mapping whose first line is a text, all that comes is deeper than it may be: the line at `fault`,
 * which stands where that text does. Lines of it that lack their sign, too, are no reason to doubt.
 */
function firstKeyWithoutSign(lines: readonly Line[], fault: number): MisplacedLine | undefined {
  const { column, dashes, hasKey } = lines[fault]!;
  if (!hasKey || dashes.length > 0) return undefined;
  const isText = (line: Line) =>
    !line.hasKey && line.value !== "" && columnsOf(line).at(-1) === column;
  let first = fault;
  while (first > 0 && isText(lines[first - 1]!)) {
    if (lines[--first]!.dashes.length > 0) break;
  }
  const texts = lines.slice(first, fault);
  if (texts.length === 0) return undefined;
  const repaired = [...lines];
  for (const [index, line] of texts.entries()) {
    const [key] = FIRST_KEY.exec(line.value) ?? [];
    if (key === undefined) return undefined;
    repaired[first + index] = { ...line, hasKey: true, value: line.value.slice(key.length).trim() };
  }
  if ((scan(repaired).fault ?? Infinity) <= fault) return undefined;
  const [{ at, value }] = texts as [Line];
  const start = at.end - value.length;
  return {
    at: at.source.span(start, at.end),
    indent: column,
    wanted: column,
    beside: undefined,
    lacks: "colon",
  };
}

/** `enabled:true`; `enabled true`, where a sentence may stand as well, with nothing behind it. */
const FIRST_KEY = /^[A-Za-z_]\w*(?::(?!\/\/)(?=\S)|(?= +(?:"[^"]*"|'[^']*'|[^\s"'=]+)(?: +#.*)?$))/;

/** `priority debug`, `priority:debug`, `"priority":debug`; `and proc.name = cat` goes on with a condition. */
const BARE_KEY =
  /^(?:(["'])\w+\1:(?=\S)|(?!(?:and|or|not)\b)[A-Za-z_]\w*(?::(?!\/\/) *(?=\S)|(?= +[^\s=])))/;

/** Lines that say something, away from one, over a few of those at the margin. */
function linesFrom(source: SourceText, first: number, step: 1 | -1): Line[] {
  const lines: Line[] = [];
  let outer = 0;
  const last = source.position(source.text.length).line;
  for (let number = first; number >= 1 && number <= last; number += step) {
    const content = source.line(number);
    const text = content.trim();
    if (text === "" || text.startsWith("#")) continue;
    const column = content.length - content.trimStart().length;
    const start = source.offsetOf(number) + column;
    if (column + text.length > MAX_LENGTH) break;
    lines.push({ column, ...partsOf(text), at: source.span(start, start + text.length) });
    if (column === 0 && ++outer > MAX_OUTER || lines.length >= MAX_LINES) break;
  }
  return lines;
}

function partsOf(text: string): Pick<Line, "dashes" | "hasKey" | "value"> {
  const dashes: number[] = [];
  let rest = text;
  for (let dash; (dash = /^-(?: +|$)/.exec(rest)); rest = rest.slice(dash[0].length)) {
    dashes.push(dash[0].length);
  }
  const key = KEY.exec(rest)?.[0];
  return { dashes, hasKey: key !== undefined, value: rest.slice(key?.length ?? 0).trimStart() };
}

const KEY = /^(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'#&*!|>%@`{}[\],].*?):(?= |$)/;

interface Move {
  readonly index: number;
  readonly column: number;
}

/**
 * The move that makes sense of most lines and leaves the fewest keys empty; then the shortest one, of a
 * line that stands where few others do, to the column of the line before or where many are.
 */
function bestMove(lines: readonly Line[], fault: number): Move | undefined {
  const used = new Map<number, number>();
  const count = (column: number) => used.set(column, (used.get(column) ?? 0) + 1);
  for (const line of lines) columnsOf(line).forEach(count);
  const ends: Ends = new Map();
  const before = scan(lines, ends).empty;
  let best: Move | undefined, rank: readonly number[] = [fault + 1, -Infinity];
  for (let index = fault; index >= Math.max(0, fault - MAX_DISTANCE); index--) {
    const line = lines[index]!;
    const far = (column: number) => Math.abs(column - line.column);
    const nearest = [...used].sort(([a], [b]) => far(a) - far(b)).slice(0, MAX_COLUMNS);
    for (const [column, uses] of nearest) {
      if (column === line.column) continue;
      const moved = scan(lines.with(index, { ...line, column }), ends);
      const reached = moved.fault ?? Infinity;
      const next = [
        reached,
        before - moved.empty,
        -far(column),
        -used.get(line.column)!,
        lines[index - 1]?.column === column ? 1 : 0,
        uses,
        -column,
      ];
      if (!isMore(next, rank)) continue;
      best = { index, column };
      rank = next;
    }
  }
  return best;
}

function isMore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && a[at]! > (b[at] ?? -Infinity);
}

function neighbour(lines: readonly Line[], index: number, wanted: number): Span | undefined {
  const isItem = ({ dashes }: Line) => dashes.length > 0;
  const stands = isItem(lines[index]!)
    ? (line: Line) => line.column === wanted && isItem(line)
    : (line: Line) => columnsOf(line).at(-1) === wanted;
  const near = lines.slice(0, index).findLast(stands) ?? lines.slice(index + 1).find(stands);
  return near?.at;
}

/** Where a line begins, and what stands behind each `- ` of it. */
function columnsOf({ column, dashes }: Line): number[] {
  const columns = [column];
  for (const width of dashes) columns.push(columns.at(-1)! + width);
  return columns;
}

interface Scan {
  /** The first line that cannot stand where it does. */
  readonly fault: number | undefined;
  /** Keys that the next line leaves without a value. */
  readonly empty: number;
  /** Where that line is a text: what has its keys or items in the same column. */
  readonly beside?: readonly Collection["kind"][];
  /** The column of the list that it stands behind, if it is less deep. */
  readonly list?: number | undefined;
}

interface Collection {
  readonly column: number;
  readonly kind: "map" | "seq";
}

/** Where values end that go on over several lines: that hangs on no column. */
type Ends = Map<number, number | undefined>;

/** Reads lines as YAML would, by their columns, keys and dashes. Gives up at what is seldom: no fault then. */
function scan(lines: readonly Line[], ends: Ends = new Map()): Scan {
  let stack: Collection[] = [];
  let isOpen = true, empty = 0;
  const enter = (kind: Collection["kind"], column: number): boolean => {
    const top = stack.at(-1);
    const isBelowKey = kind === "seq" && top?.kind === "map" && top.column === column;
    if (isOpen && (!top || column > top.column || isBelowKey)) {
      stack.push({ column, kind });
      return true;
    }
    if (isOpen) empty++;
    if (top && column > top.column) return false;
    while (stack.length > 0 && stack.at(-1)!.column > column) stack.pop();
    const isBeside = (found: Collection | undefined) =>
      found?.column === column && found.kind === kind;
    if (!isBeside(stack.at(-1)) && isBeside(stack.at(-2))) stack.pop();
    return isBeside(stack.at(-1));
  };
  for (let index = 0; index < lines.length; index++) {
    const { column: begin, dashes, hasKey, value } = lines[index]!;
    if (/^(?:---|\.\.\.)(?: |$)/.test(value) && begin === 0) {
      stack = [];
      isOpen = true;
      continue;
    }
    // The value of a key above, or what goes on with one.
    const isText = dashes.length === 0 && !hasKey;
    if (isText && stack.length > 0 && begin <= stack.at(-1)!.column) {
      const beside = stack.filter((found) => found.column === begin).map(({ kind }) => kind);
      const { kind, column } = stack.at(-1)!;
      const list = kind === "seq" && column > begin ? column : undefined;
      return { fault: index, empty, beside, list };
    }
    let column = begin;
    for (const width of dashes) {
      if (!enter("seq", column)) return { fault: index, empty };
      column += width;
      isOpen = true;
    }
    if (hasKey) {
      if (!enter("map", column)) return { fault: index, empty };
      isOpen = true;
    }
    if (/^[&*!]|^[|>][-+]?\d/.test(value)) break;
    if (value === "" || value.startsWith("#")) continue;
    isOpen = false;
    const outer = stack.at(-1)?.column ?? -1;
    const end = /^[|>]/.test(value)
      ? endOfBlock(lines, index, outer)
      : /^["'[{]/.test(value)
      ? endOfFlow(lines, index, ends)
      : index;
    if (end === undefined) break;
    if (end < 0) return { fault: -end, empty };
    index = end;
  }
  return { fault: undefined, empty };
}

/** The last line of a text that is deeper than `outer`; negative: the line that is not as deep as the rest. */
function endOfBlock(lines: readonly Line[], start: number, outer: number): number {
  const inner = lines[start + 1]?.column ?? 0;
  let index = start;
  while (index + 1 < lines.length && lines[index + 1]!.column > outer) {
    if (lines[++index]!.column < inner) return -index;
  }
  return index;
}

/** The line that closes what a value opens; absent: none. */
function endOfFlow(lines: readonly Line[], start: number, ends: Ends): number | undefined {
  if (ends.has(start)) return ends.get(start);
  const end = findEnd(lines, start);
  ends.set(start, end);
  return end;
}

function findEnd(lines: readonly Line[], start: number): number | undefined {
  let quote = "", depth = 0;
  for (let index = start; index < lines.length; index++) {
    const { value, at: { source, start: from, end } } = lines[index]!;
    const text = index === start ? value : source.text.slice(from, end);
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      if (quote !== "") {
        if (character === "\\" && quote === '"') at++;
        else if (character === quote) quote = "";
      } else if (character === "#" && text[at - 1] === " ") break;
      else if (character === '"' || character === "'") quote = character;
      else if (character === "[" || character === "{") depth++;
      else if (character === "]" || character === "}") depth--;
    }
    if (quote === "" && depth <= 0) return index;
  }
  return undefined;
}
