/** A capture file while it is written: memory in front, the disk behind. */
import { Recorder, type RecorderOptions } from "../../record/mod.ts";
import {
  type CaptureFileOptions,
  type CaptureOutput,
  createCapture,
  type ScapOutput,
  ScapWriter,
} from "../../scap/mod.ts";
import type { State } from "../../state/mod.ts";

export interface RecordingOptions extends CaptureFileOptions, RecorderOptions {
  readonly path: string;
  /** The file is full before it would be larger. */
  readonly sizeLimitBytes?: number | undefined;
  /** Bytes that may wait for a slow disk; absent: the writer's own bound. */
  readonly pendingLimitBytes?: number | undefined;
  /** Called once when the file cannot be created or written on. */
  readonly onFailure: (error: Error) => void;
}

/** Often enough that little is lost when the machine stops. */
const FLUSH_MS = 200;
const MUCH_BYTES = 256 << 10;

/**
 * Starts at once: what happens before the file is there waits in memory, up to the writer's bound. No
 * call throws, but `close` rejects with OutputError.
 */
export class Recording {
  readonly path: string;
  readonly recorder: Recorder;
  /** There is a file to write to; rejects with OutputError. */
  readonly opened: Promise<CaptureOutput>;
  readonly #writer: ScapWriter;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #onFailure: (error: Error) => void;
  #failed = false;
  #isFlushing = false;

  constructor(state: State, options: RecordingOptions) {
    const { path, sizeLimitBytes, pendingLimitBytes, compress, refuseExisting } = options;
    this.path = path;
    this.#onFailure = options.onFailure;
    const opened = createCapture(path, {
      ...compress !== undefined && { compress },
      ...refuseExisting !== undefined && { refuseExisting },
    });
    this.opened = opened;
    const output = new PromisedOutput(opened);
    this.#writer = new ScapWriter(output, {
      ...sizeLimitBytes !== undefined && { sizeLimitBytes },
      ...pendingLimitBytes !== undefined && { pendingLimitBytes },
    });
    this.recorder = new Recorder(this.#writer, state, options);
    this.#timer = setInterval(() => this.flush(), FLUSH_MS);
  }

  get isFull(): boolean {
    return this.#writer.full;
  }

  get failed(): boolean {
    return this.#failed;
  }

  get eventCount(): number {
    return this.#writer.eventCount;
  }

  /** Those that are in the file: what is left when it cannot be written on. */
  get writtenEvents(): number {
    return this.#writer.writtenEvents;
  }

  /** Of the file, with what is on its way there. */
  get sizeBytes(): number {
    return this.#writer.sizeBytes;
  }

  /** What is in memory and not yet in the file. */
  get pendingBytes(): number {
    return this.#writer.pendingBytes;
  }

  get lostEvents(): number {
    return this.#writer.lostEvents;
  }

  /**
   * What is known before the first event is in the file, which has its name from now on, whatever had
   * it before. Never rejects; false when it failed.
   */
  async begin(): Promise<boolean> {
    this.recorder.begin();
    try {
      await this.#writer.flush();
      (await this.opened).place();
    } catch (error) {
      this.#fail(error as Error);
    }
    return !this.#failed;
  }

  /** Never rejects. Much that came meanwhile does not wait for the clock. */
  async flush(): Promise<void> {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      do await this.#writer.flush(); while (this.#writer.pendingBytes > MUCH_BYTES);
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#isFlushing = false;
  }

  /** Leaves no file, and what had its name before as it was. */
  async discard(): Promise<void> {
    clearInterval(this.#timer);
    const output = await this.opened.catch(() => undefined);
    await this.#writer.flush().catch(() => {});
    output?.discard();
  }

  /** Writes the rest; the file has its name then, if it had not before. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writer.close();
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#onFailure(error);
  }
}

/** An output that is still being opened. */
class PromisedOutput implements ScapOutput {
  #output: ScapOutput | undefined;
  readonly #opening: Promise<ScapOutput>;

  constructor(opening: Promise<ScapOutput>) {
    this.#opening = opening;
    // Who writes is told; nobody may ever do so.
    opening.then((output) => this.#output = output, () => {});
  }

  get writtenBytes(): number {
    return this.#output?.writtenBytes ?? 0;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await (await this.#opening).write(bytes);
  }

  async close(): Promise<void> {
    await (await this.#opening).close();
  }
}
