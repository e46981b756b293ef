/** Ends that are remembered, in case a thread's maker returns only after it. */

/** How far both returns of one clone lie apart at most. */
export const SAME_CLONE_NS = 2e9;
const RECENT_ENDS = 256;

/** Who ended lately, so that a caller that returns late raises no dead. */
export class RecentEnds {
  readonly #threadIds = new Float64Array(RECENT_ENDS);
  readonly #parentIds = new Float64Array(RECENT_ENDS);
  readonly #clocksNs = new Float64Array(RECENT_ENDS);
  #next = 0;

  remember(threadId: number, parentId: number, clockNs: number): void {
    const at = this.#next++ % RECENT_ENDS;
    this.#threadIds[at] = threadId;
    this.#parentIds[at] = parentId;
    this.#clocksNs[at] = clockNs;
  }

  includes(threadId: number, parentId: number, clockNs: number): boolean {
    for (let i = 0; i < RECENT_ENDS; i++) {
      if (this.#threadIds[i] !== threadId || this.#parentIds[i] !== parentId) continue;
      const ageNs = clockNs - this.#clocksNs[i]!;
      if (ageNs >= 0 && ageNs < SAME_CLONE_NS) return true;
    }
    return false;
  }
}
