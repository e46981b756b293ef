/** Where the bytes of a capture go. */
import { reasonOf } from "../base/mod.ts";
import {
  type CaptureTarget,
  createTarget,
  isStandardOutput,
  replaceTarget,
} from "./_capture_target.ts";
import { GzipOutput } from "./_gzip_output.ts";
import { NamedPipe } from "./_named_pipe.ts";

/** Takes bytes in order. A file that cannot be written rejects with OutputError. */
export interface ScapOutput {
  /** What reached the file, compressed when it is. */
  readonly writtenBytes: number;
  /** The bytes are the caller's again when this is done. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export type OutputErrorCode = "create-failed" | "write-failed";

/** A capture that cannot be created or written on. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** What to do about it. */
  readonly help: string | undefined;

  constructor(readonly code: OutputErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    const { cause } = options ?? {};
    this.help = cause instanceof NamedPipe ? cause.help(">") : undefined;
  }
}

export interface CaptureFileOptions {
  /** With gzip. */
  readonly compress?: boolean;
  /**
   * Refuse a file that is there, and a link that leads elsewhere: for names that others can foresee, in
   * folders where others can write. Otherwise it is replaced, and a link refused.
   */
  readonly refuseExisting?: boolean;
}

/** A capture that may not have its name yet. */
export interface CaptureOutput extends ScapOutput {
  /** It has its name from now on, and what had it before is gone; throws OutputError. */
  place(): void;
  /** Places it as well, if all was written. */
  close(): Promise<void>;
  /** Closes it without placing it: what had its name before still has it. */
  discard(): void;
}

/** Creates a capture file, or writes to standard output for `-`; throws OutputError. */
export async function createCapture(
  path: string,
  { compress = false, refuseExisting = false }: CaptureFileOptions = {},
): Promise<CaptureOutput> {
  let target: CaptureTarget;
  try {
    target = await (refuseExisting ? createTarget(path) : replaceTarget(path));
  } catch (error) {
    throw outputError("create", path, error);
  }
  const output = new FileOutput(path, target);
  return compress ? new GzipOutput(output) : output;
}

function outputError(deed: "create" | "write", path: string, cause: unknown): OutputError {
  const message = `Cannot ${deed} ${captureAt(path)}: ${reasonOf(cause)}`;
  return new OutputError(`${deed}-failed`, message, { cause });
}

function captureAt(path: string): string {
  return isStandardOutput(path) ? "the capture on standard output" : `capture "${path}"`;
}

class FileOutput implements CaptureOutput {
  writtenBytes = 0;
  readonly #path: string;
  readonly #target: CaptureTarget;
  #failed = false;

  constructor(path: string, target: CaptureTarget) {
    this.#path = path;
    this.#target = target;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      let taken: number;
      try {
        taken = await this.#target.write(rest);
      } catch (error) {
        this.#failed = true;
        throw outputError("write", this.#path, error);
      }
      this.writtenBytes += taken;
      rest = rest.subarray(taken);
    }
  }

  place(): void {
    try {
      this.#target.place();
    } catch (error) {
      throw outputError("create", this.#path, error);
    }
  }

  // deno-lint-ignore require-await -- as all outputs, it rejects and does not throw
  async close(): Promise<void> {
    try {
      if (!this.#failed) this.place();
    } finally {
      this.#target.close();
    }
  }

  discard(): void {
    this.#target.close();
  }
}

/** Keeps all in memory. */
export class MemoryOutput implements ScapOutput {
  readonly #parts: Uint8Array[] = [];
  writtenBytes = 0;

  write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes.slice());
    this.writtenBytes += bytes.length;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get bytes(): Uint8Array {
    const all = new Uint8Array(this.writtenBytes);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
