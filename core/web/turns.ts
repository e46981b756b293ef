/**
 * Whatever comes in large numbers waits here for its turn, so that between two looks at what else there
 * is, as events of the kernel, only so much of it is done.
 */
import { setImmediate } from "node:timers/promises";

export class Turns {
  readonly #most: number;
  #left: number;
  /** Oldest first. */
  #waiting: (() => void)[] = [];
  #isRunning = false;

  /** So many at a turn of the event loop. */
  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Resolves when it is its turn: at once where there are few. */
  next(): Promise<void> {
    if (!this.#isRunning) this.#run();
    if (this.#left > 0) {
      this.#left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    do {
      await setImmediate();
      const now = this.#waiting.splice(0, this.#most);
      this.#left = this.#most - now.length;
      for (const go of now) go();
    } while (this.#left < this.#most);
    this.#isRunning = false;
  }
}
