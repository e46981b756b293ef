/** Audit logs that are read once: a file, or all files of a directory. */
import { join } from "node:path";
import { InputError } from "./input_error.ts";
import type { AuditInput, AuditIntake, InputContext } from "./intake.ts";
import { LineTaker } from "./line_taker.ts";
import { LineCutter } from "./lines.ts";

const CHUNK_BYTES = 256 << 10;

export class FileInput implements AuditInput {
  readonly #path: string;
  readonly #maxLineBytes: number;

  constructor(path: string, { maxLineBytes }: { readonly maxLineBytes: number }) {
    this.#path = path;
    this.#maxLineBytes = maxLineBytes;
  }

  /**
   * Ends with the last line. What cannot be used of a file is told and passed over; a file that is no
   * audit log at all rejects when the others have been read.
   */
  async run(intake: AuditIntake, { signal, log, ready }: InputContext): Promise<void> {
    const paths = await filesAt(this.#path);
    ready();
    let noLog: string | undefined;
    for (const path of paths) {
      using file = await openFile(path);
      const taker = new LineTaker(intake, { path, log, signal });
      const lines = new LineCutter(this.#maxLineBytes);
      const chunk = new Uint8Array(CHUNK_BYTES);
      for (let size; (size = await readSome(file, chunk, path)) > 0;) {
        for (const line of lines.push(chunk.subarray(0, size))) {
          if (signal.aborted || !await taker.take(line)) return;
        }
      }
      const last = lines.end();
      if (last && !await taker.take(last)) return;
      if (taker.isNoLog) noLog ??= path;
    }
    if (noLog !== undefined) {
      const help = "an audit log has an event, or a list of events, as JSON in every line";
      throw new InputError("no-log", `There are no audit events in "${noLog}"`, { help });
    }
  }
}

/** Rejects as a run would that reads there. */
export async function lookAtFiles(path: string): Promise<void> {
  for (const file of await filesAt(path)) (await openFile(file)).close();
}

/** The file itself, or the files of a directory, those that were written to longest ago first. */
async function filesAt(path: string): Promise<readonly string[]> {
  const { isDirectory, isFile } = await statOf(path);
  if (isFile) return [path];
  if (!isDirectory) {
    const help =
      "name a file of audit events, a directory of such files, or file:///… to follow one";
    throw new InputError("no-file", `"${path}" is neither a file nor a directory`, { help });
  }
  const found: { readonly path: string; readonly time: number }[] = [];
  for await (const { name } of Deno.readDir(path)) {
    const info = await Deno.stat(join(path, name)).catch(() => undefined);
    if (info?.isFile) found.push({ path: join(path, name), time: info.mtime?.getTime() ?? 0 });
  }
  return found.sort((a, b) => a.time - b.time || (a.path < b.path ? -1 : 1))
    .map((file) => file.path);
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    throw openFailed(path, cause);
  }
}

export async function openFile(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (cause) {
    throw openFailed(path, cause);
  }
}

export function openFailed(path: string, cause: unknown): InputError {
  const help = "is the name right, and may falcod read it?";
  return new InputError("open-failed", `Cannot read audit events from "${path}"`, { cause, help });
}

/** How much was read; 0 at the end. */
export async function readSome(
  file: Deno.FsFile,
  chunk: Uint8Array,
  path: string,
): Promise<number> {
  try {
    return await file.read(chunk) ?? 0;
  } catch (cause) {
    throw new InputError("read-failed", `Cannot go on reading audit events of "${path}"`, {
      cause,
    });
  }
}
