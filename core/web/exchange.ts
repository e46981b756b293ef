/** One request of node's servers, HTTP/1.1 or 2, as `Request` and `Response`. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { refusal } from "./reply.ts";

export interface Exchanged {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for leave to send its body (`Expect: 100-continue`). */
  readonly expectsLeave: boolean;
}

export interface ExchangeOptions {
  readonly lingerMs: number;
  /** No further requests are wanted on this connection. */
  readonly isLast: () => boolean;
}

/** Answers a request by what `answer` says, which must not reject. Resolves when the client has it all. */
export async function exchange(
  { message, response, expectsLeave }: Exchanged,
  answer: (request: Request) => Promise<Response>,
  { lingerMs, isLast }: ExchangeOptions,
): Promise<void> {
  const request = requestOf(message, expectsLeave ? () => response.writeContinue() : undefined);
  const reply = request
    ? await answer(request)
    : refusal({ status: 405, error: "this method is answered nowhere" });
  const body = message.method === "HEAD" ? undefined : new Uint8Array(await reply.arrayBuffer());
  if (response.destroyed || response.headersSent) return;
  const headers: Record<string, string> = { "x-content-type-options": "nosniff" };
  for (const [name, value] of reply.headers) headers[name] = value;
  if (body) headers["content-length"] = String(body.length);
  // What is not read to its end cannot be followed by another request.
  const isUnread = !message.complete && hasBody(message);
  if (!isHttp2(message) && (isUnread || isLast())) headers.connection = "close";
  response.writeHead(reply.status, headers);
  const isDone = new Promise<void>((resolve) => {
    response.once("finish", resolve);
    response.once("close", resolve);
  });
  response.end(body);
  if (isUnread) await linger(message, isDone, lingerMs);
  else await isDone;
}

/** `undefined` when it cannot be one. */
function requestOf(message: IncomingMessage, leave: (() => void) | undefined): Request | undefined {
  const url = urlOf(message.url ?? "");
  const method = message.method ?? "GET";
  if (url === undefined) return undefined;
  const takesBody = method !== "GET" && method !== "HEAD" && hasBody(message);
  try {
    return new Request(url, {
      method,
      headers: headersOf(message.headers),
      body: takesBody ? bodyOf(message, leave) : null,
    });
  } catch {
    return undefined; // TRACE and others, which no Request may have
  }
}

/** The host is left out: nothing depends on it, and it may be any text. */
function urlOf(target: string): string | undefined {
  if (target.startsWith("/")) return `http://localhost${target}`;
  return URL.parse(target)?.href;
}

function headersOf(given: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith(":") || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  return headers;
}

function hasBody(message: IncomingMessage): boolean {
  const { headers } = message;
  if (headers["content-length"] !== undefined) return headers["content-length"] !== "0";
  if (isHttp2(message)) return !message.stream.endAfterHeaders;
  return headers["transfer-encoding"] !== undefined;
}

/** Error code of HTTP/2: nothing is wrong. */
const NO_ERROR = 0;
/** Bytes that may wait to be read. */
const WAITING_BYTES = 256 << 10;

function bodyOf(message: IncomingMessage, leave: (() => void) | undefined) {
  let isOver = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      const over = (end: () => void) => () => {
        if (isOver) return;
        isOver = true;
        end();
      };
      message.pause();
      message.on("data", (piece: Uint8Array<ArrayBuffer>) => {
        if (isOver) return;
        controller.enqueue(piece);
        if ((controller.desiredSize ?? 0) <= 0) message.pause();
      });
      message.once("end", over(() => controller.close()));
      const broken = over(() => controller.error(new Error("the client went away")));
      message.once("error", broken);
      message.once("aborted", broken);
      message.once("close", broken);
    },
    pull() {
      leave?.();
      leave = undefined;
      message.resume();
    },
    cancel() {
      isOver = true;
    },
  }, { highWaterMark: WAITING_BYTES, size: (piece) => piece.length });
}

/**
 * Takes what the client still sends, and forgets it: a connection that is closed on data makes the
 * client's system throw away the answer. A stream of HTTP/2 can be ended by itself (RFC 9113, 8.1).
 */
async function linger(message: IncomingMessage, isDone: Promise<void>, lingerMs: number) {
  const isEnough = Promise.withResolvers<void>();
  const timer = setTimeout(isEnough.resolve, lingerMs);
  message.resume();
  if (isHttp2(message)) {
    await Promise.race([isDone, isEnough.promise]);
    message.stream.close(NO_ERROR);
  } else {
    for (const event of ["end", "close", "error"]) message.once(event, isEnough.resolve);
    await Promise.all([isDone, isEnough.promise]);
    message.socket.destroy();
  }
  clearTimeout(timer);
}

function isHttp2(
  message: IncomingMessage,
): message is IncomingMessage & { readonly stream: ServerHttp2Stream } {
  return message.httpVersionMajor > 1;
}
