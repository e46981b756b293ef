/**
 * JSON of a part of an event as it was sent: numbers and escapes as they were written, keys in their
 * order, without the blanks between. `JSON.stringify` would write some of them in another way, and
 * rules compare texts.
 */
import { Buffer } from "node:buffer";
import { decodeUtf8 } from "../../../core/mod.ts";
import {
  Elements,
  Members,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipBlanks,
  skipValue,
  type Span,
} from "./json_scanner.ts";

/**
 * The text of `wanted`, an object or array somewhere in `root`, which was read from `bytes`. Mostly it
 * was written as we write it; else it is found by going through both side by side.
 */
export function sourceText(bytes: Uint8Array, root: object, wanted: object): string {
  const usual = JSON.stringify(wanted);
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(usual)) return usual;
  const at = find(bytes, skipBlanks(bytes, 0), root, wanted);
  // It is not of this event: a caller's mistake, that need not show.
  if (at === undefined) return usual;
  const span: Span = { end: 0, depth: 0 };
  skipValue(bytes, at, span);
  return compact(decodeUtf8(bytes.subarray(at, span.end)));
}

function find(bytes: Uint8Array, at: number, value: object, wanted: object): number | undefined {
  if (value === wanted) return at;
  for (
    const [child, place] of Array.isArray(value)
      ? elementsOf(bytes, at, value)
      : membersOf(bytes, at, value)
  ) {
    const found = find(bytes, place, child, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Child = readonly [child: object, at: number];

/** Objects and arrays in an array, with their places. */
function elementsOf(bytes: Uint8Array, at: number, values: readonly unknown[]): readonly Child[] {
  const elements = new Elements(bytes, at);
  const span: Span = { end: 0, depth: 0 };
  const found: Child[] = [];
  let end: number | undefined, index = 0;
  for (let next; (next = elements.next(end)) !== undefined; end = span.end) {
    skipValue(bytes, next, span);
    const child = values[index++];
    if (typeof child === "object" && child !== null) found.push([child, next]);
  }
  return found;
}

/** Those in an object; of members of one name the last counts. */
function membersOf(bytes: Uint8Array, at: number, value: object): readonly Child[] {
  const members = new Members(bytes, at);
  const span: Span = { end: 0, depth: 0 };
  const found = new Map<string, Child>();
  let end: number | undefined;
  for (let next; (next = members.next(end)) !== undefined; end = span.end) {
    skipValue(bytes, next, span);
    if (bytes[next] !== OPEN_BRACE && bytes[next] !== OPEN_BRACKET) continue;
    const { name } = members;
    const child: unknown = Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined;
    if (typeof child === "object" && child !== null) found.set(name, [child, next]);
  }
  return [...found.values()];
}

const STRINGS_AND_BLANKS = /"(?:[^"\\]|\\.)*"|[ \t\r\n]+/g;

function compact(json: string): string {
  if (!/[ \t\r\n]/.test(json)) return json;
  return json.replace(STRINGS_AND_BLANKS, (part) => part.startsWith('"') ? part : "");
}
