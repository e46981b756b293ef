/** One request of node's servers as `Request` and `Response`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { giveBack } from "./body.ts";
import { refusal } from "./reply.ts";
import { headersPassedOn } from "./request_headers.ts";
import type { RawRequest } from "./transport.ts";

export interface ExchangeOptions {
  readonly lingerMs: number;
  /** With more of them it is refused. */
  readonly maxHeaders: number;
  /** No further requests are wanted on this connection. */
  readonly isLast: () => boolean;
  /** Resolves when the request is to be looked at, to false when that is of no use any more. */
  readonly turn: () => Promise<boolean>;
  /** Called when the client has said all that will be looked at. */
  readonly received: () => void;
}

/** Answers a request by what `answer` says, which must not reject. Resolves when the client has it all. */
export async function exchange(
  { message, response, expectsLeave }: RawRequest,
  answer: (request: Request) => Promise<Response>,
  { lingerMs, maxHeaders, isLast, turn, received }: ExchangeOptions,
): Promise<void> {
  if (message.rawHeaders.length > 2 * maxHeaders) return tooManyHeaders(response);
  let waitsForLeave = expectsLeave;
  if (hasBody(message)) message.once("end", received);
  else received();
  if (!await turn()) return;
  const request = requestOf(message, () => {
    if (waitsForLeave) response.writeContinue();
    waitsForLeave = false;
  });
  const reply = request
    ? await answer(request)
    : refusal({ status: 405, error: "this method is answered nowhere" });
  const body = message.method === "HEAD" ? undefined : new Uint8Array(await reply.arrayBuffer());
  if (!waitsForLeave) await finish(message, lingerMs);
  if (response.destroyed || response.headersSent) return;
  const headers: Record<string, string> = {};
  for (const [name, value] of reply.headers) headers[name] = value;
  if (body) headers["content-length"] = String(body.length);
  // What is not read to its end cannot be followed by another request.
  if (isUnread(message) || isLast()) headers.connection = "close";
  response.writeHead(reply.status, headers);
  const isDone = new Promise<void>((resolve) => {
    response.once("finish", resolve);
    response.once("close", resolve);
  });
  response.end(body);
  await isDone;
}

/** Where its body ends is not known either, so nothing can follow. */
function tooManyHeaders(response: ServerResponse): void {
  if (response.headersSent) return;
  response.writeHead(431, { connection: "close", "content-length": "0" });
  response.end();
}

/** `undefined` when it cannot be one. */
function requestOf(message: IncomingMessage, wanted: () => void): Request | undefined {
  const url = urlOf(message.url ?? "");
  const method = message.method ?? "GET";
  if (url === undefined) return undefined;
  const takesBody = method !== "GET" && method !== "HEAD" && hasBody(message);
  try {
    return new Request(url, {
      method,
      headers: headersPassedOn((name) => message.headers[name]?.toString()),
      body: takesBody ? bodyOf(message, wanted) : null,
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

function hasBody({ headers }: IncomingMessage): boolean {
  if (headers["content-length"] !== undefined) return headers["content-length"] !== "0";
  return headers["transfer-encoding"] !== undefined;
}

function isUnread(message: IncomingMessage): boolean {
  return !message.complete && hasBody(message);
}

/** `wanted` is called when somebody wants a piece of it. */
function bodyOf(message: IncomingMessage, wanted: () => void) {
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
      wanted();
      message.resume();
    },
    cancel() {
      isOver = true;
    },
  }, { highWaterMark: 0 });
}

/** More than any body that is worth an answer. */
const MAX_LINGER_BYTES = 64 << 20;

/**
 * Takes what the client still sends, and forgets it; gives up after some time, and when it is too much.
 * If the connection were closed on it, the client's system would throw away the answer.
 */
async function finish(message: IncomingMessage, lingerMs: number): Promise<void> {
  if (!isUnread(message)) return;
  const isEnough = Promise.withResolvers<void>();
  const timer = setTimeout(isEnough.resolve, lingerMs);
  for (const event of ["end", "close", "error"]) message.once(event, isEnough.resolve);
  const { socket } = message, before = socket.bytesRead;
  const forget = (piece: Uint8Array) => {
    giveBack(piece);
    if (socket.bytesRead - before > MAX_LINGER_BYTES) isEnough.resolve();
  };
  message.removeAllListeners("data"); // the body would pause it, until somebody reads
  message.on("data", forget);
  message.resume();
  await isEnough.promise;
  message.off("data", forget);
  clearTimeout(timer);
}
