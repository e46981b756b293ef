/** Holding everything that is installed against the lock file. */
import { join } from "node:path";
import type { Diagnostic } from "../../base/mod.ts";
import { openInstalled } from "./installed.ts";
import { type LockEntry, NEW_PREFIX, OLD_PREFIX, readLockFile } from "./lock_file.ts";
import { GUARD_FILE, LOCK_FILE, versionFolder } from "./places.ts";
import { PackageError } from "./trouble.ts";

/** Of one plugin that is told. */
const MOST_SURPLUS = 100;

export interface Verified {
  readonly entry: LockEntry;
  /** None: all is as it was installed. */
  readonly problems: readonly Diagnostic[];
}

/** Of one plugin or of all; throws `PackageError` (I020, I021) for the folder and the lock file. */
export async function verifyInstalled(folder: string, name?: string): Promise<readonly Verified[]> {
  const entries = (await readLockFile(folder))
    .filter((entry) => name === undefined || entry.name === name);
  const verified: Verified[] = [];
  for (const entry of entries) {
    const problems = [...await problemsOf(folder, entry), ...await surplusOf(folder, entry)];
    verified.push({ entry, problems });
  }
  return verified;
}

/** What is in the folder and in no lock file: nothing loads it. */
export async function strangersIn(folder: string): Promise<readonly string[]> {
  const known = new Set([GUARD_FILE, LOCK_FILE]);
  for (const { name } of await readLockFile(folder)) known.add(name);
  const strangers: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const isLeftover = name.startsWith(NEW_PREFIX) || name.startsWith(OLD_PREFIX);
      if (!known.has(name) && !isLeftover) strangers.push(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return strangers.sort();
}

async function problemsOf(folder: string, entry: LockEntry): Promise<readonly Diagnostic[]> {
  try {
    await openInstalled(folder, entry, { anyApi: true });
    return [];
  } catch (error) {
    if (error instanceof PackageError) return error.diagnostics;
    throw error;
  }
}

async function surplusOf(folder: string, entry: LockEntry): Promise<readonly Diagnostic[]> {
  const own = versionFolder(folder, entry.name, entry.version);
  const known = new Set(entry.files.map(({ path }) => path));
  const folders = new Set(entry.files.flatMap(({ path }) => foldersOf(path)));
  const found: Diagnostic[] = [];
  // A folder that is nobody's is told as a whole: it may be deeper than a path can be.
  const visit = async (place: string, prefix: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(place)) {
      const path = `${prefix}${name}`;
      if (isDirectory && folders.has(path)) await visit(join(place, name), `${path}/`);
      else if (!known.has(path) && found.length < MOST_SURPLUS) {
        found.push(...surplus(join(place, name)).diagnostics);
      }
    }
  };
  await visit(own, "").catch(() => {}); // that it is missing has been said
  return found;
}

/** Of `a/b/c`: `a` and `a/b`. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

function surplus(path: string): PackageError {
  return new PackageError("I023", `"${path}" was not installed with its plugin`, {
    help: "nothing loads it; remove it, and find out who put it there",
  });
}
