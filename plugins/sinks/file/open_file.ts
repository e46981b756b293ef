/** A file that is open for alerts. */
import { close, constants, fstat, open, type Stats, write } from "node:fs";
import { access, stat } from "node:fs/promises";
import { promisify } from "node:util";
import type { ByteWriter } from "../../../core/mod.ts";
import { trustedPath } from "./trusted_path.ts";

const { W_OK, X_OK, O_WRONLY, O_APPEND, O_NONBLOCK, O_NOFOLLOW, O_CREAT, O_EXCL, O_DIRECTORY } =
  constants;
const FLAGS = O_WRONLY | O_APPEND | O_NONBLOCK;
/** A file without a name, gone as soon as it is closed; node:fs has no name for it: open(2). */
const O_TMPFILE = 0o20000000 | O_DIRECTORY;
const closed = promisify(close);

/** What is no regular file takes so much at once, all of it or nothing: pipe(7). */
const PIPE_BUF = 4096;

export class OpenFile implements ByteWriter {
  readonly #descriptor: number;

  private constructor(
    descriptor: number,
    /** Without links. */
    readonly path: string,
    readonly isRegular: boolean,
    /** Of what it holds. */
    public sizeBytes: number,
    /** When it was made, where the file system knows; else when it was last written to. */
    readonly bornMs: number,
  ) {
    this.#descriptor = descriptor;
  }

  /**
   * Makes the file where there is none. Never waits: a FIFO without a reader is an error. Rejects
   * with what is wrong, in words that continue "Cannot write to X:".
   */
  static async open(path: string, mode: number): Promise<OpenFile> {
    const userId = Deno.uid() ?? 0;
    const target = await trustedPath(path, userId);
    const isDescriptor = target.found === undefined && target.path.startsWith("/proc/");
    const flags = target.found || isDescriptor
      ? FLAGS | (isDescriptor ? 0 : O_NOFOLLOW)
      : FLAGS | O_CREAT | O_EXCL;
    const descriptor = await opened(target.path, flags, mode);
    try {
      const stats = await statOf(descriptor);
      if (!isDescriptor) {
        // Whoever changed the way in between has not led us elsewhere.
        const { found } = await trustedPath(path, userId);
        if (found?.ino !== stats.ino || found.dev !== stats.dev) {
          throw new Error("it was replaced while it was opened");
        }
      }
      const bornMs = stats.birthtimeMs > 0 ? stats.birthtimeMs : stats.mtimeMs;
      return new OpenFile(descriptor, target.path, stats.isFile(), stats.size, bornMs);
    } catch (error) {
      await closed(descriptor);
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (!this.isRegular) {
      const part = bytes.subarray(0, PIPE_BUF);
      await writeAll(this.#descriptor, part);
      return part.length;
    }
    try {
      await writeAll(this.#descriptor, bytes);
      this.sizeBytes += bytes.length;
      return bytes.length;
    } catch (error) {
      // A disk that is full takes what still fits.
      const { size } = await statOf(this.#descriptor);
      const count = Math.min(bytes.length, size - this.sizeBytes);
      if (count <= 0) throw error;
      this.sizeBytes = size;
      return count;
    }
  }

  close(): Promise<void> {
    return closed(this.#descriptor);
  }
}

export interface FileFault {
  readonly what: string;
  /** It is there, and not for this user to write to. */
  readonly isForbidden: boolean;
}

/** Why there can be no such file, or nothing be written to it; none is made or changed. Never rejects. */
export async function fileFault(path: string): Promise<FileFault | undefined> {
  try {
    const target = await trustedPath(path, Deno.uid() ?? 0);
    if (!target.found && target.path.startsWith("/proc/")) return undefined;
    const stats = target.found && await stat(target.path);
    if (stats?.isDirectory()) throw new Error("it is a directory");
    const folder = target.path.slice(0, target.path.lastIndexOf("/")) || "/";
    if (target.found) await access(target.path, W_OK);
    else await access(folder, W_OK | X_OK);
    // Of root access() tells nothing but what the permissions say: not that nobody may write there.
    if (stats?.isFile()) await opens(target.path, FLAGS | O_NOFOLLOW);
    else if (!stats) await opens(folder, O_WRONLY | O_TMPFILE);
    return undefined;
  } catch (error) {
    const reason = accessReason(error);
    return { what: `cannot write to "${path}": ${reason}`, isForbidden: reason === FORBIDDEN };
  }
}

/** Rejects with what file systems that are read-only say, and with nothing else. */
async function opens(path: string, flags: number): Promise<void> {
  try {
    await closed(await opened(path, flags, 0o600));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EROFS") throw error;
  }
}

function accessReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ACCESS_REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

const FORBIDDEN = "falcod may not";
const ACCESS_REASONS: Readonly<Record<string, string>> = {
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: "the file system is read-only",
};

function opened(path: string, flags: number, mode: number): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, flags, mode, (error, descriptor) => error ? reject(error) : resolve(descriptor!));
  });
}

function statOf(descriptor: number): Promise<Stats> {
  return new Promise((resolve, reject) => {
    fstat(descriptor, (error, stats) => error ? reject(error) : resolve(stats));
  });
}

function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error) => error ? reject(error) : resolve());
  });
}
