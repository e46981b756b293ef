/**
 * A connection to Redis that only writes: commands go out in one piece, replies come back in order.
 * Redis serialization protocol, version 2. redis.io/docs/latest/develop/reference/protocol-spec
 */
import type { Socket } from "node:net";
import { encodeUtf8 } from "../../../core/mod.ts";

/** What Redis answered; its refusals are values. */
export type Reply = string | number | null | RedisRefusal | readonly Reply[];

/** Redis did not do it: "WRONGTYPE Operation against a key holding the wrong kind of value". */
export class RedisRefusal extends Error {
  override readonly name = "RedisRefusal";
}

export type Command = readonly string[];

/** Replies to what falcod sends are some bytes each. */
const MAX_PENDING_BYTES = 1 << 20;
const MAX_DEPTH = 4;
/** `+` and the end of a line. */
const SHORTEST_REPLY_BYTES = 3;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class RedisConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received: Uint8Array = new Uint8Array();
  #failed: Error | undefined;
  /** What Redis says last before it ends the connection, asked or not, is why: as that it has no room. */
  #refusal: RedisRefusal | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", (error) => this.#failed ??= error);
    socket.on("close", () => this.#end(this.#why));
    socket.on("data", (bytes: Uint8Array) => this.#take(bytes));
  }

  get #why(): Error {
    return this.#refusal ?? this.#failed ?? new Error("Redis closed the connection");
  }

  /** A reply for each command; rejects when the connection ends before the last of them. */
  ask(commands: readonly Command[]): Promise<readonly Reply[]> {
    // Deno's TLS fails at a write of nothing.
    if (commands.length === 0) return Promise.resolve([]);
    const replies = commands.map(() =>
      new Promise<Reply>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    );
    const answered = Promise.all(replies);
    if (this.#socket.destroyed || this.#refusal) this.#end(this.#why);
    else this.#socket.write(bytesOf(commands));
    return answered.finally(() => this.#refusal = undefined);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(bytes: Uint8Array): void {
    this.#received = joined([this.#received, bytes]);
    try {
      let at = 0;
      for (;;) {
        const read = readReply(this.#received, at, 0);
        if (!read) break;
        at = read.end;
        if (read.reply instanceof RedisRefusal) this.#refusal = read.reply;
        this.#waiting.shift()?.resolve(read.reply);
      }
      this.#received = this.#received.subarray(at);
      if (this.#received.length > MAX_PENDING_BYTES) throw new Error("a reply has no end");
    } catch (error) {
      this.#socket.destroy();
      this.#end(error as Error);
    }
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function bytesOf(commands: readonly Command[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  for (const command of commands) {
    parts.push(encoder.encode(`*${command.length}\r\n`));
    for (const word of command) {
      const bytes = encodeUtf8(word);
      parts.push(encoder.encode(`$${bytes.length}\r\n`), bytes, CRLF);
    }
  }
  return joined(parts);
}

const CRLF = new Uint8Array([0x0d, 0x0a]);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface ReadReply {
  readonly reply: Reply;
  readonly end: number;
}

/** Absent while bytes are missing; throws on what is no reply. */
function readReply(bytes: Uint8Array, start: number, depth: number): ReadReply | undefined {
  const lineEnd = bytes.indexOf(0x0a, start);
  if (lineEnd < 0) return undefined;
  const line = decoder.decode(bytes.subarray(start + 1, lineEnd - 1));
  const end = lineEnd + 1;
  switch (String.fromCharCode(bytes[start]!)) {
    case "+":
      return { reply: line, end };
    case "-":
      return { reply: new RedisRefusal(line), end };
    case ":":
      return { reply: Number(line), end };
    case "$": {
      const size = countOf(line);
      if (size < 0) return { reply: null, end };
      if (bytes.length < end + size + 2) return undefined;
      return { reply: decoder.decode(bytes.subarray(end, end + size)), end: end + size + 2 };
    }
    case "*":
      return readList(bytes, { count: countOf(line), start: end, depth: depth + 1 });
    default:
      throw new Error("this is no Redis");
  }
}

function readList(
  bytes: Uint8Array,
  { count, start, depth }: {
    readonly count: number;
    readonly start: number;
    readonly depth: number;
  },
): ReadReply | undefined {
  if (count < 0) return { reply: null, end: start };
  if (depth > MAX_DEPTH) throw new Error("a reply is nested too deeply");
  // It is read from its beginning with each piece that comes: not before it can be whole.
  const leastBytes = count * SHORTEST_REPLY_BYTES;
  if (leastBytes > MAX_PENDING_BYTES) throw new Error("a reply has no end");
  if (bytes.length - start < leastBytes) return undefined;
  const replies: Reply[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const read = readReply(bytes, at, depth);
    if (!read) return undefined;
    replies.push(read.reply);
    at = read.end;
  }
  return { reply: replies, end: at };
}

const decoder = new TextDecoder();

function countOf(line: string): number {
  if (!/^(-1|\d{1,9})$/.test(line)) throw new Error("this is no Redis");
  return Number(line);
}
