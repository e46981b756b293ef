/** How long a write waits for a server that takes nothing just now, and says so. */

/**
 * So long it is waited for, then it is said why: less than a write may take by default, for behind
 * that nobody hears it.
 */
const BLOCKED_MS = 5000;

export interface Blockable {
  /** Why nothing more is taken. */
  readonly ended: Error | undefined;
  /** Why nothing is taken just now. */
  readonly blocked: Error | undefined;
  /** Calls when one of those changes, until what this returns is called. */
  watch(changed: () => void): () => void;
}

/** Of one write. */
export class Patience implements Disposable {
  readonly #connection: Blockable;
  readonly #signal: AbortSignal | undefined;
  readonly #unwatch: () => void;
  readonly #over = Promise.withResolvers<Error>();
  #free = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Blockable, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#signal = signal;
    this.#over.promise.catch(() => {});
    this.#free.promise.catch(() => {});
    this.#unwatch = connection.watch(() => this.#look());
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
    this.#unwatch();
    this.#signal?.removeEventListener("abort", this.#abort);
    // What has waited so far is for the next write.
    this.#free.reject(new Error("the time is over"));
  }

  #look(): void {
    clearTimeout(this.#timer);
    const { blocked, ended } = this.#connection;
    if (ended) this.#free.reject(ended);
    else if (blocked) this.#timer = setTimeout(() => this.#over.resolve(blocked), BLOCKED_MS);
    else this.#free.resolve();
  }

  readonly #abort = () => {
    const { blocked } = this.#connection;
    if (blocked) this.#over.resolve(blocked);
    else this.#over.reject(this.#signal?.reason);
  };
}
