/** One at a time may change what is installed. */
import { join } from "node:path";
import { reasonOf } from "../../base/mod.ts";
import { checkFolder, GUARD_FILE } from "./places.ts";
import { PackageError } from "./trouble.ts";

const LOOK_MS = 50, WAIT_MS = 30_000;

/**
 * Runs `change` while nobody else changes the folder, which is made where there is none. The kernel
 * lets go of the lock when its holder ends, however it does. Throws `PackageError` (I020, I022).
 */
export async function guarded<Result>(
  folder: string,
  change: () => Promise<Result>,
  { waitMs = WAIT_MS }: { readonly waitMs?: number } = {},
): Promise<Result> {
  using file = await openGuard(folder);
  for (let waitedMs = 0; !await file.tryLock(true); waitedMs += LOOK_MS) {
    if (waitedMs >= waitMs) {
      throw new PackageError("I022", `Somebody else is changing the plugins in "${folder}"`, {
        help: "try again when the other falcod plugin command has ended",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return await change();
}

async function openGuard(folder: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
    await checkFolder(folder);
    return await Deno.open(join(folder, GUARD_FILE), { create: true, write: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError("I020", `Cannot write to "${folder}": ${reasonOf(error)}`, {
      help: error instanceof Deno.errors.PermissionDenied
        ? "run it as root, or name a folder of your own with --dir"
        : "name another folder with --dir",
      cause: error,
    });
  }
}
