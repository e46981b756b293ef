/**
 * What an API server sends, taken apart into audit events: an EventList, an Event, arrays of these,
 * or several one after the other (JSON lines).
 *
 * Nothing is read before it is asked for, so that whoever takes the events of a large payload can
 * pause between two. What is wrong with one event stops no other; what is no JSON any more ends the
 * payload, and what came before it has been given out.
 */
import { decodeUtf8, encodeUtf8 } from "../../../core/mod.ts";
import {
  Elements,
  Members,
  NotJson,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipBlanks,
  skipValue,
  type Span,
  withoutDepths,
} from "./json_scanner.ts";
import { offsetInBody, type Origin, WHOLE } from "./origin.ts";
import { parseTimestamp } from "./timestamp.ts";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

export interface PayloadLimits {
  /** Bytes of one event, as it was sent. */
  readonly maxEventBytes: number;
  /** Brackets within brackets in one event; what prints values goes down as far. */
  readonly maxDepth: number;
}

/** One event, read. */
export interface AuditDocument {
  readonly kind: "event";
  readonly value: JsonObject;
  /** As it was sent; a part of the payload, which it keeps alive. */
  readonly bytes: Uint8Array;
  /** Its `stageTimestamp`. */
  readonly timeNs: bigint;
}

export type ProblemKind =
  /** The payload is no JSON; what follows in it is lost. */
  | "malformed"
  /** One event is larger or deeper than allowed. */
  | "too-large"
  | "too-deep"
  /** JSON, and no audit event. */
  | "not-an-event";

/** What is wrong with a payload or with one event in it. */
export interface PayloadProblem {
  readonly kind: ProblemKind;
  /** A sentence without a full stop, about bytes and bounds only: nothing of what was sent. */
  readonly detail: string;
  /** What to send instead, where the kind does not say all of that. */
  readonly help?: string;
  /** Where in the payload, in bytes; or in what it was cut from. */
  readonly offset: number;
  /** Nothing that follows in the payload can be read; `open`: it might, were there more of it. */
  readonly isEnd?: "open" | "broken";
  /**
   * The event without what is too deep in it. An API server takes patches with unknown members of any
   * depth, and whoever sends them is to be judged all the same.
   */
  readonly rest?: AuditDocument;
}

/** Arrays within arrays of events. */
const MAX_NESTED_ARRAYS = 16;

/** All events and problems, in their order. */
export function auditEvents(
  payload: Uint8Array | string,
  limits: PayloadLimits,
): { readonly events: readonly AuditDocument[]; readonly problems: readonly PayloadProblem[] } {
  const events: AuditDocument[] = [];
  const problems: PayloadProblem[] = [];
  for (const part of readPayload(payload, limits)) {
    if (part.kind === "event") events.push(part);
    else problems.push(part);
  }
  return { events, problems };
}

/** Never throws. The payload must stay as it is until the last part was taken. */
export function* readPayload(
  payload: Uint8Array | string,
  limits: PayloadLimits,
  origin: Origin = WHOLE,
): Generator<AuditDocument | PayloadProblem, void, void> {
  const bytes = typeof payload === "string" ? encodeUtf8(payload) : payload;
  const reader = new PayloadReader(bytes, { limits, origin });
  try {
    let at = skipBlanks(bytes, startOf(bytes));
    if (at === bytes.length) {
      const offset = offsetInBody(origin, 0);
      yield { kind: "malformed", detail: "nothing was sent", offset, isEnd: "open" };
    }
    while (at < bytes.length) {
      yield* reader.values(at, 0);
      at = skipBlanks(bytes, reader.end);
    }
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const offset = offsetInBody(origin, error.offset);
    const detail = `not JSON: ${error.what} at byte ${offset}`;
    const isOpen = error.isOpen || error.offset >= bytes.length;
    yield { kind: "malformed", detail, offset, isEnd: isOpen ? "open" : "broken" };
  }
}

/**
 * Whether nothing that may still come makes a payload of what has come of it, which began like one. Of
 * what did not, that it is too large says enough.
 */
export function isBroken(bytes: Uint8Array): boolean {
  const first = bytes[skipBlanks(bytes, startOf(bytes))];
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return false;
  // With these bounds nothing is read but where its parts end.
  for (const part of readPayload(bytes, { maxEventBytes: 0, maxDepth: 0 })) {
    if (part.kind === "malformed" && part.isEnd === "broken") return true;
  }
  return false;
}

