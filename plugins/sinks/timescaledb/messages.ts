/**
 * Messages of PostgreSQL, version 3 of its protocol: a kind, a length and what is in them.
 * postgresql.org/docs/current/protocol-message-formats.html
 */
import { joinBytes } from "../../../core/mod.ts";

export interface ServerMessage {
  /** A letter. */
  readonly kind: string;
  readonly body: Uint8Array;
}

/** What falcod asks for has short answers. */
const MOST_BYTES = 1 << 20;
/** Those that may answer a login or an insertion; the server of another protocol begins with another. */
const KINDS = "RSKZEN12CIAnv";
const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/** Of bytes as they come; throws an `Error` at what is no message. */
export class MessageReader {
  #rest: Uint8Array = new Uint8Array();

  take(bytes: Uint8Array): readonly ServerMessage[] {
    const all = this.#rest = joinBytes([this.#rest, bytes]);
    const messages: ServerMessage[] = [];
    let at = 0;
    while (at < all.length) {
      const kind = String.fromCharCode(all[at]!);
      if (!KINDS.includes(kind)) throw new Error("what answers there is no PostgreSQL");
      if (all.length - at < 5) break;
      const length = new DataView(all.buffer, all.byteOffset + at + 1, 4).getUint32(0);
      if (length < 4 || length > MOST_BYTES) throw new Error("a message of a length that none has");
      const end = at + 1 + length;
      if (end > all.length) break;
      messages.push({ kind, body: all.subarray(at + 5, end) });
      at = end;
    }
    this.#rest = all.subarray(at);
    return messages;
  }
}

/** PostgreSQL did not do it. */
export class PostgresRefusal extends Error {
  override readonly name = "PostgresRefusal";

  /** `code`: five letters and digits. postgresql.org/docs/current/errcodes-appendix.html */
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** Of the body of an error: fields that end with a zero. Details are left out: they repeat values. */
export function refusalOf(body: Uint8Array): PostgresRefusal {
  const fields = new Map(
    DECODER.decode(body).split("\0").map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  const code = /^[0-9A-Z]{5}$/.exec(fields.get("C") ?? "")?.[0] ?? "";
  return new PostgresRefusal(code, `${fields.get("M") ?? "an error without words"} (${code})`);
}

export function message(kind: string, ...parts: readonly (string | number | Uint8Array)[]) {
  const body = joinBytes(parts.map(partBytes));
  return joinBytes([ENCODER.encode(kind), partBytes(body.length + 4), body]);
}

/** The first message has no kind. */
export function startup(parameters: Readonly<Record<string, string>>): Uint8Array {
  const texts = Object.entries(parameters).flat();
  return message("", 3 << 16, ...texts, new Uint8Array(1));
}

export const SSL_REQUEST: Uint8Array = message("", 80_877_103);

/** A statement with values as texts, and where it ends; absent values are NULL. */
export function statement(sql: string, values: readonly (string | null)[]): Uint8Array {
  return joinBytes([
    message("P", "", sql, short(0)),
    message("B", "", "", short(0), short(values.length), ...values.map(valueBytes), short(0)),
    message("E", "", 0),
    message("S"),
  ]);
}

function valueBytes(value: string | null): Uint8Array {
  if (value === null) return partBytes(-1);
  const bytes = ENCODER.encode(value);
  return joinBytes([partBytes(bytes.length), bytes]);
}

/** Texts end with a zero, so none may be in them; numbers have 32 bits. */
function partBytes(part: string | number | Uint8Array): Uint8Array {
  if (typeof part === "string") return ENCODER.encode(`${part.replaceAll("\0", "")}\0`);
  if (typeof part !== "number") return part;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, part);
  return bytes;
}

function short(value: number): Uint8Array {
  return new Uint8Array([value >> 8, value & 0xff]);
}
