/**
 * The sources of a run. One that breaks does not take the others along: what they see is still seen.
 * (In Falco it does, so that whoever supervises it starts it again.) That it is blind on one eye is
 * told in the log, by an alert and by the endpoint for health checks, which is how Kubernetes gets to
 * start it again; and the run ends with a failure, whenever it ends.
 */
import { type Alert, ownAlert } from "../alert/mod.ts";
import type { Logger, Source, SourceHealth } from "../plugin/mod.ts";

export interface SourceRunsOptions {
  readonly log: Logger;
  readonly hostname: string;
  readonly alert: (alert: Alert) => void;
  /** All that have not failed see events now; their names. Not called when none is left. */
  readonly onReady: (sources: readonly string[]) => void;
}

export interface SourceRun {
  readonly source: Source;
  /** That the engine got from it. */
  events: number;
  /** How often it broke. */
  failures: number;
}

interface State {
  readonly run: SourceRun;
  health: SourceHealth;
}

const RULE = "Falco internal: event source failure";

export class SourceRuns {
  readonly #states: readonly State[];
  readonly #options: SourceRunsOptions;
  #isReady = false;

  constructor(sources: readonly Source[], options: SourceRunsOptions) {
    this.#states = sources.map((source) => ({
      run: { source, events: 0, failures: 0 },
      health: { state: "starting" },
    }));
    this.#options = options;
  }

  /** Some source has seen events, or could have. */
  get wasReady(): boolean {
    return this.#isReady;
  }

  /** In the order they were given. */
  all(): readonly { readonly run: SourceRun; readonly health: SourceHealth }[] {
    return this.#states.map(({ run, health }) => ({
      run,
      health: health.state === "running" ? run.source.health?.() ?? health : health,
    }));
  }

  /** Runs all of them, to the end of the last; rejects then with what broke first, when something did. */
  async runAll(start: (run: SourceRun, ready: () => void) => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    await Promise.all(this.#states.map(async (state) => {
      try {
        await start(state.run, () => this.#ready(state));
        state.health = { state: "ended" };
      } catch (error) {
        failures.push(error);
        this.#fail(state, error);
      }
      this.#tellReady();
    }));
    if (failures.length > 0) throw failures[0];
  }

  #ready(state: State): void {
    state.health = { state: "running" };
    this.#tellReady();
  }

  #tellReady(): void {
    const states = this.#states.map(({ health }) => health.state);
    if (this.#isReady || states.includes("starting")) return;
    const seeing = this.#states.filter(({ health }) => health.state !== "failed");
    if (seeing.length === 0) return;
    this.#isReady = true;
    this.#options.onReady(seeing.map(({ run }) => run.source.name));
  }

  #fail(failed: State, error: unknown): void {
    const reason = reasonOf(error);
    failed.run.failures++;
    failed.health = { state: "failed", detail: reason };
    const others = this.#states
      .filter(({ health: { state } }) => state === "starting" || state === "running")
      .map(({ run }) => run.source.name);
    // The last one's end is the end of the run, which says why.
    if (others.length === 0) return;
    const { name } = failed.run.source;
    const message = `nothing is seen any more of ${name}, only of ${others.join(", ")}: ${reason}`;
    this.#options.log.error(message);
    this.#options.alert(ownAlert({
      rule: RULE,
      priority: "Critical",
      hostname: this.#options.hostname,
      message: `${RULE}: ${message}`,
      fields: [["falcod.source", name], ["falcod.reason", reason]],
    }));
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const help = "help" in error && typeof error.help === "string" ? `; ${error.help}` : "";
  return `${error.message}${help}`;
}
