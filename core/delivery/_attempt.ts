/** One write to a sink, with a time limit. */
import { type FormattedAlert, type Sink, SinkError } from "../plugin/mod.ts";

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

/** A sink that was told to stop and does not is left to itself after so long. */
const GRACE_MS = 1000;

/** Nobody knows what became of the batch, but for the alerts that the sink says did arrive. */
export class WriteOverdue extends SinkError {
  constructor(timeoutMs: number, accepted = 0) {
    super("unavailable", `no answer within ${timeoutMs} ms`, { accepted });
  }
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
    const late = new WriteOverdue(timeoutMs);
    const outcome = await Promise.race([written, after(timeoutMs, late)]);
    if (outcome !== late) return outcome;
    overdue.abort(late);
    // Two writes at once would mix up the order.
    const ending = await Promise.race([written, after(GRACE_MS, late)]);
    if (ending === undefined) return undefined;
    return ending instanceof SinkError ? new WriteOverdue(timeoutMs, ending.accepted) : late;
  } catch (error) {
    return error ?? "?";
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
