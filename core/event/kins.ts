/**
 * Events that are alike (`Event.kin`): they name the same paths and agree in a few numbers, and are
 * found by those without decoding anything.
 */
import { KinSight } from "./sight.ts";

/** Kept for each set of paths; one path in more kinds of calls than that is rare. */
const MAX_KINS = 16;

class Kin extends KinSight {
  constructor(
    readonly call: number,
    readonly flags: number,
    readonly mode: number,
    readonly file: number,
    readonly next: Kin | undefined,
  ) {
    super();
  }
}

/**
 * The kins of events that name the same paths. They are a chain: what names a path that was not named
 * for a while finds nothing in a cache, and each look at another object costs as much as judging.
 */
export class Kins {
  #first: Kin | undefined;
  #size = 0;

  /** The kin of those that agree in four 32-bit numbers; absent where there are too many. */
  of(call: number, flags: number, mode: number, file: number): KinSight | undefined {
    for (let kin = this.#first; kin !== undefined; kin = kin.next) {
      if (kin.call === call && kin.flags === flags && kin.mode === mode && kin.file === file) {
        return kin;
      }
    }
    if (this.#size === MAX_KINS) return undefined;
    this.#size++;
    return this.#first = new Kin(call, flags, mode, file, this.#first);
  }
}
