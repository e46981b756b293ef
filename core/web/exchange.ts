/** One request of node's servers as `Request` and `Response`. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { refusal } from "./reply.ts";
import type { RawRequest } from "./transport.ts";

export interface ExchangeOptions {
  readonly lingerMs: number;
  /** No further requests are wanted on this connection. */
  readonly isLast: () => boolean;
}

/** Answers a request by what `answer` says, which must not reject. Resolves when the client has it all. */
export async function exchange(
  { message, response, expectsLeave }: RawRequest,
  answer: (request: Request) => Promise<Response>,
  { lingerMs, isLast }: ExchangeOptions,
): Promise<void> {
  const request = requestOf(message, expectsLeave ? () => response.writeContinue() : undefined);
  const reply = request
    ? await answer(request)
    : refusal({ status: 405, error: "this method is answered nowhere" });
  const body = message.method === "HEAD" ? undefined : new Uint8Array(await reply.arrayBuffer());
  if (response.destroyed || response.headersSent) return;
  const headers: Record<string, string> = {};
  for (const [name, value] of reply.headers) headers[name] = value;
  if (body) headers["content-length"] = String(body.length);
  // What is not read to its end cannot be followed by another request.
  const isUnread = !message.complete && hasBody(message);
  if (isUnread || isLast()) headers.connection = "close";
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
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  return headers;
}

function hasBody({ headers }: IncomingMessage): boolean {
  if (headers["content-length"] !== undefined) return headers["content-length"] !== "0";
  return headers["transfer-encoding"] !== undefined;
}

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
 * client's system throw away the answer.
 */
async function linger(message: IncomingMessage, isDone: Promise<void>, lingerMs: number) {
  const isEnough = Promise.withResolvers<void>();
  const timer = setTimeout(isEnough.resolve, lingerMs);
  for (const event of ["end", "close", "error"]) message.once(event, isEnough.resolve);
  message.resume();
  await Promise.all([isDone, isEnough.promise]);
  clearTimeout(timer);
  message.socket.destroy();
}
