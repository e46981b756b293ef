/** What becomes of a capture or log that is played. */

/**
 * `faulty`: not everything that should have gone out did, or not everything that came in was right.
 * `unread`: whoever was to read it left.
 */
export type Played = "right" | "faulty" | "unread";
export type Play = (path: string, signal: AbortSignal) => Promise<Played>;
