/** Where the bytes of a capture come from. */
import { Buffer } from "node:buffer";
import { readPackedFile, reasonOf } from "../base/mod.ts";
import { isStandardInput } from "./_capture_target.ts";
import { GunzipInput } from "./_gunzip_input.ts";
import { NamedPipe, refuseNamedPipe } from "./_named_pipe.ts";

/** The bytes of a capture, decompressed. */
export interface ScapInput {
  /** Writes at least one byte to the start of `into` and says how many; 0 at the end. */
  read(into: Uint8Array): number | Promise<number>;
  close(): void;
}

/** What a file or standard input is: `Deno.FsFile` and `Deno.stdin` have this shape. */
export interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
  /** Only of files, which let nobody wait. */
  readSync?(into: Uint8Array): number | null;
  close(): void;
}

export type InputErrorCode = "open-failed" | "read-failed" | "bad-gzip";

/** A capture that cannot be opened, read on or decompressed. */
export class InputError extends Error {
  override readonly name = "InputError";
  /** What to do about it. */
  readonly help: string | undefined;

  constructor(
    readonly code: InputErrorCode,
    message: string,
    options?: ErrorOptions & { readonly help?: string | undefined },
  ) {
    super(message, options);
    this.help = options?.help;
  }
}

/** Opens a capture, compressed with gzip or not, or standard input for `-`; throws InputError. */
export async function openCapture(path: string): Promise<ScapInput> {
  let file: ByteSource;
  try {
    file = await openSource(path);
  } catch (error) {
    throw new InputError("open-failed", `Cannot open ${captureIn(path)}: ${reasonOf(error)}`, {
      cause: error,
      help: helpFor(error, path),
    });
  }
  try {
    return await captureInput(file);
  } catch (error) {
    file.close();
    if (!(error instanceof InputError)) throw error;
    const { code, cause } = error;
    throw new InputError(code, `Cannot read ${captureIn(path)}: ${reasonOf(cause)}`, { cause });
  }
}

function helpFor(error: unknown, path: string): string | undefined {
  if (error instanceof NamedPipe) return error.help("<");
  return error instanceof Directory ? `name the captures in it: ${path}/*.scap` : undefined;
}

class Directory extends Error {
  constructor() {
    super("it is a directory");
  }
}

/** What to call a capture that is read: `capture "x.scap"`. */
export function captureIn(path: string): string {
  return isStandardInput(path) ? "the capture on standard input" : `capture "${path}"`;
}

async function openSource(path: string): Promise<ByteSource> {
  if (!isStandardInput(path)) {
    const own = readPackedFile(path);
    if (own) return inMemory(own);
    await refuseNamedPipe(path);
    return await openFile(path);
  }
  if (Deno.stdin.isTerminal()) throw new Error("it is a terminal");
  // Whoever started falcod closes it.
  return { read: (into) => Deno.stdin.read(into), close: () => {} };
}

/** What is at hand is read at once; of whatever else was opened nobody knows when it has something. */
async function openFile(path: string): Promise<ByteSource> {
  const file = await Deno.open(path);
  try {
    const { isFile, isDirectory } = await file.stat();
    if (isDirectory) throw new Directory();
    if (isFile) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  return { read: (into) => file.read(into), close: () => file.close() };
}

/** So many reads in a row let nobody else have a turn. */
const READS_IN_A_ROW = 32;

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** Looks at the first bytes to see whether the rest has to be decompressed, as upstream does. */
export async function captureInput(source: ByteSource): Promise<ScapInput> {
  const head = Buffer.alloc(GZIP_MAGIC.length);
  let known = 0;
  while (known < head.length) {
    const got = await readSource(source, head.subarray(known));
    if (got === 0) break;
    known += got;
  }
  const plain = new PlainInput(source, head.subarray(0, known));
  return GZIP_MAGIC.every((byte, index) => head[index] === byte) ? new GunzipInput(plain) : plain;
}

/** A capture in memory that is not compressed. */
export function memoryInput(bytes: Uint8Array): ScapInput {
  return { read: readerOf(bytes), close() {} };
}

/** A capture in memory, compressed or not, to be looked at as a file is. */
function inMemory(bytes: Uint8Array): ByteSource {
  const readSync = readerOf(bytes);
  return { readSync, read: (into) => Promise.resolve(readSync(into)), close() {} };
}

function readerOf(bytes: Uint8Array): (into: Uint8Array) => number {
  let at = 0;
  return (into) => {
    const part = bytes.subarray(at, at + into.length);
    into.set(part);
    at += part.length;
    return part.length;
  };
}

class PlainInput implements ScapInput {
  readonly #source: ByteSource;
  /** Read already. */
  #head: Uint8Array;
  #readsLeft = READS_IN_A_ROW;

  constructor(source: ByteSource, head: Uint8Array) {
    this.#source = source;
    this.#head = head;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.#head.length === 0) return this.#read(into);
    const part = this.#head.subarray(0, into.length);
    into.set(part);
    this.#head = this.#head.subarray(part.length);
    return part.length;
  }

  close(): void {
    this.#source.close();
  }

  #read(into: Uint8Array): number | Promise<number> {
    if (this.#source.readSync === undefined || --this.#readsLeft === 0) {
      this.#readsLeft = READS_IN_A_ROW;
      return readSource(this.#source, into);
    }
    try {
      return this.#source.readSync(into) ?? 0;
    } catch (error) {
      throw readFailure(error);
    }
  }
}

function readFailure(error: unknown): InputError {
  return new InputError("read-failed", `the file cannot be read: ${reasonOf(error)}`, {
    cause: error,
  });
}

async function readSource(source: ByteSource, into: Uint8Array): Promise<number> {
  try {
    return await source.read(into) ?? 0;
  } catch (error) {
    throw readFailure(error);
  }
}
