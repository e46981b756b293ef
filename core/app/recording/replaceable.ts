/** What `falcod record -w` may write over: a slip in a name is not to cost anybody another file. */
import { InputError, isStandardOutput, openCapture } from "../../scap/mod.ts";

/** How every capture begins, in either byte order: the type of its first block. */
const BEGINNING = [0x0a, 0x0d, 0x0d, 0x0a] as const;

export class ReplaceError extends Error {
  override readonly name = "ReplaceError";
  readonly code = "no-capture";
  readonly help = "choose another name, or remove that file";
}

/** Throws ReplaceError where a file has the name and is neither empty nor a capture. */
export async function checkReplaceable(path: string): Promise<void> {
  if (isStandardOutput(path) || await isReplaceable(path)) return;
  throw new ReplaceError(`Cannot replace "${path}": it is no capture`);
}

/** False where a file has the name and is neither empty nor a capture. */
export async function isReplaceable(path: string): Promise<boolean> {
  return !holdsSomething(path) || await beginsAsCapture(path);
}

/** Not devices and pipes, which take what comes; links are refused where files are created. */
function holdsSomething(path: string): boolean {
  try {
    const { isFile, size } = Deno.lstatSync(path);
    return isFile && size > 0;
  } catch {
    return false;
  }
}

/** Compressed or not, and whatever it is called. */
async function beginsAsCapture(path: string): Promise<boolean> {
  const head = new Uint8Array(BEGINNING.length);
  try {
    const input = await openCapture(path);
    try {
      for (let known = 0, got; known < head.length; known += got) {
        got = await input.read(head.subarray(known));
        if (got === 0) return false;
      }
    } finally {
      input.close();
    }
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
  return BEGINNING.every((byte, index) => head[index] === byte);
}
