/** Alerts on standard output, one line each; the lines of a batch go out in one write. */
import {
  type ByteWriter,
  type FormattedAlert,
  LineWriteError,
  LineWriter,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { schema, type StdoutConfig } from "./schema.ts";

export class StdoutSink implements Sink {
  readonly #lines = new LineWriter();

  constructor(readonly writer: ByteWriter = Deno.stdout) {}

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    try {
      await this.#lines.write(batch, this.writer, context);
    } catch (error) {
      throw error instanceof LineWriteError ? sinkError(error) : error;
    }
  }

  /** Nothing to do: every write has reached the descriptor, which is not ours to close. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function sinkError({ message, cause, accepted }: LineWriteError): SinkError {
  const closed = cause instanceof Deno.errors.BrokenPipe ||
    cause instanceof Deno.errors.BadResource || codeOf(cause) === "EBADF";
  const options = { cause, accepted };
  return closed
    ? new SinkError("closed", `Nobody reads standard output any more: ${message}`, options)
    : new SinkError("unavailable", `Cannot write to standard output: ${message}`, options);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

const plugin: SinkPlugin<StdoutConfig> = {
  kind: "sink",
  name: "stdout",
  summary: "Standard output, one alert a line",
  schema,
  isAlone: true,
  create: () => new StdoutSink(),
};
export default plugin;
