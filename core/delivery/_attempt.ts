/** Writes to a sink, one after the other, each with a time limit. */
import {
  type FormattedAlert,
  type Sink,
  SinkError,
  type SinkErrorOptions,
  type WriteContext,
} from "../plugin/mod.ts";
import { Alarm } from "./_alarm.ts";

export interface AttemptOptions {
  readonly sink: Sink;
  /** Aborts when no more is to be tried. */
  readonly stop: AbortSignal;
  /** Absent: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** 0: never. */
  readonly blockedMs: number;
  /** Told when a write has taken `blockedMs`; it goes on. */
  readonly onBlocked: () => void;
}

/** A sink that does not end its write when falcod ends is left to itself after so long. */
const GRACE_MS = 1000;
const LATE = Symbol("late");

/** Nobody knows what became of the batch, but for what the sink says of it. */
function overdueBy(
  timeoutMs: number,
  { accepted = 0, unclear = Infinity }: Pick<SinkErrorOptions, "accepted" | "unclear"> = {},
): SinkError {
  return new SinkError("unavailable", `no answer within ${timeoutMs} ms`, { accepted, unclear });
}

export class Attempts {
  readonly #options: AttemptOptions;
  readonly #blocked = new Alarm();
  readonly #overdue = new Alarm();
  #isWriting = false;

  constructor(options: AttemptOptions) {
    this.#options = options;
    options.stop.addEventListener("abort", () => {
      if (!this.#isWriting) this.#clear();
    }, { once: true });
  }

  /** What went wrong; absent when the batch has arrived. Never rejects; one at a time. */
  async write(batch: readonly FormattedAlert[]): Promise<unknown> {
    const { sink, stop, blockedMs, onBlocked } = this.#options;
    const context = new Context(stop);
    this.#isWriting = true;
    if (blockedMs > 0) this.#blocked.set(blockedMs, onBlocked);
    try {
      const written = sink.write(batch, context).then(() => undefined, (error) => error ?? "?");
      return await this.#outcomeOf(written, context);
    } catch (error) {
      return error ?? "?";
    } finally {
      this.#isWriting = false;
      this.#blocked.putOff();
      this.#overdue.putOff();
      if (stop.aborted) this.#clear();
    }
  }

  async #outcomeOf(written: Promise<unknown>, context: Context): Promise<unknown> {
    const { stop, timeoutMs } = this.#options;
    if (timeoutMs === undefined) return await written;
    const outcome = await new Promise<unknown>((resolve) => {
      written.then(resolve);
      this.#overdue.set(timeoutMs, () => resolve(LATE));
    });
    if (outcome !== LATE) return outcome;
    const late = overdueBy(timeoutMs);
    context.abort(late);
    // A write that cannot be ended, as that of a pipe nobody reads, may still succeed: with another
    // one beside it alerts would arrive twice, and out of order.
    const done = new AbortController();
    const grace = () =>
      new Promise<unknown>((resolve) => this.#overdue.set(GRACE_MS, () => resolve(late)));
    const ending = await Promise.race([written, aborted(stop, done.signal).then(grace)])
      .finally(() => done.abort());
    if (ending === undefined) return undefined;
    return ending instanceof SinkError ? overdueBy(timeoutMs, told(ending)) : late;
  }

  #clear(): void {
    this.#blocked.clear();
    this.#overdue.clear();
  }
}

/** Many a write is done before anything could end it: its signal is made for those who ask. */
class Context implements WriteContext {
  readonly #stop: AbortSignal;
  #overdue: AbortController | undefined;
  #reason: SinkError | undefined;
  #signal: AbortSignal | undefined;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  get signal(): AbortSignal {
    return this.#signal ??= this.#newSignal();
  }

  /** The write has taken too long. */
  abort(reason: SinkError): void {
    this.#reason = reason;
    this.#overdue?.abort(reason);
  }

  #newSignal(): AbortSignal {
    this.#overdue = new AbortController();
    if (this.#reason) this.#overdue.abort(this.#reason);
    return AbortSignal.any([this.#stop, this.#overdue.signal]);
  }
}

function told({ accepted, unclear }: SinkError): Pick<SinkErrorOptions, "accepted" | "unclear"> {
  return {
    ...accepted !== undefined && { accepted },
    ...unclear !== undefined && { unclear },
  };
}

/** Resolves when `signal` aborts; looks no more at it once `done` has. */
function aborted(signal: AbortSignal, done: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true, signal: done })
  );
}
