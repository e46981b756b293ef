/**
 * Protocol buffers as they travel: what little of them falcod's messages need.
 *
 * A message is fields one after the other, each a number and a value. Which number means what is known
 * to those who ask for it, so unknown fields are passed over, and absent ones are what proto3 says:
 * empty, false, zero. protobuf.dev/programming-guides/encoding
 */

/** The bytes are no message; nothing else is wrong with the connection. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;
/** Messages here have a few dozen; a list of containers has as many as there are containers. */
const MAX_FIELDS = 65_536;

type Value = bigint | Uint8Array;

const decoder = new TextDecoder();

/** A message that was received: a view of the bytes it was made of. Throws `WireError` only when made. */
export class WireMessage {
  readonly #fields = new Map<number, Value[]>();

  constructor(bytes: Uint8Array) {
    const reader = new Reader(bytes);
    for (let count = 0; !reader.atEnd; count++) {
      if (count >= MAX_FIELDS) throw new WireError(`more than ${MAX_FIELDS} fields`);
      const tag = reader.size();
      const field = Math.floor(tag / 8);
      const value = reader.value(tag % 8);
      if (value === undefined) continue;
      const values = this.#fields.get(field);
      if (values) values.push(value);
      else this.#fields.set(field, [value]);
    }
  }

  text(field: number): string {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === "object" ? decoder.decode(value) : "";
  }

  /** Of a field that may be there several times. */
  allTexts(field: number): readonly string[] {
    const values = this.#fields.get(field) ?? [];
    return values.filter((value) => typeof value === "object").map((value) =>
      decoder.decode(value)
    );
  }

  bytes(field: number): Uint8Array {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === "object" ? value : new Uint8Array();
  }

  /** Of an int64, int32 or enumeration. */
  integer(field: number): bigint {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === "bigint" ? BigInt.asIntN(64, value) : 0n;
  }

  flag(field: number): boolean {
    return this.integer(field) !== 0n;
  }

  /** Throws `WireError` where what is there is no message. */
  message(field: number): WireMessage | undefined {
    return this.messages(field).at(-1);
  }

  /** Throws `WireError` where what is there is no message. */
  messages(field: number): readonly WireMessage[] {
    const values = this.#fields.get(field) ?? [];
    return values.filter((value) => typeof value === "object").map((value) =>
      new WireMessage(value)
    );
  }

  /** A `map<string, string>`. Throws `WireError` where what is there is none. */
  texts(field: number): readonly (readonly [string, string])[] {
    return this.messages(field).map((entry) => [entry.text(1), entry.text(2)]);
  }
}

class Reader {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  /** A number that is no value: of lengths and fields only few are beyond 32 bits, and none is right. */
  size(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 0x80) {
      const byte = this.bytes[this.#at++];
      if (byte === undefined) throw new WireError("it ends within a number");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new WireError("a length or a field beyond all sense");
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.#at++];
      if (byte === undefined) throw new WireError("it ends within a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new WireError("a number of more than ten bytes");
  }

  /** Absent for kinds that nobody asks for. */
  value(kind: number): Value | undefined {
    switch (kind) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return void this.#take(8);
      case BYTES:
        return this.#take(this.size());
      case FIXED32:
        return void this.#take(4);
      default:
        throw new WireError(`a value of the unknown kind ${kind}`);
    }
  }

  #take(length: number): Uint8Array {
    if (length > this.bytes.length - this.#at) throw new WireError("it ends within a value");
    const start = this.#at;
    this.#at += length;
    return this.bytes.subarray(start, this.#at);
  }
}

/** A whole number from 0 on (true is 1), any int64, text, a message within, or what is 8 bytes wide. */
export type WireValue =
  | number
  | bigint
  | string
  | Uint8Array
  | { readonly fixed64: bigint }
  | { readonly double: number };

/** A message to send, by field number; a list is a field that is there several times. */
export type WireFields = Readonly<Record<number, WireValue | readonly WireValue[]>>;

export function encodeWireMessage(fields: WireFields): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [field, given] of Object.entries(fields)) {
    for (const value of isList(given) ? given : [given]) {
      if (typeof value === "number" || typeof value === "bigint") {
        const number = typeof value === "number" ? varintOf(value) : longVarintOf(value);
        parts.push(bytesOf(varintOf(Number(field) * 8 + VARINT)), bytesOf(number));
        continue;
      }
      if (typeof value === "object" && !(value instanceof Uint8Array)) {
        parts.push(bytesOf(varintOf(Number(field) * 8 + FIXED64)), eightBytesOf(value));
        continue;
      }
      const content = typeof value === "string" ? encoder.encode(value) : value;
      const head = [...varintOf(Number(field) * 8 + BYTES), ...varintOf(content.length)];
      parts.push(bytesOf(head), content);
    }
  }
  const message = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

const encoder = new TextEncoder();
const bytesOf = (values: readonly number[]) => new Uint8Array(values);

function isList(value: WireValue | readonly WireValue[]): value is readonly WireValue[] {
  return Array.isArray(value);
}

function varintOf(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** Two's complement of 64 bits: what is below zero has ten bytes. */
function longVarintOf(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function eightBytesOf(
  value: { readonly fixed64: bigint } | { readonly double: number },
): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  if ("fixed64" in value) view.setBigUint64(0, value.fixed64, true);
  else view.setFloat64(0, value.double, true);
  return new Uint8Array(view.buffer);
}
