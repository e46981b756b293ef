/**
 * What a publisher needs of NATS's protocol. docs.nats.io/reference/reference-protocols/nats-protocol
 */
import type { Socket } from "node:net";
import { membersIn } from "../../../core/mod.ts";

/** What the server says of itself. */
export interface ServerInfo {
  readonly max_payload: number;
  readonly headers: boolean;
  readonly tls_required: boolean;
  readonly tls_available: boolean;
}

export type ServerMessage =
  | { readonly kind: "info"; readonly info: ServerInfo }
  | { readonly kind: "ping" }
  | { readonly kind: "pong" }
  | { readonly kind: "error"; readonly text: string }
  | {
    readonly kind: "message";
    readonly subject: string;
    /** Where an answer is expected; else empty. */
    readonly reply: string;
    /** `NATS/1.0 503` where nobody listens. */
    readonly status: string;
    readonly payload: Uint8Array;
  };

/** INFO of a large cluster has some KB, acknowledgements some hundred bytes. */
const MAX_PENDING_BYTES = 1 << 20;

/** Hands out what the server says, and ends with the socket. Nothing is read that nobody waits for. */
export class ServerReader {
  #pending: Uint8Array = new Uint8Array();

  /** Throws on what is no NATS. */
  take(bytes: Uint8Array): ServerMessage[] {
    const joined = new Uint8Array(this.#pending.length + bytes.length);
    joined.set(this.#pending);
    joined.set(bytes, this.#pending.length);
    const messages: ServerMessage[] = [];
    let at = 0;
    for (;;) {
      const read = readMessage(joined, at);
      if (!read) break;
      at = read.end;
      if (read.message) messages.push(read.message);
    }
    this.#pending = joined.subarray(at);
    if (this.#pending.length > MAX_PENDING_BYTES) throw new Error("this is no NATS server");
    return messages;
  }
}

interface Read {
  readonly message?: ServerMessage;
  readonly end: number;
}

const decoder = new TextDecoder();

/** Absent while bytes are missing. */
function readMessage(bytes: Uint8Array, start: number): Read | undefined {
  const lineEnd = bytes.indexOf(0x0a, start);
  if (lineEnd < 0) return undefined;
  const line = decoder.decode(bytes.subarray(start, lineEnd)).trim();
  const end = lineEnd + 1;
  const [verb = "", ...words] = line.split(/\s+/);
  switch (verb.toUpperCase()) {
    case "INFO":
      return { message: { kind: "info", info: infoOf(line.slice(4)) }, end };
    case "PING":
      return { message: { kind: "ping" }, end };
    case "PONG":
      return { message: { kind: "pong" }, end };
    case "-ERR":
      return { message: { kind: "error", text: line.slice(4).trim().replace(/^'|'$/g, "") }, end };
    case "MSG":
    case "HMSG":
      return readPayload(bytes, { words, end, hasHeaders: verb.length === 4 });
    case "+OK":
    case "":
      return { end };
    default:
      throw new Error("this is no NATS server");
  }
}

function readPayload(
  bytes: Uint8Array,
  { words, end, hasHeaders }: {
    readonly words: readonly string[];
    readonly end: number;
    readonly hasHeaders: boolean;
  },
): Read | undefined {
  const size = countOf(words.at(-1));
  const headerSize = hasHeaders ? Math.min(size, countOf(words.at(-2))) : 0;
  if (bytes.length < end + size + 2) return undefined;
  const status = decoder.decode(bytes.subarray(end, end + headerSize)).split("\r\n")[0]!;
  const payload = bytes.slice(end + headerSize, end + size);
  const subject = words[0] ?? "";
  const reply = words[words.length - (hasHeaders ? 3 : 2)] ?? "";
  // The second word is the subscription's number.
  const isAsked = words.length > (hasHeaders ? 4 : 3);
  const message = { subject, reply: isAsked ? reply : "", status, payload };
  return { message: { kind: "message", ...message }, end: end + size + 2 };
}

function countOf(word = ""): number {
  if (!/^\d{1,7}$/.test(word)) throw new Error("this is no NATS server");
  return Number(word);
}

function infoOf(json: string): ServerInfo {
  const info = membersIn(json);
  const { max_payload } = info;
  if (typeof max_payload !== "number") throw new Error("this is no NATS server");
  return {
    // Those without a bound say -1.
    max_payload: max_payload > 0 ? max_payload : Infinity,
    headers: info.headers === true,
    tls_required: info.tls_required === true,
    tls_available: info.tls_available === true,
  };
}

export interface Publication {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Where an answer is to go. */
  readonly reply?: string;
  /** What a stream tells a message by that comes twice. */
  readonly id?: string | undefined;
}

/** As the server counts it: with its headers. */
export function publishedBytes({ payload, id }: Pick<Publication, "payload" | "id">): number {
  return (id === undefined ? 0 : headersOf(id).length) + payload.length;
}

function headersOf(id: string): string {
  return `NATS/1.0\r\nNats-Msg-Id: ${id}\r\n\r\n`;
}

export function publish(socket: Socket, { subject, payload, reply, id }: Publication): void {
  const places = reply === undefined ? subject : `${subject} ${reply}`;
  if (id === undefined) {
    socket.write(`PUB ${places} ${payload.length}\r\n`);
  } else {
    const headers = headersOf(id);
    const sizes = `${headers.length} ${headers.length + payload.length}`;
    socket.write(`HPUB ${places} ${sizes}\r\n${headers}`);
  }
  // Deno's TLS fails at a write of nothing.
  if (payload.length > 0) socket.write(payload);
  socket.write("\r\n");
}
