/** A source that is a plugin of a third party. */
import { setImmediate, setTimeout as delay } from "node:timers/promises";
import { GuestGone } from "../isolated/conversation.ts";
import { type Frame, jsonOf, TO_GUEST } from "../isolated/frames.ts";
import type { Supervisor } from "../isolated/supervisor.ts";
import type { DocumentValue } from "../event_documents.ts";
import type { EventNeeds, Source, SourceContext, SourceCounters, SourceHealth } from "../plugin.ts";
import { SinkError } from "../sink_error.ts";
import { DocumentEvent, type Origin, timeNsOf } from "./event.ts";

/** Events are judged for so long, then others get at least so much: a flood of events blinds nobody else. */
const SLICE_MS = 5, OTHERS_MS = 3;

export interface GuestSourceOptions {
  /** Name of the events. */
  readonly name: string;
  readonly pluginName: string;
  readonly supervisor: Supervisor;
}

export class GuestSource implements Source {
  readonly name: string;
  readonly dropsHelp = "look at what the plugin sends: events have to be JSON objects";
  readonly #options: GuestSourceOptions;
  #origin: Origin | undefined;
  #number = 0;
  #notUnderstood = 0;
  #turnEndMs = 0;

  constructor(options: GuestSourceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Until it has no more, or the signal aborts; a plugin that goes comes again. */
  async run(_needs: EventNeeds, context: SourceContext): Promise<void> {
    const { supervisor } = this.#options;
    const { signal } = context;
    // One that is not up yet keeps nobody from watching the rest.
    context.ready();
    try {
      while (!signal.aborted) {
        const guest = await supervisor.running(signal);
        guest.onEvents = (frame) => this.#judge(frame, context).then(() => guest.taken(1));
        const stopped = () => void supervisor.stop();
        signal.addEventListener("abort", stopped, { once: true });
        try {
          await guest.ask(TO_GUEST.run);
          return;
        } catch (error) {
          if (error instanceof SinkError) guest.end(`its source failed: ${error.message}`);
          else if (!(error instanceof GuestGone)) throw error;
          await guest.ended;
          // The supervisor hears of it in the same moment.
          await setImmediate();
        } finally {
          signal.removeEventListener("abort", stopped);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await supervisor.stop();
    }
  }

  update(): void {}

  counters(): SourceCounters {
    return { events: this.#number, "drops.not_understood": this.#notUnderstood };
  }

  health(): SourceHealth {
    const { state, reason } = this.#options.supervisor.status();
    switch (state) {
      case "starting":
      case "running":
        return { state };
      case "stopped":
        return { state: "ended" };
      case "down":
        return { state: "failed", ...reason !== undefined && { detail: reason } };
      default:
        return state satisfies never;
    }
  }

  async #judge(frame: Frame, { deliver, settle }: SourceContext): Promise<void> {
    await this.#turn();
    const events = jsonOf(frame);
    if (!Array.isArray(events)) return void this.#notUnderstood++;
    for (let at = 0; at < events.length; at++) {
      const [timeMs, value] = Array.isArray(events[at]) ? events[at] : [];
      if (isDocument(value)) deliver(this.#eventOf(value, timeMs));
      else this.#notUnderstood++;
      if ((at & 63) === 63) await this.#turn(settle);
    }
    await settle();
  }

  /** Waits for the next turn when this one is over. */
  async #turn(settle?: SourceContext["settle"]): Promise<void> {
    const nowMs = performance.now();
    // After a while without events a turn begins anew.
    if (nowMs > this.#turnEndMs + OTHERS_MS) this.#turnEndMs = nowMs + SLICE_MS;
    if (nowMs < this.#turnEndMs) return;
    await setImmediate();
    await settle?.();
    const leftMs = this.#turnEndMs + OTHERS_MS - performance.now();
    if (leftMs > 0) await delay(leftMs);
    this.#turnEndMs = performance.now() + SLICE_MS;
  }

  #eventOf(value: DocumentValue, timeMs: unknown): DocumentEvent {
    const timeNs = timeNsOf(timeMs);
    const { name: source, pluginName } = this.#options;
    this.#origin ??= { source, pluginName, firstTimeNs: timeNs };
    return new DocumentEvent(value, timeNs, ++this.#number, this.#origin);
  }
}

function isDocument(value: unknown): value is DocumentValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
