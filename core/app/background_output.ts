/**
 * Text written beside the events. Standard error may lead to somebody who does not read (a log service
 * that hangs, `falcod 2>&1 | less`) or to a disk that is full; neither may hold up detection or end it.
 */
import type { Output } from "./host.ts";
import { pause } from "./pause.ts";

/** Where the bytes go; may take fewer than it is given. */
export interface ByteWriter {
  write(bytes: Uint8Array): Promise<number>;
}

/** UTF-16 units that wait at most; as many again may be under way. */
const MAX_WAITING = 256 << 10;
const TRY_AGAIN_MS = 50;

export class BackgroundOutput implements Output {
  readonly #encoder = new TextEncoder();
  readonly #closed = new AbortController();
  #waiting: string[] = [];
  #units = 0;
  #lost = 0;
  #writing: Promise<void> | undefined;

  readonly isTerminal: boolean;
  readonly hasColours: boolean;

  /** Looks like the output that it takes the place of. */
  constructor(readonly writer: ByteWriter, look: Pick<Output, "isTerminal" | "hasColours">) {
    this.isTerminal = look.isTerminal;
    this.hasColours = look.hasColours ?? false;
  }

  /** Returns at once and never throws; what does not fit is left out and counted. */
  write(text: string): void {
    if (this.#units + text.length > MAX_WAITING) {
      this.#lost++;
      return;
    }
    this.#waiting.push(text);
    this.#units += text.length;
    this.#writing ??= this.#run();
  }

  /** Texts that nobody will see. */
  get lost(): number {
    return this.#lost;
  }

  /** Waits until everything is written, but not longer than `timeoutMs`; nothing is written after it. */
  async close(timeoutMs: number): Promise<void> {
    const late = new AbortController();
    await Promise.race([this.#writing, pause(timeoutMs, late.signal)]);
    late.abort();
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed.signal.aborted) {
      const texts = this.#waiting;
      this.#waiting = [];
      this.#units = 0;
      try {
        await this.#writeAll(this.#encoder.encode(texts.join("")));
      } catch {
        // A full disk or a reader that went away: there is no other place to say so.
        this.#lost += texts.length;
      }
    }
    this.#writing = undefined;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed.signal.aborted;) {
      try {
        at += await this.writer.write(bytes.subarray(at));
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await pause(TRY_AGAIN_MS, this.#closed.signal);
      }
    }
  }
}
