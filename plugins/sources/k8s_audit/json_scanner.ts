/**
 * Finds where JSON values begin and end in bytes, without reading what they say: a body of many
 * events is cut into its events, and each is read by itself when its turn comes.
 *
 * It looks at quotes and brackets only. What it takes for a value is one exactly when `JSON.parse`
 * says so, too; so whoever reads the parts knows whether the whole was JSON.
 */

import { decodeUtf8 } from "../../../core/mod.ts";

/** The bytes are no JSON, from here on or around here. */
export class NotJson extends Error {
  override readonly name = "NotJson";
  /** `isOpen`: what could still come might make it JSON. */
  constructor(readonly what: string, readonly offset: number, readonly isOpen = false) {
    super(`${what} at byte ${offset}`);
  }
}

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, ZERO = 0x30;
export const OPEN_BRACE = 0x7b, OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d, CLOSE_BRACKET = 0x5d, COLON = 0x3a;

/** RFC 8259, 2: blank, tab, line feed, carriage return. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Offset of what follows blanks. */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  while (isBlank(bytes[at])) at++;
  return at;
}

/** Offset behind a string that begins at `at`. */
function skipString(bytes: Uint8Array, at: number): number {
  const end = bytes.length;
  for (let i = at + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  throw new NotJson("a string without end", at, true);
}

export interface Span {
  /** Offset behind the value. */
  end: number;
  /** Brackets within brackets; 0 for what has none. */
  depth: number;
}

/** Puts into `span` where the value ends that begins at `at`; throws `NotJson` when it does not. */
export function skipValue(bytes: Uint8Array, at: number, span: Span): void {
  const size = bytes.length;
  const first = bytes[at];
  span.depth = 0;
  if (first === QUOTE) {
    span.end = skipString(bytes, at);
    return;
  }
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    let i = at;
    while (i < size && !endsScalar(bytes[i]!)) i++;
    if (i === at) throw new NotJson("a value is missing", at);
    span.end = i;
    return;
  }
  let depth = 0, deepest = 0;
  for (let i = at; i < size; i++) {
    const byte = bytes[i]!;
    // In order of how often they come; most bytes are none of these.
    if (byte === QUOTE) {
      for (i++; i < size; i++) {
        const inner = bytes[i];
        if (inner === QUOTE) break;
        if (inner === BACKSLASH) i++;
      }
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > deepest) deepest = depth;
    } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) {
      span.end = i + 1;
      span.depth = deepest;
      return;
    }
  }
  throw new NotJson("a bracket is not closed", at, true);
}

/**
 * The JSON of a value that is an object or array, with `0` in place of what has more than `maxDepth`
 * brackets around it: it is never longer. Throws `NotJson` when the value does not end.
 */
export function withoutDepths(value: Uint8Array, maxDepth: number): Uint8Array {
  const kept = new Uint8Array(value.length);
  const span: Span = { end: 0, depth: 0 };
  let size = 0, start = 0, depth = 0;
  const keepUntil = (end: number) => {
    kept.set(value.subarray(start, end), size);
    size += end - start;
  };
  for (let i = 0; i < value.length; i++) {
    const byte = value[i]!;
    if (byte === QUOTE) i = skipString(value, i) - 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth < maxDepth) {
        depth++;
        continue;
      }
      keepUntil(i);
      kept[size++] = ZERO;
      skipValue(value, i, span);
      start = span.end;
      i = start - 1;
    }
  }
  keepUntil(value.length);
  return kept.subarray(0, size);
}

function endsScalar(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte === COLON ||
    isBlank(byte);
}

/**
 * Offsets of the elements of an array, one after the other. Whoever takes them has to say where each
 * ended before asking for the next.
 */
export class Elements {
  readonly #bytes: Uint8Array;
  #at: number;
  #first = true;

  /** `at` is that of the opening bracket. */
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at + 1;
  }

  /** Where the next element begins; absent behind the last. `end`: where the one before ended. */
  next(end: number | undefined): number | undefined {
    const bytes = this.#bytes;
    const at = skipBlanks(bytes, end ?? this.#at);
    if (bytes[at] === CLOSE_BRACKET) {
      this.#at = at + 1;
      return undefined;
    }
    if (this.#first) {
      this.#first = false;
      return at;
    }
    if (bytes[at] !== COMMA) throw new NotJson("a comma or ] is missing", at);
    return skipBlanks(bytes, at + 1);
  }

  /** Offset behind the closing bracket, once `next` has found it. */
  get end(): number {
    return this.#at;
  }
}

/** The members of an object; as `Elements`. */
export class Members {
  readonly #bytes: Uint8Array;
  #at: number;
  #first = true;
  #keyStart = 0;
  #keyEnd = 0;
  #isEscaped = false;

  /** `at` is that of the opening brace. */
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at + 1;
  }

  /** Where the next value begins; absent behind the last. `end`: where the one before ended. */
  next(end: number | undefined): number | undefined {
    const bytes = this.#bytes;
    let at = skipBlanks(bytes, end ?? this.#at);
    if (bytes[at] === CLOSE_BRACE) {
      this.#at = at + 1;
      return undefined;
    }
    if (!this.#first) {
      if (bytes[at] !== COMMA) throw new NotJson("a comma or } is missing", at);
      at = skipBlanks(bytes, at + 1);
    }
    this.#first = false;
    if (bytes[at] !== QUOTE) throw new NotJson("a name in quotes is missing", at);
    this.#keyStart = at;
    this.#keyEnd = skipString(bytes, at);
    this.#isEscaped = bytes.subarray(at, this.#keyEnd).includes(BACKSLASH);
    at = skipBlanks(bytes, this.#keyEnd);
    if (bytes[at] !== COLON) throw new NotJson("a colon is missing", at);
    return skipBlanks(bytes, at + 1);
  }

  /** Whether the member found last has this name. */
  isNamed(name: string): boolean {
    const start = this.#keyStart + 1;
    if (this.#isEscaped) return this.name === name;
    if (this.#keyEnd - 1 - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) {
      if (this.#bytes[start + i] !== name.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Of the member found last. */
  get name(): string {
    const text = decodeUtf8(this.#bytes.subarray(this.#keyStart, this.#keyEnd));
    if (!this.#isEscaped) return text.slice(1, -1);
    try {
      return String(JSON.parse(text));
    } catch {
      throw new NotJson("a name that cannot be read", this.#keyStart);
    }
  }

  /** Offsets of the name with its quotes. */
  get key(): { readonly start: number; readonly end: number } {
    return { start: this.#keyStart, end: this.#keyEnd };
  }

  get end(): number {
    return this.#at;
  }
}
