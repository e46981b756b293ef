/** `GET` of a JSON document over a unix socket, with bounds on time and size. */

/** Container and image descriptions are some 10 KB; labels can make them longer. */
const MAX_ANSWER_BYTES = 4 << 20;

/**
 * - `timeout`: no whole answer in time.
 * - `bad-answer`: neither the document asked for nor "there is none".
 * - `failed`: the connection broke.
 */
export type RestErrorCode = "timeout" | "bad-answer" | "failed";

export class RestError extends Error {
  override readonly name = "RestError";
  constructor(readonly code: RestErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
  }
}

export interface RestRequest {
  readonly socket: string;
  /** Absolute path, already percent-encoded. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Whether somebody listens on the socket. A socket file whose server is gone counts as nobody. */
export async function isListening(socket: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path: socket })).close();
    return true;
  } catch {
    return false;
  }
}

/** The parsed document; `undefined` on 404. Throws `RestError`, or the signal's reason when it aborts. */
export async function getJson(request: RestRequest): Promise<unknown> {
  const { socket, path, timeoutMs, signal } = request;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  try {
    const response = await fetch(`http://localhost${path}`, {
      client,
      redirect: "manual",
      signal: AbortSignal.any([signal, deadline.signal]),
    });
    const body = await boundedText(response, request);
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw badAnswer(request, `status ${response.status}`);
    return parsed(body, request);
  } catch (error) {
    if (error instanceof RestError) throw error;
    signal.throwIfAborted();
    if (deadline.signal.aborted) {
      throw new RestError("timeout", `No answer from ${socket} within ${timeoutMs} ms`, error);
    }
    throw new RestError("failed", `Cannot ask ${socket} for ${path}`, error);
  } finally {
    clearTimeout(timer);
  }
}

async function boundedText(response: Response, request: RestRequest): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw badAnswer(request, `more than ${MAX_ANSWER_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parsed(body: string, request: RestRequest): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badAnswer(request, "no JSON", error);
  }
}

function badAnswer({ socket, path }: RestRequest, found: string, cause?: unknown): RestError {
  return new RestError("bad-answer", `${socket} answered ${found} to ${path}`, cause);
}
