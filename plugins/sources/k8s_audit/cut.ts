/**
 * Payloads that are larger than anybody wants to hold at a time: what has come of one is cut behind an event,
 * so that the events before can be judged while the others come.
 */
import {
  Elements,
  Members,
  NotJson,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipBlanks,
  skipValue,
  type Span,
} from "./json_scanner.ts";
import { startOf } from "./payload.ts";

export interface Cut {
  /** A whole payload. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** The beginning of another one, which what still comes makes whole. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

interface Place {
  /** Behind the bracket or the text before the first event: both halves begin with it. */
  readonly headEnd: number;
  /** Behind the last event of the first half. */
  readonly end: number;
  /** Where the second half's events begin. */
  readonly next: number;
  /** What closes the first half. */
  readonly closing: string;
}

/**
 * Cuts the beginning of an EventList, of an array or of events one after the other. Absent when not even
 * one event has come whole, or it begins like nothing that is known.
 */
export function cutPayload(bytes: Uint8Array): Cut | undefined {
  const at = skipBlanks(bytes, startOf(bytes));
  const place = betweenValues(bytes, at) ?? insideValue(bytes, at);
  if (!place) return undefined;
  const { headEnd, end, next, closing } = place;
  const head = bytes.subarray(0, headEnd);
  return {
    payload: joined(bytes.subarray(0, end), new TextEncoder().encode(closing)),
    rest: joined(head, bytes.subarray(next)),
  };
}

/** Behind the last whole one of several values. */
function betweenValues(bytes: Uint8Array, start: number): Place | undefined {
  const ends = endsUntil(function* () {
    const span: Span = { end: 0, depth: 0 };
    for (let at = start; at < bytes.length; at = skipBlanks(bytes, span.end)) {
      // Anything else may go on where the bytes end, and is no event in any case.
      if (bytes[at] !== OPEN_BRACE && bytes[at] !== OPEN_BRACKET) return;
      skipValue(bytes, at, span);
      yield span.end;
    }
  });
  const end = ends.at(-1);
  return end === undefined ? undefined : { headEnd: 0, end, next: end, closing: "" };
}

function insideValue(bytes: Uint8Array, at: number): Place | undefined {
  if (bytes[at] === OPEN_BRACKET) return betweenElements(bytes, at, "]");
  if (bytes[at] !== OPEN_BRACE) return undefined;
  const items = itemsOf(bytes, at);
  return items === undefined ? undefined : betweenElements(bytes, items, "]}");
}

/** Where the items of a list begin that has said before that it is one. */
function itemsOf(bytes: Uint8Array, at: number): number | undefined {
  const span: Span = { end: 0, depth: 0 };
  const members = new Members(bytes, at);
  let isList = false, end: number | undefined;
  try {
    for (let next; (next = members.next(end)) !== undefined; end = span.end) {
      if (isList && members.isNamed("items") && bytes[next] === OPEN_BRACKET) return next;
      skipValue(bytes, next, span);
      if (members.isNamed("kind")) isList = textAt(bytes, next, span.end) === '"EventList"';
    }
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
  }
  return undefined;
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 32)));
}

/** Before the last element that has begun: behind it there may be a comma, or the end. */
function betweenElements(bytes: Uint8Array, open: number, closing: string): Place | undefined {
  let place: Place | undefined;
  endsUntil(function* () {
    const span: Span = { end: 0, depth: 0 };
    const elements = new Elements(bytes, open);
    let end: number | undefined;
    for (let next; (next = elements.next(end)) !== undefined; end = span.end) {
      if (end !== undefined) place = { headEnd: open + 1, end, next, closing };
      skipValue(bytes, next, span);
      yield span.end;
    }
  });
  return place;
}

/** All that is found before the bytes are no JSON any more, which is where they end. */
function endsUntil(find: () => Generator<number, void, void>): number[] {
  const ends: number[] = [];
  try {
    for (const end of find()) ends.push(end);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
  }
  return ends;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
