/** How a sink says that it could not write. */

/**
 * - `closed`: the other end is gone for good; the sink will never write again.
 * - `unavailable`: it did not work this time; a later attempt may.
 * - `rejected`: the other end does not want this batch; sending it again is useless.
 */
export type SinkErrorCode = "closed" | "unavailable" | "rejected";

export class SinkError extends Error {
  override readonly name = "SinkError";

  constructor(readonly code: SinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
