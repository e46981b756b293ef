/** The outer parts of a file: the items of its list, or the entries of its mapping. */

export interface Part {
  readonly start: number;
  readonly end: number;
}

const ITEM = /^(?:-(?=[ \t\r\n]|$)|---|\.\.\.)/;
/** A list may stand at the margin, below its key. */
const ENTRY = /^(?:[^\s#\-\]}]|---)/;

export interface Parts {
  readonly isList: boolean;
  /** A longer part need not be walked through to its end. */
  readonly mostSize?: number;
}

/** The part that holds `offset`, from the line at the margin that begins it to the one of the next. */
export function partAround(
  text: string,
  offset: number,
  { isList, mostSize = Infinity }: Parts,
): Part {
  const begins = isList ? ITEM : ENTRY;
  const isBegin = (at: number) => begins.test(text.slice(at, at + 4));
  let start = text.lastIndexOf("\n", offset - 1) + 1;
  while (start > 0 && !isBegin(start) && offset - start <= mostSize) {
    start = lineBefore(text, start);
  }
  let end = lineAfter(text, Math.max(start, offset));
  while (end < text.length && !isBegin(end) && end - start <= mostSize) end = lineAfter(text, end);
  return { start, end };
}

function lineBefore(text: string, start: number): number {
  return start < 2 ? 0 : text.lastIndexOf("\n", start - 2) + 1;
}

function lineAfter(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}
