/** Values of several lines, of which YAML wants each deeper than the key. */
import type { Liberty } from "./liberties.ts";

interface Value {
  /** Of quotes or brackets, from the one that opens to behind the one that closes. */
  readonly start: number;
  readonly end: number;
  /** The column of the key, or of the dash. */
  readonly parent: number;
}

/** The first line of a value that stands no deeper than its key. */
export function shallowLine(text: string, { start, end, parent }: Value): Liberty | undefined {
  const isBracket = text[start] === "[" || text[start] === "{";
  let lineEnd = text.indexOf("\n", start);
  for (; lineEnd >= 0 && lineEnd < end; lineEnd = text.indexOf("\n", lineEnd + 1)) {
    let first = lineEnd + 1;
    while (text[first] === " " && first < end) first++;
    const column = first - lineEnd - 1;
    if (column > parent || first >= end || /[\r\n]/.test(text[first]!)) continue;
    // Only the bracket that ends all may stand where the key does.
    if (isBracket && (text[first] === "#" || first === end - 1 && column === parent)) continue;
    return { kind: text[first] === "\t" ? "tab" : "column", start: first, end: first + 1 };
  }
  return undefined;
}
