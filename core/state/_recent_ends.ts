/** Remembers who ended lately, so that a snapshot read before and handed in after raises no dead. */

const CAPACITY = 4096;

export class RecentEnds {
  /** Process ids with the time of their end, oldest first. */
  readonly #ends = new Map<number, number>();

  /** Times are those of `Event.clockNs`. */
  remember(processId: number, clockNs: number): void {
    this.#ends.delete(processId);
    this.#ends.set(processId, clockNs);
    if (this.#ends.size <= CAPACITY) return;
    for (const oldest of this.#ends.keys()) {
      this.#ends.delete(oldest);
      return;
    }
  }

  /** Whether the process of this id that started then has ended. */
  includes(processId: number, startClockNs: number): boolean {
    const end = this.#ends.get(processId);
    return end !== undefined && startClockNs <= end;
  }
}
