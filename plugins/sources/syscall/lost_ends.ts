/**
 * Ends that nobody told of. When records of starts and ends were lost, the processes that are known are looked
 * for in /proc, some at a time. Who is not there at two looks has ended: at the first, the record of its end may
 * still lie in a ring.
 */
import type { KnownProcesses, Process } from "../../../core/mod.ts";

/** Looking for one takes some 20 µs. */
const MOST_AT_ONCE = 500;

type Known = Pick<Process, "id" | "startClockNs">;

/** Each look is to come when what was in the rings at the last one has been read. */
export class LostEnds {
  readonly #isAlive: (process: Known) => boolean;
  #lost = 0;
  #unchecked: Known[] = [];
  #missing: readonly Known[] = [];

  constructor(isAlive: (process: Known) => boolean) {
    this.#isAlive = isAlive;
  }

  /** Whether there is anybody to look for; `lost`: records since the start. */
  isDue(lost: number): boolean {
    return lost > this.#lost || this.#unchecked.length > 0 || this.#missing.length > 0;
  }

  look(lost: number, processes: KnownProcesses): void {
    for (const process of this.#missing) {
      if (!this.#isAlive(process)) processes.missedEnd(process);
    }
    // Whoever is looked for first must not be the only one where losses go on.
    if (lost > this.#lost && this.#unchecked.length === 0) {
      this.#lost = lost;
      this.#unchecked = Array.from(
        processes.processes(),
        ({ id, startClockNs }) => ({ id, startClockNs }),
      );
    }
    const some = this.#unchecked.splice(0, MOST_AT_ONCE);
    this.#missing = some.filter((process) => !this.#isAlive(process));
  }
}
