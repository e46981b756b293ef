/** Where the bytes of a capture go. */
import { refuseNamedPipe } from "./_named_pipe.ts";
import { reasonOf } from "./_reason.ts";

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
  constructor(readonly code: OutputErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

export interface CaptureFileOptions {
  /** With gzip. */
  readonly compress?: boolean;
  /**
   * Refuse a file that is there, and a link that leads elsewhere: for names that others can foresee, in
   * folders where others can write. Otherwise it is emptied.
   */
  readonly refuseExisting?: boolean;
}

/** Arguments and buffers of programs are in a capture: nobody else may read it. */
const CAPTURE_MODE = 0o600;

/** Creates a capture file; throws OutputError. */
export async function createCapture(
  path: string,
  { compress = false, refuseExisting = false }: CaptureFileOptions = {},
): Promise<ScapOutput> {
  let file: Deno.FsFile;
  try {
    await refuseNamedPipe(path);
    file = await Deno.open(path, {
      write: true,
      create: true,
      createNew: refuseExisting,
      truncate: !refuseExisting,
      mode: CAPTURE_MODE,
    });
  } catch (error) {
    throw new OutputError("create-failed", `Cannot create capture "${path}": ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const output = new FileOutput(path, file);
  return compress ? new GzipOutput(output) : output;
}

class FileOutput implements ScapOutput {
  writtenBytes = 0;
  readonly #path: string;
  readonly #file: Deno.FsFile;

  constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      let taken: number;
      try {
        taken = await this.#file.write(rest);
      } catch (error) {
        const message = `Cannot write capture "${this.#path}": ${reasonOf(error)}`;
        throw new OutputError("write-failed", message, { cause: error });
      }
      this.writtenBytes += taken;
      rest = rest.subarray(taken);
    }
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}

class GzipOutput implements ScapOutput {
  readonly #file: FileOutput;
  readonly #packer = new CompressionStream("gzip");
  readonly #writer = this.#packer.writable.getWriter();
  readonly #done: Promise<void>;
  #failure: unknown;

  constructor(file: FileOutput) {
    this.#file = file;
    this.#done = this.#pump().catch((error) => {
      this.#failure = error;
    });
  }

  get writtenBytes(): number {
    return this.#file.writtenBytes;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#unlessFailed(this.#writer.write(bytes as Uint8Array<ArrayBuffer>));
  }

  async close(): Promise<void> {
    try {
      await this.#unlessFailed(this.#writer.close());
      await this.#unlessFailed(this.#done);
    } finally {
      await this.#file.close();
    }
  }

  /** When the file has failed nobody reads the packer any more, and a step may never end. */
  async #unlessFailed(step: Promise<void>): Promise<void> {
    try {
      await Promise.race([step, this.#done]);
    } catch (error) {
      await this.#done;
      throw this.#failure ?? error;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #pump(): Promise<void> {
    for await (const chunk of this.#packer.readable) await this.#file.write(chunk);
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
