/** How long a write waits for a server that takes nothing just now, and says so. */
import type { ChannelModel } from "amqplib";

/**
 * So long it is waited for, then it is said why: less than a write may take by default, for behind
 * that nobody hears it.
 */
const BLOCKED_MS = 5000;

export interface Blockable {
  readonly model: Pick<ChannelModel, "on" | "off">;
  /** Why nothing more is taken. */
  readonly ended: Error | undefined;
  /** Why nothing is taken just now. */
  readonly blocked: Error | undefined;
}

/** Of one write. */
export class Patience implements Disposable {
  readonly #connection: Blockable;
  readonly #signal: AbortSignal | undefined;
  readonly #over = Promise.withResolvers<Error>();
  #free = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Blockable, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#signal = signal;
    this.#over.promise.catch(() => {});
    this.#free.promise.catch(() => {});
    const { model } = connection;
    model.on("blocked", this.#look).on("unblocked", this.#look).on("close", this.#close);
    signal?.addEventListener("abort", this.#abort);
    this.#look();
    if (signal?.aborted) this.#abort();
  }

  /** Resolves to why nothing is taken; rejects where the time is over and nobody knows why. */
  get over(): Promise<Error> {
    return this.#over.promise;
  }

  /** Resolves when messages are taken. */
  free(): Promise<void> {
    return this.#free.promise;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    const { model } = this.#connection;
    model.off("blocked", this.#look).off("unblocked", this.#look).off("close", this.#close);
    this.#signal?.removeEventListener("abort", this.#abort);
    // What has waited so far is for the next write.
    this.#free.reject(new Error("the time is over"));
  }

  readonly #look = () => {
    clearTimeout(this.#timer);
    const { blocked } = this.#connection;
    if (blocked) this.#timer = setTimeout(() => this.#over.resolve(blocked), BLOCKED_MS);
    else this.#free.resolve();
  };

  readonly #close = () =>
    this.#free.reject(this.#connection.ended ?? new Error("the server closed the connection"));

  readonly #abort = () => {
    const { blocked } = this.#connection;
    if (blocked) this.#over.resolve(blocked);
    else this.#over.reject(this.#signal?.reason);
  };
}
