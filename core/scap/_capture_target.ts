/** Where a capture is written before and after it has its name. */
import { OPEN_ALREADY, refuseNamedPipe } from "./_named_pipe.ts";

/** An open file, or a stream that somebody else opened. */
export interface CaptureTarget {
  write(bytes: Uint8Array): Promise<number>;
  /** Gives it its name, once; what had that name is gone. Throws as `Deno.renameSync`. */
  place(): void;
  /** Never throws. Without its name nothing is left of it. */
  close(): void;
}

/** Arguments and buffers of programs are in a capture: nobody else may read it. */
const CAPTURE_MODE = 0o600;
const TRY_AGAIN_MS = 10;

/** What upstream takes for standard input and output, too. */
const STANDARD_STREAM = "-";

export function isStandardInput(path: string): boolean {
  return path === STANDARD_STREAM || path === "/dev/stdin";
}

export function isStandardOutput(path: string): boolean {
  return path === STANDARD_STREAM || path === "/dev/stdout";
}

/** A name that is free now, for good at once: links are names that are taken. */
export async function createTarget(path: string): Promise<CaptureTarget> {
  return inPlace(
    await Deno.open(path, { write: true, createNew: true, mode: CAPTURE_MODE }),
  );
}

/**
 * In place of what may have the name already: written beside it, so that nothing is lost before
 * `place`, and a file of its own, so that its mode is ours and no link leads elsewhere.
 */
export async function replaceTarget(path: string): Promise<CaptureTarget> {
  if (isStandardOutput(path)) return standardOutput();
  if (OPEN_ALREADY.test(path)) {
    return inPlace(await Deno.open(path, { write: true, truncate: true }));
  }
  if (path === "") throw new Error("its name is empty");
  await refuseNamedPipe(path);
  if (await isDevice(path)) return inPlace(await Deno.open(path, { write: true }));
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const beside = `${folder}.falcod-${crypto.randomUUID()}`;
  const file = await Deno.open(beside, { write: true, createNew: true, mode: CAPTURE_MODE });
  let isPlaced = false;
  return {
    write: (bytes) => file.write(bytes),
    place: () => {
      if (isPlaced) return;
      Deno.renameSync(beside, path);
      isPlaced = true;
    },
    close: () => {
      file.close();
      if (isPlaced) return;
      try {
        Deno.removeSync(beside);
      } catch {
        // somebody else removed it
      }
    },
  };
}

/** True for such as /dev/null, false for a file or nothing; anything else is none to replace. */
async function isDevice(path: string): Promise<boolean> {
  let found: Deno.FileInfo;
  try {
    found = await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  if (found.isDirectory) throw new Error("it is a directory");
  if (found.isSymlink) throw new Error("it is a link; name the file itself");
  if (found.isBlockDevice) throw new Error("it is a disk");
  return found.isCharDevice === true;
}

function inPlace(file: Deno.FsFile): CaptureTarget {
  return {
    write: (bytes) => file.write(bytes),
    place: () => {},
    close: () => file.close(),
  };
}

/** Whoever started falcod closes it. */
function standardOutput(): CaptureTarget {
  return {
    async write(bytes) {
      for (;;) {
        try {
          return await Deno.stdout.write(bytes);
        } catch (error) {
          // The reader's end may be set so, for both.
          if (!(error instanceof Deno.errors.WouldBlock)) throw error;
          await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
        }
      }
    },
    place: () => {},
    close: () => {},
  };
}
