/**
 * Room for bodies that are read, and for what was read until it is done with. When there is none left,
 * the one whose client has taken longest to send it makes room, so that a few that never come whole do
 * not keep out all others.
 */
import { type Body, type BodyOptions, readBody } from "./body.ts";

export interface RoomLimits {
  /** At a time. */
  readonly maxBodies: number;
  /** Of all of them; one is always taken, however large. */
  readonly maxBytes: number;
  /** Nobody is cut off before: where all are as quick as they can, those who come last come again. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 250;

/** What one body takes up, until it is left. */
export interface BodyPlace {
  /** As `readBody`; "no-room" also when it had to make room for others. To be asked once. */
  read(request: Request, options: Omit<BodyOptions, "mayKeep">): Promise<Body>;
  leave(): void;
}

export class BodyRoom {
  readonly #limits: RoomLimits;
  readonly #places = new Set<HeldBody>();
  /** Those that their clients still send and since when, the oldest first. */
  readonly #coming = new Map<HeldBody, number>();
  #heldBytes = 0;

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  /** Absent: all bodies have come and wait for us, and another has to come later. */
  take(): BodyPlace | undefined {
    if (this.#places.size >= this.#limits.maxBodies && !this.#makeRoom()) return undefined;
    const place = new HeldBody({
      mayHold: (place, bytes) => this.#mayHold(place, bytes),
      comes: (place, isComing) => {
        if (isComing) this.#coming.set(place, performance.now());
        else this.#coming.delete(place);
      },
      released: (bytes) => void (this.#heldBytes -= bytes),
      left: (place) => {
        this.#coming.delete(place);
        this.#places.delete(place);
      },
    });
    this.#places.add(place);
    return place;
  }

  #mayHold(place: HeldBody, bytes: number): boolean {
    const { maxBytes } = this.#limits;
    while (this.#heldBytes > place.heldBytes && this.#heldBytes + bytes > maxBytes) {
      if (!this.#makeRoom(place)) return false;
    }
    this.#heldBytes += bytes;
    return true;
  }

  /** False: nobody else is waited for, or not for long. */
  #makeRoom(except?: HeldBody): boolean {
    const latestMs = performance.now() - (this.#limits.patienceMs ?? PATIENCE_MS);
    for (const [place, sinceMs] of this.#coming) {
      if (sinceMs > latestMs) return false;
      if (place === except) continue;
      place.crowdOut();
      return true;
    }
    return false;
  }
}

interface HeldOptions {
  readonly mayHold: (place: HeldBody, bytes: number) => boolean;
  readonly comes: (place: HeldBody, isComing: boolean) => void;
  readonly released: (bytes: number) => void;
  readonly left: (place: HeldBody) => void;
}

class HeldBody implements BodyPlace {
  readonly #options: HeldOptions;
  readonly #crowdedOut = new AbortController();
  heldBytes = 0;

  constructor(options: HeldOptions) {
    this.#options = options;
  }

  async read(request: Request, options: Omit<BodyOptions, "mayKeep">): Promise<Body> {
    const { comes, mayHold } = this.#options;
    const own = this.#crowdedOut.signal;
    const signal = options.signal ? AbortSignal.any([options.signal, own]) : own;
    const { makeRoom } = options;
    comes(this, true);
    const body = await readBody(request, {
      ...options,
      signal,
      mayKeep: (bytes) => {
        if (own.aborted || !mayHold(this, bytes)) return false;
        this.heldBytes += bytes;
        return true;
      },
      ...makeRoom && {
        makeRoom: async (bytes) => {
          comes(this, false);
          const kept = await makeRoom(bytes);
          if (!kept) return undefined;
          this.#release(this.heldBytes - kept.length);
          comes(this, true);
          return kept;
        },
      },
    });
    comes(this, false);
    return own.aborted && body.kind === "broken" ? { kind: "no-room" } : body;
  }

  crowdOut(): void {
    this.#options.left(this);
    this.#release(this.heldBytes);
    this.#crowdedOut.abort();
  }

  leave(): void {
    this.#options.left(this);
    this.#release(this.heldBytes);
  }

  #release(bytes: number): void {
    this.heldBytes -= bytes;
    this.#options.released(bytes);
  }
}
