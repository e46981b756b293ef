/**
 * So much CPU time and no more, whatever is started: who has used more than his share stops until it has
 * grown again. A control group would do the same, and is seldom to be had: somebody else owns the tree.
 */

/** What nobody has used is kept for so long. */
const SAVED_MS = 1000;

export class CpuBound {
  readonly #share: number;
  #creditMs = 0;
  #lastMs: number | undefined;
  #lastCpuMs = 0;
  #heldBackMs = 0;
  #isHeldBack = false;

  /** `share`: of one CPU, all in all; 2 are two CPUs. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Time it was stopped. */
  get heldBackMs(): number {
    return this.#heldBackMs;
  }

  /** Whether it is to be stopped until the next look. `cpuMs`: what it has used since its start. */
  look(nowMs: number, cpuMs: number): boolean {
    const elapsedMs = nowMs - (this.#lastMs ?? nowMs);
    // A program that ends without being waited for takes its time along.
    const usedMs = Math.max(0, cpuMs - this.#lastCpuMs);
    if (this.#isHeldBack) this.#heldBackMs += elapsedMs;
    // Until the first look it is starting, which nobody can do without.
    if (this.#lastMs === undefined) this.#creditMs = SAVED_MS * this.#share;
    else {
      this.#creditMs = Math.min(
        SAVED_MS * this.#share,
        this.#creditMs + elapsedMs * this.#share - usedMs,
      );
    }
    this.#lastMs = nowMs;
    this.#lastCpuMs = cpuMs;
    return this.#isHeldBack = this.#creditMs < 0;
  }
}
