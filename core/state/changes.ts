/** When parts of the state last changed, on a clock that counts changes. */

/**
 * Ticks with every change of the state that fields may show. What was worked out at one tick still
 * holds when everything it was worked out from carries that tick or an earlier one.
 */
export class Changes {
  #now = 1;

  get now(): number {
    return this.#now;
  }

  /** The tick of a change that happens now. */
  tick(): number {
    return ++this.#now;
  }
}