/** Behind a byte order mark. */
export function startOf(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

class PayloadReader {
  readonly #bytes: Uint8Array;
  readonly #limits: PayloadLimits;
  readonly #origin: Origin;
  readonly #span: Span = { end: 0, depth: 0 };
  /** Offset behind the value that was read last. */
  end = 0;

  constructor(
    bytes: Uint8Array,
    { limits, origin }: { readonly limits: PayloadLimits; readonly origin: Origin },
  ) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#origin = origin;
  }

  /** The events in the value at `at`; afterwards `end` is behind it. */
  *values(at: number, nesting: number): Generator<AuditDocument | PayloadProblem, void, void> {
    const first = this.#bytes[at];
    if (first === OPEN_BRACE) {
      yield* this.#object(at);
      return;
    }
    if (first !== OPEN_BRACKET || nesting === MAX_NESTED_ARRAYS) {
      const end = this.#skip(at);
      this.#parse(at, end, this.#span.depth);
      yield notAnEvent(this.#offset(at));
      return;
    }
    const elements = new Elements(this.#bytes, at);
    let end: number | undefined;
    for (let next; (next = elements.next(end)) !== undefined; end = this.end) {
      yield* this.values(next, nesting + 1);
    }
    this.end = elements.end;
  }

  /** A list of events, or one. */
  *#object(at: number): Generator<AuditDocument | PayloadProblem, void, void> {
    const members = new Members(this.#bytes, at);
    let kind: unknown, hasId = false, items: number | undefined, isGiven = false;
    let end: number | undefined, depth = 0;
    for (let next; (next = members.next(end)) !== undefined; end = this.end) {
      if (members.isNamed("items") && this.#bytes[next] === OPEN_BRACKET) {
        if (kind === "EventList") {
          yield* this.#items(next);
          isGiven = true;
          continue;
        }
        items = next;
      }
      const valueEnd = this.#skip(next);
      depth = Math.max(depth, this.#span.depth + 1);
      if (members.isNamed("kind")) kind = this.#parse(next, valueEnd, this.#span.depth);
      else if (members.isNamed("auditID")) hasId = true;
      else if (kind === "EventList") this.#checkMember(members, next, valueEnd);
      this.end = valueEnd;
    }
    this.end = members.end;
    if (kind === "EventList") {
      if (items !== undefined && !isGiven) yield* this.#items(items);
      this.end = members.end;
      return;
    }
    // Events that were taken out of a list have no kind.
    const isEvent = kind === "Event" || kind === undefined && hasId;
    if (isEvent) yield this.#event(at, members.end, depth);
    else {
      this.#parse(at, members.end, depth);
      yield notAnEvent(this.#offset(at));
    }
  }

  *#items(at: number): Generator<AuditDocument | PayloadProblem, void, void> {
    const elements = new Elements(this.#bytes, at);
    let end: number | undefined;
    for (let next; (next = elements.next(end)) !== undefined;) {
      end = this.#skip(next);
      yield this.#event(next, end, this.#span.depth);
    }
    this.end = elements.end;
  }

  #skip(at: number): number {
    skipValue(this.#bytes, at, this.#span);
    return this.end = this.#span.end;
  }

  /** What a list says beside its items is not needed, but has to be JSON. */
  #checkMember(members: Members, start: number, end: number): void {
    this.#parse(members.key.start, members.key.end, 0);
    this.#parse(start, end, this.#span.depth);
  }

  /** What is too deep is not looked at: reading it takes memory and time out of all proportion. */
  #parse(start: number, end: number, depth: number): unknown {
    if (depth > this.#limits.maxDepth) return undefined;
    try {
      return JSON.parse(decodeUtf8(this.#bytes.subarray(start, end)));
    } catch {
      throw new NotJson("a value that cannot be read", start);
    }
  }

  #offset(at: number): number {
    return offsetInBody(this.#origin, at);
  }

  #event(start: number, end: number, depth: number): AuditDocument | PayloadProblem {
    const { maxEventBytes, maxDepth } = this.#limits;
    const offset = this.#offset(start);
    const size = end - start;
    if (size > maxEventBytes) {
      const detail = `an event of ${size} bytes is larger than the ${maxEventBytes} allowed`;
      return { kind: "too-large", detail, offset };
    }
    if (depth > maxDepth) {
      const detail = `an event has values nested ${depth} deep, ${maxDepth} are allowed`;
      const rest = readEvent(withoutDepths(this.#bytes.subarray(start, end), maxDepth), offset);
      const problem = { kind: "too-deep", detail, offset } as const;
      return rest.kind === "event" ? { ...problem, rest } : problem;
    }
    return readEvent(this.#bytes.subarray(start, end), offset);
  }
}

function readEvent(bytes: Uint8Array, offset: number): AuditDocument | PayloadProblem {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes));
  } catch {
    const detail = `not JSON: an event that cannot be read at byte ${offset}`;
    return { kind: "malformed", detail, offset };
  }
  if (!isObject(value)) return notAnEvent(offset);
  const time = value.stageTimestamp;
  const timeNs = typeof time === "string" ? parseTimestamp(time) : undefined;
  if (timeNs === undefined) {
    const detail = time === undefined
      ? "an event has no stageTimestamp"
      : "the stageTimestamp of an event is no time that can be read";
    return { kind: "not-an-event", detail, help: TIME_HELP, offset };
  }
  return { kind: "event", value, bytes, timeNs };
}

const TIME_HELP = 'say when it was: "stageTimestamp": "2026-01-01T00:00:00.000000Z"';

function notAnEvent(offset: number): PayloadProblem {
  // In Falco's words: people look for them.
  return { kind: "not-an-event", detail: "data not recognized as a k8s audit event", offset };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
