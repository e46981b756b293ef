/** The replay source: plays one capture and ends. */
import {
  type EventNeeds,
  playCapture,
  Replay,
  type ReplayOptions,
  type Source,
  type SourceContext,
  type SourceCounters,
} from "../../../core/mod.ts";
import type { ReplayConfig } from "./schema.ts";

export class ReplaySource implements Source {
  readonly name = "syscall";
  readonly isRecorded = true;
  readonly #config: ReplayConfig;
  readonly #options: ReplayOptions;
  #replay: Replay | undefined;

  constructor(config: ReplayConfig, options: ReplayOptions = {}) {
    this.#config = config;
    this.#options = options;
  }

  /** Ends with the capture, or when so many seconds of it are over. */
  async run(needs: EventNeeds, context: SourceContext): Promise<void> {
    const { passes } = context;
    const { captureFile, seconds = Infinity } = this.#config;
    const most = seconds * 1e9;
    const over = new AbortController();
    const replay = this.#replay = new Replay({
      deliver: (event) => {
        if (event.clockNs - event.originClockNs >= most) {
          over.abort();
          replay.isPaused = true;
          return;
        }
        context.deliver(event);
        if (context.isCrowded) replay.isPaused = true;
      },
      ...passes && { passes },
      change: (change, clockNs) => context.change(change, clockNs),
      seed: (processes) => context.seed(processes),
      account: (change) => context.account(change),
      container: (container) => context.container(container),
    }, this.#options);
    replay.want(needs.eventTypes, needs.fields);
    const signal = AbortSignal.any([context.signal, over.signal]);
    let isReady = false;
    // Asked first when the capture is open: what is not there is not watched.
    const settle = () => {
      if (!isReady) context.ready();
      isReady = true;
      return context.settle();
    };
    try {
      await playCapture(captureFile, replay, { signal, settle });
    } finally {
      this.#tellCuts(replay, context);
    }
  }

  #tellCuts(
    { counters: { textsCut, descriptorsForgotten } }: Replay,
    { log }: SourceContext,
  ): void {
    if (textsCut + descriptorsForgotten === 0) return;
    log.warning(
      `the capture has more in it than is kept at a time: of ${textsCut} threads long arguments, ` +
        `environments and paths were cut, and ${descriptorsForgotten} descriptors were forgotten; ` +
        "events after that show less of them",
    );
  }

  update(needs: EventNeeds): void {
    this.#replay?.want(needs.eventTypes, needs.fields);
  }

  counters(): SourceCounters {
    const { events = 0, unconvertible = 0, threadsLeftOut = 0 } = this.#replay?.counters ?? {};
    const { textsCut = 0, descriptorsForgotten = 0 } = this.#replay?.counters ?? {};
    return {
      played: events,
      "drops.unconvertible": unconvertible,
      threads_left_out: threadsLeftOut,
      texts_cut: textsCut,
      descriptors_forgotten: descriptorsForgotten,
    };
  }
}
