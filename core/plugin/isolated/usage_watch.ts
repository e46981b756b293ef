/** Looks at what the process of a plugin uses: stops it for a while, or ends it, when that is too much. */
import type { Logger } from "../plugin.ts";
import { CpuBound } from "./cpu_bound.ts";
import type { GuestLink } from "./link.ts";
import type { Usage } from "./usage.ts";

export interface UsageBounds {
  /** Of all it may hold, with the programs it has started. */
  readonly memoryBytes?: number;
  /** Of one CPU, all in all. */
  readonly cpuShare?: number;
}

/** What a plugin uses, for people. */
export interface GuestUsage {
  /** Of one CPU, in the last seconds. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  /** Time for which it was stopped, since it wanted more than its share. */
  readonly heldBackMs: number;
}

const WINDOW_MS = 5000;
/** How often it is told that somebody is held back, and of how much. */
const TELL_EVERY_MS = 60_000, TELL_FROM_MS = 1000;

export class UsageWatch {
  readonly #link: GuestLink;
  readonly #bounds: UsageBounds;
  readonly #log: Logger;
  readonly #cpu: CpuBound | undefined;
  #isPaused = false;
  #last: Usage = { cpuMs: 0, memoryBytes: 0 };
  #window = { fromMs: 0, cpuMs: 0, percent: 0 };
  #told = { atMs: -Infinity, heldBackMs: 0 };

  constructor(link: GuestLink, bounds: UsageBounds, log: Logger) {
    this.#link = link;
    this.#bounds = bounds;
    this.#log = log;
    this.#cpu = bounds.cpuShare === undefined ? undefined : new CpuBound(bounds.cpuShare);
  }

  get usage(): GuestUsage {
    return {
      cpuPercent: Math.round(this.#window.percent),
      memoryBytes: this.#last.memoryBytes,
      heldBackMs: Math.round(this.#cpu?.heldBackMs ?? 0),
    };
  }

  look(nowMs: number): void {
    const usage = this.#link.usage?.(nowMs);
    if (!usage) return;
    this.#last = usage;
    this.#measure(nowMs, usage);
    const { memoryBytes } = this.#bounds;
    if (memoryBytes !== undefined && usage.memoryBytes > memoryBytes) {
      this.#link.end(
        `it took ${inMb(usage.memoryBytes)} MB of memory, ${inMb(memoryBytes)} are allowed`,
      );
      return;
    }
    if (this.#cpu) this.#pause(this.#cpu.look(nowMs, usage.cpuMs));
    this.#tell(nowMs);
  }

  /** Lets it run from now on, whatever it uses: it is to end. */
  letGo(): void {
    this.#pause(false);
  }

  #pause(isPaused: boolean): void {
    // Who is stopped may have started something meanwhile that is not.
    if (isPaused || this.#isPaused) this.#link.pause?.(isPaused);
    this.#isPaused = isPaused;
  }

  #measure(nowMs: number, { cpuMs }: Usage): void {
    const { fromMs, cpuMs: before } = this.#window;
    const elapsedMs = nowMs - fromMs;
    if (fromMs === 0) this.#window = { fromMs: nowMs, cpuMs, percent: 0 };
    else if (elapsedMs >= WINDOW_MS) {
      const percent = 100 * Math.max(0, cpuMs - before) / elapsedMs;
      this.#window = { fromMs: nowMs, cpuMs, percent };
    }
  }

  #tell(nowMs: number): void {
    const { heldBackMs } = this.usage;
    const newMs = heldBackMs - this.#told.heldBackMs;
    if (newMs < TELL_FROM_MS || nowMs - this.#told.atMs < TELL_EVERY_MS) return;
    this.#told = { atMs: nowMs, heldBackMs };
    const percent = Math.round(100 * this.#bounds.cpuShare!);
    this.#log.warning(
      `it wants more CPU time than max_cpu_percent (${percent}) gives it, and is held back`,
    );
  }
}

function inMb(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
