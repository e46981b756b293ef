/** The folder of a spool: falcod's alone, and of one falcod at a time. */

export interface FolderClaim extends AsyncDisposable {
  readonly folder: string;
}

const ROOT = 0;
/** Those who may write beside its owner. */
const WRITABLE_BY_OTHERS = 0o022;

/** Makes the folder and its parents where they are not there; rejects when it cannot be had. */
export async function claimFolder(folder: string): Promise<FolderClaim> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const { isDirectory, uid, mode } = await Deno.lstat(folder);
  if (!isDirectory) throw new Error(`"${folder}" is no folder`);
  if (uid !== Deno.uid() && uid !== ROOT || ((mode ?? 0) & WRITABLE_BY_OTHERS) !== 0) {
    throw new Error(
      `"${folder}" may be written by others: chmod 700 and chown it to falcod's user`,
    );
  }
  const path = `${folder}/lock`;
  // A named pipe would be waited for.
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found && !found.isFile) throw new Error(`"${path}" is no file: remove it`);
  const lock = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  try {
    if (!await lock.tryLock(true)) throw new Error(`"${folder}" is in use by another falcod`);
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => {
      lock.close();
      return Promise.resolve();
    },
  };
}
