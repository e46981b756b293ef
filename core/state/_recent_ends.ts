/** Remembers who ended lately, so that a snapshot read before and handed in after raises no dead. */

const CAPACITY = 4096;

export class RecentEnds {
  /** A ring. */
  readonly #processIds = new Float64Array(CAPACITY);
  readonly #clocksNs = new Float64Array(CAPACITY);
  /** Places in the ring, by process id. */
  readonly #places = new Map<number, number>();
  #next = 0;

  /** Times are those of `Event.clockNs`. */
  remember(processId: number, clockNs: number): void {
    const place = this.#next;
    this.#next = (place + 1) % CAPACITY;
    const oldest = this.#processIds[place]!;
    if (this.#places.get(oldest) === place) this.#places.delete(oldest);
    this.#processIds[place] = processId;
    this.#clocksNs[place] = clockNs;
    this.#places.set(processId, place);
  }

  /** Whether the process of this id that started then has ended. */
  includes(processId: number, startClockNs: number): boolean {
    const place = this.#places.get(processId);
    return place !== undefined && startClockNs <= this.#clocksNs[place]!;
  }
}
