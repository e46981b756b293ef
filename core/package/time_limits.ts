/** How long fetching may take: who sends a byte now and then would keep somebody waiting for hours. */
import { DownloadError } from "../http/download.ts";

export interface TimeLimits {
  /** Of one answer, which may have so many bytes. */
  readonly answerMs: (mostBytes: number) => number;
  /** Of all signatures together. What has come by then counts. */
  readonly signaturesMs: number;
  /** Of a package, with all that belongs to it. */
  readonly packageMs: number;
}

const MINUTE_MS = 60_000;
/** A line that is slower is none: an archive of 64 MiB has 15 minutes. */
const SLOWEST_BYTES_PER_MS = 80;

export const TIME_LIMITS: TimeLimits = {
  answerMs: (mostBytes) => MINUTE_MS + mostBytes / SLOWEST_BYTES_PER_MS,
  signaturesMs: 2 * MINUTE_MS,
  packageMs: 20 * MINUTE_MS,
};

interface Stoppable {
  readonly signal?: AbortSignal;
}

/** What is asked for with what `run` is given fails with "too-slow" when the time is over. */
export async function inTime<Asking extends Stoppable, Result>(
  asking: Asking,
  { mostMs, what }: { readonly mostMs: number; readonly what: string },
  run: (asking: Asking) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const message = `${what} takes longer than ${Math.round(mostMs / 1000)} seconds`;
  const timer = setTimeout(() => over.abort(new DownloadError("too-slow", message)), mostMs);
  const { signal } = asking;
  try {
    return await run({
      ...asking,
      signal: signal ? AbortSignal.any([over.signal, signal]) : over.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}
