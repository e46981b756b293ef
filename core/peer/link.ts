/** A connection to a server that is kept, made when it is first needed and again after it broke. */
import { type Secret, SinkError } from "../plugin/mod.ts";
import { afterAccepted, failure } from "./failure.ts";

export interface LinkOptions<Connection> {
  /** The server as messages call it: "NATS at 127.0.0.1:4222". */
  readonly peer: string;
  readonly secrets?: readonly Secret[];
  /** `lost` is to be called when the connection has ended without anybody using it. */
  open(lost: () => void): Promise<Connection>;
  /** Called once for each connection that was opened. */
  shut(connection: Connection): unknown;
}

export class Link<Connection> {
  readonly #options: LinkOptions<Connection>;
  #opening: Promise<Connection> | undefined;
  #isClosed = false;

  constructor(options: LinkOptions<Connection>) {
    this.#options = options;
  }

  /**
   * Does some work with the connection. Rejects with a `SinkError`; the connection is then given up,
   * but where the server only did not want what it was told.
   */
  async use<T>(work: (connection: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { peer, secrets = [] } = this.#options;
    if (this.#isClosed) throw new SinkError("closed", `The connection to ${peer} was closed`);
    const opening = this.#opening ??= this.#open();
    let isOpen = false;
    const done = opening.then((connection) => {
      isOpen = true;
      signal?.throwIfAborted();
      return work(connection);
    });
    try {
      return await unlessAborted(done, signal);
    } catch (error) {
      const doing = isOpen ? `Cannot write to ${peer}` : `Cannot connect to ${peer}`;
      const told = failure(error, { doing, secrets, unclear: isOpen ? Infinity : 0 });
      // Whoever ends the wait does not know how far it has come.
      const failed = isOpen ? told : nothingSent(told);
      if (failed.code !== "rejected") await this.#drop(opening);
      throw failed;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#opening) await this.#drop(this.#opening);
  }

  #open(): Promise<Connection> {
    // `lost` may be called before `open` has returned.
    const lost = () => void queueMicrotask(() => this.#drop(opening));
    const opening = Promise.resolve().then(() => this.#options.open(lost));
    opening.catch(() => {});
    return opening;
  }

  async #drop(opening: Promise<Connection>): Promise<void> {
    if (this.#opening !== opening) return;
    this.#opening = undefined;
    const shut = opening.then((connection) => this.#options.shut(connection));
    // What cannot be opened need not be shut; what does not let itself be shut is not waited for.
    await Promise.race([shut.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 0))]);
  }
}

function nothingSent(failed: SinkError): SinkError {
  const { code, message, retryAfterMs } = failed;
  return new SinkError(code, message, {
    unclear: 0,
    ...retryAfterMs !== undefined && { retryAfterMs },
  });
}

/** Rejects with the signal's reason as soon as it aborts. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  work.catch(() => {});
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Sends one after the other without waiting for answers in between. When some fail, those in front of
 * the first of them are the failure's `accepted`; those behind it may have arrived.
 */
export async function sendAll<T>(
  messages: readonly T[],
  options: {
    /** As in `FailureOptions`. */
    readonly doing: string;
    readonly secrets?: readonly Secret[];
    readonly send: (message: T) => Promise<unknown>;
    /** How many answers may be missing at a time; absent: all. */
    readonly atOnce?: number;
  },
): Promise<void> {
  const { send, atOnce = messages.length } = options;
  for (let at = 0; at < messages.length; at += atOnce) {
    const sent = messages.slice(at, at + atOnce).map((message) => Promise.try(send, message));
    const outcomes = await Promise.allSettled(sent);
    const first = outcomes.findIndex(({ status }) => status === "rejected");
    const failed = outcomes[first];
    if (failed?.status !== "rejected") continue;
    // The server may have what it has not answered yet.
    throw afterAccepted(failure(failed.reason, { unclear: Infinity, ...options }), at + first);
  }
}
