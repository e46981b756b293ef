/** A sink whose lines are made by a formatter that answers later. */
import type { FormattedAlert, Formatter, Logger, Sink, WriteContext } from "../plugin/mod.ts";

export interface FormattingSinkOptions {
  readonly sink: Sink;
  readonly formatter: Required<Pick<Formatter, "formatAll">>;
  /** Of the sink, for the log. */
  readonly label: string;
  readonly log: Logger;
}

/** A formatter that fails keeps no alert back: it then goes out with the line it has. */
export class FormattingSink implements Sink {
  readonly #options: FormattingSinkOptions;
  #isFailing = false;

  constructor(options: FormattingSinkOptions) {
    this.#options = options;
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await this.#options.sink.write(await this.#formatted(batch, context?.signal), context);
  }

  async close(): Promise<void> {
    await this.#options.sink.close();
  }

  async reopen(): Promise<void> {
    await this.#options.sink.reopen?.();
  }

  missing(): string | undefined {
    return this.#options.sink.missing?.();
  }

  trouble(): string | undefined {
    return this.#options.sink.trouble?.();
  }

  fetched(): number | undefined {
    return this.#options.sink.fetched?.();
  }

  async #formatted(
    batch: readonly FormattedAlert[],
    signal: AbortSignal | undefined,
  ): Promise<readonly FormattedAlert[]> {
    const { formatter, label, log } = this.#options;
    try {
      const lines = await formatter.formatAll(batch.map(({ alert }) => alert), signal);
      this.#isFailing = false;
      return batch.map(({ alert }, index) => ({ alert, line: lines[index]! }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#isFailing) {
        log.error(`Output "${label}": alerts go out as text, their formatter failed: ${reason}`);
      }
      this.#isFailing = true;
      return batch;
    }
  }
}
