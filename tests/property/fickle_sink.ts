/** A sink that nobody can rely on. */
import { setImmediate } from "node:timers/promises";
import { type FormattedAlert, type Sink, SinkError } from "../../core/mod.ts";
import type { Random } from "./random.ts";

/** Takes alerts, refuses them, or takes some; slowly, so that a life can end in the middle. */
export class FickleSink implements Sink {
  constructor(readonly dice: Random, readonly arrived: FormattedAlert[] = []) {}

  async write(batch: readonly FormattedAlert[]): Promise<void> {
    for (let i = this.dice.below(3); i > 0; i--) await setImmediate();
    const mood = this.dice.below(10);
    if (mood < 3) throw new SinkError("unavailable", "not now");
    if (mood > 3) return void this.arrived.push(...batch);
    const accepted = this.dice.below(batch.length + 1);
    this.arrived.push(...batch.slice(0, accepted));
    throw new SinkError("unavailable", "half of it", { accepted });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
