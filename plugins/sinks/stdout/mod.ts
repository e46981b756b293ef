/** Alerts on standard output, one line each; the lines of a batch go out in one write. */
import { setTimeout } from "node:timers/promises";
import { type FormattedAlert, type Sink, SinkError, type SinkPlugin } from "../../../core/mod.ts";
import { schema, type StdoutConfig } from "./schema.ts";

/** Where the bytes go; may take fewer than it is given. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<number>;
}

export class StdoutSink implements Sink {
  readonly #encoder = new TextEncoder();
  /** A write failed inside a line: the next batch must not continue it. */
  #insideLine = false;

  constructor(readonly writer: ByteWriter = Deno.stdout) {}

  async write(batch: readonly FormattedAlert[]): Promise<void> {
    const lines = batch.map(({ line }) => `${line}\n`).join("");
    const bytes = this.#encoder.encode(this.#insideLine ? `\n${lines}` : lines);
    let written = 0;
    try {
      while (written < bytes.length) {
        const count = await this.#take(bytes.subarray(written));
        if (count <= 0) throw new SinkError("unavailable", "standard output takes no bytes");
        written += count;
      }
    } catch (error) {
      throw sinkError(error);
    } finally {
      if (written > 0) this.#insideLine = bytes[written - 1] !== NEWLINE;
    }
  }

  /** A descriptor that somebody has made non-blocking says so when its reader is behind: it is full, not broken. */
  async #take(bytes: Uint8Array): Promise<number> {
    for (;;) {
      try {
        return await this.writer.write(bytes);
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await setTimeout(TRY_AGAIN_MS);
      }
    }
  }

  /** Nothing to do: every write has reached the descriptor, which is not ours to close. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const NEWLINE = 0x0a;
const TRY_AGAIN_MS = 10;

function sinkError(error: unknown): SinkError {
  if (error instanceof SinkError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const closed = error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource || codeOf(error) === "EBADF";
  return closed
    ? new SinkError("closed", `Nobody reads standard output any more: ${reason}`, { cause: error })
    : new SinkError("unavailable", `Cannot write to standard output: ${reason}`, { cause: error });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

const plugin: SinkPlugin<StdoutConfig> = {
  kind: "sink",
  name: "stdout",
  summary: "Standard output, one alert a line",
  schema,
  create: () => new StdoutSink(),
};
export default plugin;
