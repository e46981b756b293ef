/** Where in a body a payload was that has been cut out of it. */

export interface Origin {
  /** So much stands where it stood in the body: what says that a list of events follows. */
  readonly headBytes: number;
  /** By so much everything behind that stood later in the body; less than 0: sooner. */
  readonly shift: number;
}

/** A payload that is a body. */
export const WHOLE: Origin = { headBytes: 0, shift: 0 };

/** How much later in the body it was than it is in the payload; `offset`: in the body. */
export function shiftAt({ headBytes, shift }: Origin, offset: number): number {
  return offset < headBytes + shift ? 0 : shift;
}

/** Offset in the body of what is at `offset` in the payload. */
export function offsetInBody({ headBytes, shift }: Origin, offset: number): number {
  return offset < headBytes ? offset : offset + shift;
}

/** Of a part of a payload that has an origin itself. */
export function within(whole: Origin, part: Origin): Origin {
  return { headBytes: part.headBytes, shift: whole.shift + part.shift };
}
