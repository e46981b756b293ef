/** `GET` of JSON documents over a unix socket, with bounds on time and size. */
import { EngineError } from "../../../core/mod.ts";

/** An event has the labels of its container in it. */
const MAX_LINE = 1 << 20;

export interface RestRequest {
  readonly socket: string;
  /** Absolute path, already percent-encoded. */
  readonly path: string;
  readonly timeoutMs: number;
  /** Of the answer. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

type Asked = Omit<RestRequest, "timeoutMs" | "maxBytes">;

/** The parsed document; `undefined` when there is no such thing. Throws `EngineError`, or the signal's reason when it aborts. */
export async function getJson(request: RestRequest): Promise<unknown> {
  const { timeoutMs, signal } = request;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const both = AbortSignal.any([signal, deadline.signal]);
  try {
    using exchange = await open({ ...request, signal: both });
    const body = await boundedText(exchange.response, request);
    if (isNoSuchThing(exchange.response, body)) return undefined;
    if (exchange.response.status !== 200) throw badStatus(exchange.response, request);
    return parsed(body, request);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    signal.throwIfAborted();
    if (deadline.signal.aborted) {
      throw new EngineError(
        "timeout",
        `No answer from ${request.socket} within ${timeoutMs} ms`,
        error,
      );
    }
    throw new EngineError("failed", `Cannot ask ${request.socket} for ${request.path}`, error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The documents of an answer that goes on and on, one a line, as they come. Ends with the answer, and
 * quietly when the signal aborts; throws `EngineError`.
 */
export async function* getJsonLines(
  request: Asked,
): AsyncGenerator<unknown> {
  try {
    using exchange = await open(request);
    if (exchange.response.status !== 200) throw badStatus(exchange.response, request);
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of exchange.response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      if (rest.length > MAX_LINE) throw badAnswer(request, `a line of more than ${MAX_LINE} bytes`);
      for (const line of lines) if (line.trim() !== "") yield parsed(line, request);
    }
  } catch (error) {
    if (request.signal.aborted) return;
    if (error instanceof EngineError) throw error;
    throw new EngineError("failed", `${request.socket} broke off ${request.path}`, error);
  }
}

/** 404; or 500 with a cause, of podman when a container goes away while it looks at it. */
function isNoSuchThing({ status }: Response, body: string): boolean {
  return status === 404 || status === 500 && /"cause":\s*"no such /.test(body);
}

async function open({ socket, path, signal }: Asked) {
  const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  try {
    const url = `http://localhost${path}`;
    const response = await fetch(url, { client, redirect: "manual", signal });
    return { response, [Symbol.dispose]: () => client.close() };
  } catch (error) {
    client.close();
    throw error;
  }
}

async function boundedText(response: Response, request: RestRequest): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > request.maxBytes) throw badAnswer(request, `more than ${request.maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parsed(body: string, request: Asked): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badAnswer(request, "no JSON", error);
  }
}

function badStatus({ status }: Response, request: Asked): EngineError {
  return badAnswer(request, `status ${status}`);
}

function badAnswer({ socket, path }: Asked, found: string, cause?: unknown): EngineError {
  return new EngineError("bad-answer", `${socket} answered ${found} to ${path}`, cause);
}
