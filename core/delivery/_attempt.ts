/** One write to a sink, with a time limit. */
import { type FormattedAlert, type Sink, SinkError, type SinkErrorOptions } from "../plugin/mod.ts";

export interface Attempt {
  readonly sink: Sink;
  /** Aborts when no more is to be tried. */
  readonly stop: AbortSignal;
  /** Absent: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** Told when it has taken so long; it goes on. */
  readonly blockedMs: number;
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

/** What went wrong; absent when the batch has arrived. Never rejects. */
export async function attempt(
  batch: readonly FormattedAlert[],
  { sink, stop, timeoutMs, blockedMs, onBlocked }: Attempt,
): Promise<unknown> {
  const overdue = new AbortController();
  const signal = AbortSignal.any([stop, overdue.signal]);
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const after = <T>(ms: number, value: T) =>
    new Promise<T>((resolve) => timers.add(setTimeout(() => resolve(value), ms)));
  if (blockedMs > 0) timers.add(setTimeout(onBlocked, blockedMs));
  try {
    const written = sink.write(batch, { signal }).then(() => undefined, (error) => error ?? "?");
    if (timeoutMs === undefined) return await written;
    const outcome = await Promise.race([written, after(timeoutMs, LATE)]);
    if (outcome !== LATE) return outcome;
    const late = overdueBy(timeoutMs);
    overdue.abort(late);
    // A write that cannot be ended, as that of a pipe nobody reads, may still succeed: with another
    // one beside it alerts would arrive twice, and out of order.
    const done = new AbortController();
    const ending = await Promise.race([
      written,
      aborted(stop, done.signal).then(() => after(GRACE_MS, late)),
    ]).finally(() => done.abort());
    if (ending === undefined) return undefined;
    return ending instanceof SinkError ? overdueBy(timeoutMs, told(ending)) : late;
  } catch (error) {
    return error ?? "?";
  } finally {
    for (const timer of timers) clearTimeout(timer);
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
