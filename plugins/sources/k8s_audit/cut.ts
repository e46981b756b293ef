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
import type { Origin } from "./origin.ts";
import { startOf } from "./payload.ts";

export interface Cut {
  /** A whole payload. */
  readonly payload: CutPart;
  /** The beginning of another one, which what still comes makes whole. */
  readonly rest: CutPart;
}

export interface CutPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it was in what was cut. */
  readonly origin: Origin;
}

interface Place {
  /** What both halves begin with: all before the first event, or what says the same. */
  readonly head: Uint8Array;
  /** Where the first half's events begin. */
  readonly start: number;
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
  const { head, start, end, next, closing } = place;
  const headBytes = head.length;
  return {
    payload: {
      bytes: joined(head, bytes.subarray(start, end), ascii(closing)),
      origin: { headBytes, shift: start - headBytes },
    },
    rest: {
      bytes: joined(head, bytes.subarray(next)),
      origin: { headBytes, shift: next - headBytes },
    },
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
  if (end === undefined) return undefined;
  return { head: bytes.subarray(0, 0), start: 0, end, next: end, closing: "" };
}

function insideValue(bytes: Uint8Array, at: number): Place | undefined {
  const first = bytes[at];
  const list = first === OPEN_BRACKET
    ? { open: at, head: bytes.subarray(0, at + 1), closing: "]" }
    : first === OPEN_BRACE
    ? itemsOf(bytes, at)
    : undefined;
  return list && betweenElements(bytes, list);
}

interface List {
  /** Of the bracket before its events. */
  readonly open: number;
  readonly head: Uint8Array;
  readonly closing: string;
}

const EVENT_LIST = '"EventList"';

/**
 * The items of a list. One that has not said yet what it is has its kind in both halves: nothing that
 * is not held whole could wait for it. Should it be something else, its items are no audit events, and
 * the end of the body says what it is.
 */
function itemsOf(bytes: Uint8Array, at: number): List | undefined {
  const span: Span = { end: 0, depth: 0 };
  const members = new Members(bytes, at);
  let kind: string | undefined, end: number | undefined;
  try {
    for (let open; (open = members.next(end)) !== undefined; end = span.end) {
      if (members.isNamed("items") && bytes[open] === OPEN_BRACKET) {
        if (kind !== undefined && kind !== EVENT_LIST) return undefined;
        const { start } = members.key;
        const head = kind === undefined
          ? joined(bytes.subarray(0, start), ascii(`"kind":${EVENT_LIST},"items":[`))
          : bytes.subarray(0, open + 1);
        return { open, head, closing: "]}" };
      }
      if (members.isNamed("auditID")) return undefined; // an event has members of any name
      skipValue(bytes, open, span);
      if (members.isNamed("kind")) kind = textAt(bytes, open, span.end);
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
function betweenElements(
  bytes: Uint8Array,
  { open, head, closing }: List,
): Place | undefined {
  let place: Place | undefined;
  endsUntil(function* () {
    const span: Span = { end: 0, depth: 0 };
    const elements = new Elements(bytes, open);
    let end: number | undefined;
    for (let next; (next = elements.next(end)) !== undefined; end = span.end) {
      if (end !== undefined) place = { head, start: open + 1, end, next, closing };
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

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
