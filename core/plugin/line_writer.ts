/** Batches of alerts as lines, for sinks whose other end takes bytes. */
import { setTimeout } from "node:timers/promises";
import type { FormattedAlert, WriteContext } from "./plugin.ts";

/** Where the bytes go; may take fewer than it is given. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<number>;
}

/** A batch was not written to its end; `cause` says why. */
export class LineWriteError extends Error {
  override readonly name = "LineWriteError";

  /** `accepted`: so many of its first lines are there, whole. */
  constructor(readonly accepted: number, override readonly cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

const NEWLINE = 0x0a;
const TRY_AGAIN_MS = 10;

export class LineWriter {
  readonly #encoder = new TextEncoder();
  /** A write failed inside a line: the next batch must not continue it. */
  #insideLine = false;
  readonly #onTheWayBytes: number;

  /** `onTheWayBytes`: so many of those last written may not have been read when the other end breaks. */
  constructor({ onTheWayBytes = 0 }: { readonly onTheWayBytes?: number } = {}) {
    this.#onTheWayBytes = onTheWayBytes;
  }

  /**
   * Rejects with a `LineWriteError`, also when the signal aborts while the other end is full; it is not
   * asked for before.
   */
  async write(
    batch: readonly FormattedAlert[],
    writer: ByteWriter,
    context?: Pick<WriteContext, "signal">,
  ): Promise<void> {
    const wasInside = this.#insideLine;
    const bytes = this.#bytesOf(batch);
    let written = 0;
    try {
      while (written < bytes.length) {
        const count = await take(writer, bytes.subarray(written), context);
        if (count <= 0) throw new Error("it takes no bytes");
        written += count;
      }
    } catch (error) {
      const ends = newlinesIn(bytes.subarray(0, Math.max(0, written - this.#onTheWayBytes)));
      throw new LineWriteError(Math.max(0, ends - (wasInside ? 1 : 0)), error);
    } finally {
      if (written > 0) this.#insideLine = bytes[written - 1] !== NEWLINE;
    }
  }

  #bytesOf(batch: readonly FormattedAlert[]): Uint8Array {
    const lines = batch.map(({ line }) => `${line}\n`).join("");
    return this.#encoder.encode(this.#insideLine && lines !== "" ? `\n${lines}` : lines);
  }
}

/** A descriptor that does not block says so when its reader is behind: it is full, not broken. */
async function take(
  writer: ByteWriter,
  bytes: Uint8Array,
  context?: Pick<WriteContext, "signal">,
): Promise<number> {
  for (;;) {
    try {
      return await writer.write(bytes);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      const signal = context?.signal;
      if (signal?.aborted) throw new Error("its reader is behind");
      await setTimeout(TRY_AGAIN_MS, undefined, signal && { signal }).catch(() => {});
    }
  }
}

function newlinesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
