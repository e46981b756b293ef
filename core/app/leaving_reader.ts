/** An output whose reader may leave when it has seen enough: `falcod replay trace.scap | head`. */
import { type FormattedAlert, type Sink, SinkError, type WriteContext } from "../plugin/mod.ts";

/**
 * What nobody reads any more counts as not fetched, and not as lost. For commands that print what there
 * is; a run that watches has to say that its alerts reach nobody.
 */
export class LeavingReader implements Sink {
  readonly #sink: Sink;
  readonly #onLeft: () => void;
  #read = 0;
  #hasLeft = false;

  constructor(sink: Sink, onLeft: () => void) {
    this.#sink = sink;
    this.#onLeft = onLeft;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (this.#hasLeft) return;
    try {
      await this.#sink.write(batch, context);
      this.#read += batch.length;
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      this.#read += error.accepted ?? 0;
      if (error.code !== "closed") throw error;
      this.#hasLeft = true;
      this.#onLeft();
    }
  }

  /** Gone, or not there in the first place. */
  get isAbsent(): boolean {
    return this.#hasLeft || this.missing() !== undefined;
  }

  async close(): Promise<void> {
    await this.#sink.close();
  }

  async reopen(): Promise<void> {
    await this.#sink.reopen?.();
  }

  missing(): string | undefined {
    return this.#sink.missing?.();
  }

  trouble(): string | undefined {
    return this.#sink.trouble?.();
  }

  fetched(): number | undefined {
    return this.#hasLeft ? this.#read : this.#sink.fetched?.();
  }
}
