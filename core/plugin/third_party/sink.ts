/** A sink that is a plugin of a third party. */
import { TO_GUEST } from "../isolated/frames.ts";
import { GuestGone } from "../isolated/conversation.ts";
import type { Supervisor } from "../isolated/supervisor.ts";
import type { FormattedAlert, Sink, WriteContext } from "../plugin.ts";
import { SinkError } from "../sink_error.ts";
import { alertsJson } from "./alert_json.ts";

/** How long a plugin may go on with a batch it was told to let go of. */
const LET_GO_MS = 2000;

export class GuestSink implements Sink {
  readonly #supervisor: Supervisor;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
    // What is wrong with it is told at once, and not with the first alert.
    supervisor.running().catch(() => {});
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const signal = context?.signal;
    const guest = await this.#supervisor.running(signal).catch((cause) => {
      throw new SinkError("unavailable", this.#whyNot(), { cause });
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const letGo = () => {
      timer = setTimeout(() => guest.end("it went on with what it was to let go of"), LET_GO_MS);
    };
    signal?.addEventListener("abort", letGo, { once: true });
    try {
      await guest.ask(TO_GUEST.write, alertsJson(batch), { signal });
    } catch (error) {
      if (!(error instanceof GuestGone)) throw error;
      throw new SinkError("unavailable", `the plugin is gone: ${error.message}`, { cause: error });
    } finally {
      signal?.removeEventListener("abort", letGo);
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#supervisor.stop();
  }

  #whyNot(): string {
    const { reason } = this.#supervisor.status();
    return reason === undefined ? "the plugin does not run yet" : `the plugin is down: ${reason}`;
  }
}
