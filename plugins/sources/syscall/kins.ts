/**
 * Events that are alike (`Event.kin`): they name the same paths and agree in a few numbers, and are
 * found by those without decoding anything.
 */
import { KinSight } from "../../../core/mod.ts";

/** Kept for each set of paths; one path in more kinds of calls than that is rare. */
const MAX_KINS = 16;

class Kin extends KinSight {
  constructor(
    readonly call: number,
    readonly flags: number,
    readonly mode: number,
    readonly file: number,
  ) {
    super();
  }
}

/** The kins of events that name the same paths. */
export class Kins {
  readonly #kins: Kin[] = [];

  /** The kin of those that agree in four 32-bit numbers; absent where there are too many. */
  of(call: number, flags: number, mode: number, file: number): KinSight | undefined {
    const kins = this.#kins;
    for (let i = 0; i < kins.length; i++) {
      const kin = kins[i]!;
      if (kin.call === call && kin.flags === flags && kin.mode === mode && kin.file === file) {
        return kin;
      }
    }
    if (kins.length === MAX_KINS) return undefined;
    const kin = new Kin(call, flags, mode, file);
    kins.push(kin);
    return kin;
  }
}
