/**
 * Where messages wait until a client has them. Each is taken once, by whoever asks first; what is taken
 * has its place until it is known to have been fetched, or is put back.
 */

export class Shelf {
  #messages: Uint8Array[] = [];
  #next = 0;
  #taken = 0;
  #fetched = 0;
  readonly #capacity: number;
  #roomWanted: (() => void)[] = [];
  #messageWanted: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Those that can be taken. */
  get size(): number {
    return this.#messages.length - this.#next;
  }

  /** Those that no client has yet, on their way to one or not. */
  get unfetched(): number {
    return this.size + this.#taken;
  }

  /** Those that a client has, since the start. */
  get fetchedCount(): number {
    return this.#fetched;
  }

  get isFull(): boolean {
    return this.unfetched >= this.#capacity;
  }

  put(message: Uint8Array): void {
    this.#messages.push(message);
    this.#messageWanted.shift()?.();
  }

  take(): Uint8Array | undefined {
    const message = this.#messages[this.#next];
    if (message === undefined) return undefined;
    this.#next++;
    this.#taken++;
    if (this.#next > 1000 && this.#next * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#next);
      this.#next = 0;
    }
    return message;
  }

  /** So many of those that were taken have arrived. */
  fetched(count: number): void {
    this.#taken -= count;
    this.#fetched += count;
    if (!this.isFull) { for (const wake of this.#roomWanted.splice(0)) wake(); }
  }

  /** What a client took and did not get is the next to be taken, in this order. */
  putBack(messages: readonly Uint8Array[]): void {
    this.#messages = [...messages, ...this.#messages.slice(this.#next)];
    this.#next = 0;
    this.#taken -= messages.length;
    for (const wake of this.#messageWanted.splice(0, messages.length)) wake();
  }

  /** Resolves when there may be room, or the signal aborts. */
  room(signal: AbortSignal): Promise<void> {
    return this.isFull ? wait(this.#roomWanted, signal) : Promise.resolve();
  }

  /** Resolves when there may be a message, or the signal aborts. */
  message(signal: AbortSignal): Promise<void> {
    return this.size === 0 ? wait(this.#messageWanted, signal) : Promise.resolve();
  }
}

function wait(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => {
    signal.removeEventListener("abort", wake);
    const at = waiting.indexOf(wake);
    if (at >= 0) waiting.splice(at, 1);
    resolve();
  };
  waiting.push(wake);
  signal.addEventListener("abort", wake);
  return promise;
}
