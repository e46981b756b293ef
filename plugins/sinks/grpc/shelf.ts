/** Where messages wait until a client takes them. Each is taken once, by whoever asks first. */

export class Shelf {
  #messages: Uint8Array[] = [];
  #next = 0;
  readonly #capacity: number;
  #roomWanted: (() => void)[] = [];
  #messageWanted: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#messages.length - this.#next;
  }

  get isFull(): boolean {
    return this.size >= this.#capacity;
  }

  put(message: Uint8Array): void {
    this.#messages.push(message);
    this.#messageWanted.shift()?.();
  }

  take(): Uint8Array | undefined {
    const message = this.#messages[this.#next];
    if (message === undefined) return undefined;
    this.#next++;
    if (this.#next > 1000 && this.#next * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#next);
      this.#next = 0;
    }
    if (!this.isFull) { for (const wake of this.#roomWanted.splice(0)) wake(); }
    return message;
  }

  /** What a client took and did not get is the next to be taken, in this order. */
  putBack(messages: readonly Uint8Array[]): void {
    this.#messages = [...messages, ...this.#messages.slice(this.#next)];
    this.#next = 0;
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
