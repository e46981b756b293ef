/** Alerts in a file, one line each. */
import {
  type FormattedAlert,
  LineWriteError,
  LineWriter,
  type Logger,
  type Sink,
  SinkError,
  type WriteContext,
} from "../../../core/mod.ts";
import { OpenFile } from "./open_file.ts";
import { compressNewest, putAside, type RotationSettings } from "./rotate.ts";

export interface FileSettings {
  readonly path: string;
  readonly keepAlive: boolean;
  /** Permissions of files that are made. */
  readonly mode: number;
  readonly rotation: RotationSettings;
}

/** A file that could not be put aside is tried again after so long. */
const ROTATE_AGAIN_MS = 60_000;

export class FileSink implements Sink {
  readonly #settings: FileSettings;
  readonly #log: Logger | undefined;
  readonly #now: () => number;
  readonly #lines = new LineWriter();
  readonly #stop = new AbortController();
  #file: OpenFile | undefined;
  #turn: Promise<void> = Promise.resolve();
  #compressing: Promise<void> = Promise.resolve();
  #notBeforeMs = 0;

  constructor(
    settings: FileSettings,
    { log, now = Date.now }: { readonly log?: Logger; readonly now?: () => number } = {},
  ) {
    this.#settings = settings;
    this.#log = log;
    this.#now = now;
  }

  write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    if (batch.length === 0) return Promise.resolve();
    return this.#inTurn(async () => {
      try {
        this.#file ??= await this.#open();
        if (this.#isDue(batch)) await this.#rotate();
        await this.#lines.write(batch, this.#file, context);
      } catch (error) {
        await this.#close();
        throw sinkError(this.#settings.path, error);
      }
      if (!this.#settings.keepAlive) await this.#close();
    });
  }

  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#close();
      try {
        this.#file = await this.#open();
      } catch (error) {
        throw sinkError(this.#settings.path, error);
      }
      if (!this.#settings.keepAlive) await this.#close();
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#inTurn(() => this.#close());
    await this.#compressing;
  }

  /** One thing at a time has the file. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #open(): Promise<OpenFile> {
    return OpenFile.open(this.#settings.path, this.#settings.mode);
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #isDue(batch: readonly FormattedAlert[]): boolean {
    const { maxSizeBytes, maxAgeMs } = this.#settings.rotation;
    const file = this.#file!;
    if (!file.isRegular || file.sizeBytes === 0 || this.#now() < this.#notBeforeMs) return false;
    if (this.#now() - file.bornMs >= maxAgeMs) return true;
    if (maxSizeBytes === Infinity) return false;
    const units = batch.reduce((sum, { line }) => sum + line.length + 1, 0);
    return file.sizeBytes + units > maxSizeBytes;
  }

  /** An alert in a file that is too long is better than none. */
  async #rotate(): Promise<void> {
    const { rotation: { keep, compress }, mode } = this.#settings;
    const { path } = this.#file!;
    await this.#compressing;
    try {
      await putAside(path, keep);
    } catch (error) {
      this.#notBeforeMs = this.#now() + ROTATE_AGAIN_MS;
      this.#log?.warning(`Cannot put ${path} aside, it goes on growing: ${reasonOf(error)}`);
      return;
    }
    await this.#close();
    this.#file = await this.#open();
    if (!compress) return;
    const { signal } = this.#stop;
    this.#compressing = compressNewest(path, { mode, signal }).catch((error) => {
      this.#log?.warning(`Cannot compress ${path}.1: ${reasonOf(error)}`);
    });
  }
}

function sinkError(path: string, error: unknown): SinkError {
  const accepted = error instanceof LineWriteError ? error.accepted : 0;
  return new SinkError("unavailable", `Cannot write to ${path}: ${reasonOf(error)}`, {
    cause: error,
    accepted,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENXIO: "nobody reads from this FIFO",
  EISDIR: "it is a directory",
  ENOSPC: "the disk is full",
};

function reasonOf(error: unknown): string {
  const cause = error instanceof LineWriteError ? error.cause : error;
  const known = cause instanceof Error && "code" in cause && REASONS[String(cause.code)];
  return known || (cause instanceof Error ? cause.message : String(cause));
}
