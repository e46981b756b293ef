/** What setTimeout takes: with more it rings at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One timer for many deadlines, of which hardly any is ever met: a timer for each write would cost more
 * than a write.
 */
export class Alarm {
  #ring: () => void = () => {};
  #dueMs = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer looks whether it is time. */
  #looksMs = Infinity;

  /** Calls `ring` after so long, unless it is put off or set again before. */
  set(ms: number, ring: () => void): void {
    this.#ring = ring;
    this.#dueMs = performance.now() + ms;
    if (this.#dueMs < this.#looksMs) this.#lookIn(ms);
  }

  /** The timer stays where it is: the next deadline is later. */
  putOff(): void {
    this.#dueMs = Infinity;
  }

  /** Puts it off, and leaves no timer behind. */
  clear(): void {
    this.putOff();
    clearTimeout(this.#timer);
    this.#looksMs = Infinity;
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#looksMs = this.#dueMs;
    this.#timer = setTimeout(() => this.#look(), Math.min(ms, LONGEST_TIMER_MS));
  }

  #look(): void {
    this.#looksMs = Infinity;
    if (this.#dueMs === Infinity) return;
    const leftMs = this.#dueMs - performance.now();
    if (leftMs > 0) return this.#lookIn(leftMs);
    this.#dueMs = Infinity;
    this.#ring();
  }
}
