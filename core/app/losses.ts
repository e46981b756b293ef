/** Says while falcod runs what its sources lose: what was dropped no rule has seen. */
import { every } from "../base/mod.ts";
import type { Logger, Source, SourceCounters } from "../plugin/mod.ts";

const CHECK_EVERY_MS = 1000;
/** Between two messages about one source; Falco's default `syscall_event_drops.rate`. */
const TELL_EVERY_MS = 30_000;
const PREFIX = "drops.";

/** Who looks at the losses of a source; `nowMs` is on any clock that does not jump. */
export interface LossWatcher {
  check(nowMs: number): void;
}

/** Has the watchers look every second and ends with the signal; never rejects. */
export async function watchLosses(
  watchers: readonly LossWatcher[],
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const check = () => watchers.forEach((watcher) => watcher.check(performance.now()));
  using _ = every(CHECK_EVERY_MS, check);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  check();
}

/** One source's losses: the first is told at once, more of them at most every 30 seconds, added up. */
export class LossTeller implements LossWatcher {
  readonly #source: Pick<Source, "name" | "counters" | "dropsHelp">;
  readonly #log: Logger;
  #told: SourceCounters = {};
  #toldAtMs = -Infinity;

  constructor(source: Pick<Source, "name" | "counters" | "dropsHelp">, log: Logger) {
    this.#source = source;
    this.#log = log;
  }

  check(nowMs: number): void {
    if (nowMs - this.#toldAtMs < TELL_EVERY_MS) return;
    const counters = this.#source.counters();
    const lost: string[] = [];
    for (const [name, count] of Object.entries(counters)) {
      const more = count - (this.#told[name] ?? 0);
      if (name.startsWith(PREFIX) && more > 0) lost.push(`${more} ${name.slice(PREFIX.length)}`);
    }
    if (lost.length === 0) return;
    this.#told = counters;
    this.#toldAtMs = nowMs;
    const { name, dropsHelp } = this.#source;
    const help = dropsHelp === undefined ? "" : `; ${dropsHelp}`;
    this.#log.warning(
      `${name} events were lost before any rule saw them: ${lost.join(", ")}${help}`,
    );
  }
}
