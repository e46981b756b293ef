/** Finds out what containers are called and run, beside the events: an alert never waits for it. */
import type { ContainerEngine, Logger } from "../plugin/mod.ts";
import type { Container } from "../state/mod.ts";
import { pause } from "./pause.ts";

export interface ContainerLookupOptions {
  readonly engines: readonly ContainerEngine[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Gets the container as it is known now. */
  readonly found: (container: Container) => void;
}

/** Containers asked about at once; a host that starts hundreds of them must not flood its engine. */
const MAX_UNDER_WAY = 4;
/** Waiting beyond that is not asked about: the table keeps what the cgroup says. */
const MAX_WAITING = 1024;
/** An engine may not know a container yet when its first process runs. */
const RETRY_AFTER_MS = [100, 500, 2000] as const;

export class ContainerLookup {
  readonly #options: ContainerLookupOptions;
  readonly #waiting: Container[] = [];
  readonly #failing = new Set<string>();
  #underWay = 0;
  #skipped = 0;

  constructor(options: ContainerLookupOptions) {
    this.#options = options;
  }

  /** Containers nobody asked about because too many came at once. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Asks the engines soon; returns at once. */
  ask(container: Container): void {
    if (this.#options.engines.length === 0 || this.#options.signal.aborted) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#skipped++;
      return;
    }
    this.#waiting.push(container);
    this.#next();
  }

  #next(): void {
    while (this.#underWay < MAX_UNDER_WAY) {
      const container = this.#waiting.shift();
      if (!container) return;
      this.#underWay++;
      this.#inspect(container).finally(() => {
        this.#underWay--;
        this.#next();
      });
    }
  }

  /** Never rejects. */
  async #inspect(container: Container): Promise<void> {
    const { signal, found } = this.#options;
    for (const waitMs of [0, ...RETRY_AFTER_MS]) {
      await pause(waitMs, signal);
      if (signal.aborted) return;
      for (const engine of this.#options.engines) {
        const info = await this.#askOne(engine, container.fullId);
        if (!info) continue;
        found({ ...container, ...info, id: container.id, engine: container.engine, known: true });
        return;
      }
    }
  }

  async #askOne(engine: ContainerEngine, fullId: string) {
    try {
      const info = await engine.inspect(fullId, this.#options.signal);
      this.#failing.delete(engine.name);
      return info;
    } catch (error) {
      if (this.#options.signal.aborted || this.#failing.has(engine.name)) return undefined;
      this.#failing.add(engine.name);
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.log.warning(`Container engine "${engine.name}" does not answer: ${reason}`);
      return undefined;
    }
  }
}
