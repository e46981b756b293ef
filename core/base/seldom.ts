/** For messages that could come as often as somebody likes: the first at once, then one in a while. */
export class Seldom {
  readonly #everyMs: number;
  readonly #now: () => number;
  #nextMs = -Infinity;
  #unsaid = 0;

  /** `now` is on any clock that does not jump, in milliseconds. */
  constructor(everyMs: number, now: () => number = () => performance.now()) {
    this.#everyMs = everyMs;
    this.#now = now;
  }

  /** Calls back when it is time, with how many were passed over since the last. */
  say(message: (unsaid: number) => void): void {
    const nowMs = this.#now();
    if (nowMs < this.#nextMs) {
      this.#unsaid++;
      return;
    }
    this.#nextMs = nowMs + this.#everyMs;
    const unsaid = this.#unsaid;
    this.#unsaid = 0;
    message(unsaid);
  }
}

/** ` (and 3 more)`; nothing for none. */
export function andMore(count: number): string {
  return count === 0 ? "" : ` (and ${count} more)`;
}
