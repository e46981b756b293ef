/** How long to wait before a batch is written again. */

export interface RetrySettings {
  /** Tries after the first one; 0: what fails is lost at once. */
  readonly attempts: number;
  /** Before the second try. */
  readonly firstMs: number;
  /** Waiting doubles up to this. */
  readonly mostMs: number;
}

export const NO_RETRY: RetrySettings = { attempts: 0, firstMs: 0, mostMs: 0 };

/** Nobody keeps us waiting longer, whatever they ask for. */
const LONGEST_ASKED_MS = 15 * 60_000;

/**
 * Doubles with each attempt (0 is the first retry). Between half of it and all of it, by chance: many
 * that failed together should not come back together. What the other end asked for is kept at least.
 */
export function backoffMs(
  attempt: number,
  { firstMs, mostMs }: RetrySettings,
  { askedMs = 0, random = Math.random }: {
    readonly askedMs?: number;
    readonly random?: () => number;
  } = {},
): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 30));
  const own = full / 2 + random() * full / 2;
  return Math.max(own, Math.min(askedMs, LONGEST_ASKED_MS));
}
