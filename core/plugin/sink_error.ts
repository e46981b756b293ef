/** How a sink says that it could not write. */

/**
 * - `closed`: the other end is gone for good; the sink will never write again.
 * - `unavailable`: it did not work this time; a later attempt may.
 * - `rejected`: the other end does not want this batch; sending it again is useless.
 */
export type SinkErrorCode = "closed" | "unavailable" | "rejected";

export interface SinkErrorOptions extends ErrorOptions {
  /** The other end asks not to be tried before (HTTP's `Retry-After`). */
  readonly retryAfterMs?: number;
  /** So many alerts at the beginning of the batch did arrive; the others did not. */
  readonly accepted?: number;
  /**
   * Of `rejected`: so many that follow the accepted ones are not wanted, and what comes after them was
   * not tried. Absent: all that follow.
   */
  readonly refused?: number;
  /**
   * So many that follow the accepted ones may have arrived, as where a connection breaks before the
   * answer: they are marked when they are sent again. `Infinity`: all. Absent: none.
   */
  readonly unclear?: number;
}

export class SinkError extends Error {
  override readonly name = "SinkError";
  readonly retryAfterMs: number | undefined;
  readonly accepted: number | undefined;
  readonly refused: number | undefined;
  readonly unclear: number | undefined;

  constructor(readonly code: SinkErrorCode, message: string, options?: SinkErrorOptions) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
    this.accepted = options?.accepted;
    this.refused = options?.refused;
    this.unclear = options?.unclear;
  }
}
