/** What a lane says of its troubles: each once when it begins, and once when it is over. */
import type { Logger } from "../plugin/mod.ts";

export type LaneState = "working" | "blocked" | "retrying" | "failing" | "closed" | "removed";

export class Trouble {
  readonly #name: string;
  readonly #log: Logger;
  #state: LaneState = "working";
  /** Counters when the current trouble began. */
  #failedBefore: number | undefined;
  #droppedBefore: number | undefined;
  #lossTold = false;
  #formatFailed = false;

  constructor(name: string, log: Logger) {
    this.#name = name;
    this.#log = log;
  }

  get state(): LaneState {
    return this.#state;
  }

  /** A write takes long; it goes on. */
  blocked(afterMs: number): void {
    if (this.#state !== "working") return;
    this.#state = "blocked";
    this.#log.error(
      `Output "${this.#name}" has not taken an alert for ${afterMs} ms, others wait behind it`,
    );
  }

  /** Nobody is there to write to, from the start. */
  missing(reason: string): void {
    this.#state = "retrying";
    this.#log.warning(`Output "${this.#name}" gets no alerts for now: ${reason}`);
  }

  /** Who was missing is there. */
  found(): void {
    if (this.#state !== "retrying") return;
    this.#state = "working";
    this.#log.warning(`Output "${this.#name}" gets alerts from now on`);
  }

  retrying(error: unknown, failed: number): void {
    if (this.#state === "closed") return;
    if (this.#state === "working" || this.#state === "blocked") {
      this.#failedBefore ??= failed;
      this.#log.warning(`Output "${this.#name}" failed and is tried again: ${reasonOf(error)}`);
    }
    this.#state = "retrying";
  }

  /** `failed`: before these alerts. */
  lost(error: unknown, failed: number): void {
    if (this.#state === "closed") return;
    this.#failedBefore ??= failed;
    this.#state = "failing";
    // The next batch is tried again and lost as well: that is still the same trouble.
    if (this.#lossTold) return;
    this.#lossTold = true;
    this.#log.error(`Output "${this.#name}" failed, alerts are lost: ${reasonOf(error)}`);
  }

  /** What is lost from now on has a reason of its own. */
  givenUp(): void {
    this.#lossTold = false;
  }

  delivered(failed: number): void {
    if (this.#state === "working" || this.#state === "closed") return;
    const wasBlocked = this.#state === "blocked";
    const lost = failed - (this.#failedBefore ?? failed);
    this.#failedBefore = undefined;
    this.#lossTold = false;
    this.#state = "working";
    const outcome = wasBlocked
      ? "goes on"
      : `works again, ${lost === 0 ? "nothing was lost" : `${lost} alerts were lost`}`;
    this.#log.warning(`Output "${this.#name}" ${outcome}`);
  }

  /** `dropped`: before this alert. */
  dropped(dropped: number): void {
    if (this.#droppedBefore !== undefined) return;
    this.#droppedBefore = dropped;
    const reason = this.#state === "closed" ? "is closed" : "does not keep up";
    this.#log.error(`Output "${this.#name}" ${reason}, new alerts are dropped`);
  }

  caughtUp(dropped: number): void {
    if (this.#droppedBefore === undefined || this.#state === "closed") return;
    const lost = dropped - this.#droppedBefore;
    this.#droppedBefore = undefined;
    this.#log.warning(`Output "${this.#name}" has caught up, ${lost} alerts were dropped`);
  }

  formatFailed(error: unknown): void {
    if (this.#formatFailed) return;
    this.#formatFailed = true;
    this.#log.error(`Cannot format an alert for "${this.#name}": ${reasonOf(error)}`);
  }

  closeFailed(error: unknown): void {
    this.#log.error(`Cannot close output "${this.#name}": ${reasonOf(error)}`);
  }

  closed(): void {
    this.#state = "closed";
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
