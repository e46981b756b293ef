/** Changing what is installed. Each change happens as a whole or not at all. */
import { dirname, join } from "node:path";
import { reasonOf } from "../../base/mod.ts";
import type { PluginPermissions } from "../permissions.ts";
import { guarded } from "./guard.ts";
import { sha256Of } from "./installed.ts";
import {
  type InstalledFile,
  type LockEntry,
  lockFileOf,
  NEW_PREFIX,
  OLD_PREFIX,
  readLockFile,
  syncFolder,
  writeLockFile,
  writeNewFile,
} from "./lock_file.ts";
import { versionFolder } from "./places.ts";
import type { Signer } from "./signer.ts";
import { PackageError } from "./trouble.ts";

/** What is to be installed; every file has been checked. */
export interface Installation {
  readonly name: string;
  readonly version: string;
  readonly kind: LockEntry["kind"];
  readonly requested: string;
  readonly from: string;
  readonly registry?: string | undefined;
  readonly integrity: string | undefined;
  readonly signer?: Signer | undefined;
  /** Nobody has looked whether `signer` has signed it. */
  readonly unverified?: boolean;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly granted: PluginPermissions;
}

/**
 * Puts the plugin in place of the version that is there. `mayReplace` sees that one, under the lock,
 * and throws where it must stay. The new lock file is what makes the change.
 */
export async function install(
  folder: string,
  wanted: Installation,
  { mayReplace = () => {} }: { readonly mayReplace?: (there: LockEntry | undefined) => void } = {},
): Promise<LockEntry> {
  return await guarded(folder, async () => {
    const entries = await readLockFile(folder);
    const there = entries.find(({ name }) => name === wanted.name);
    mayReplace(there);
    const entry = await entryOf(wanted);
    const others = entries.filter(({ name }) => name !== entry.name);
    // Before anything is moved: what cannot be noted is not installed.
    const lock = lockFileOf(folder, [...others, entry]);
    return await told(folder, async () => {
      await removeLeftovers(folder);
      await putInPlace(folder, wanted);
      await writeLockFile(folder, lock);
      await removeOthers(folder, entry);
      return entry;
    });
  });
}

async function entryOf(wanted: Installation): Promise<LockEntry> {
  const { name, version, kind, requested, from, registry, integrity, signer, granted } = wanted;
  const files: InstalledFile[] = [];
  for (const [path, bytes] of wanted.files) {
    files.push({ path, sizeBytes: bytes.length, sha256: await sha256Of(bytes) });
  }
  return {
    name,
    version,
    kind,
    requested,
    from,
    ...registry !== undefined && { registry },
    ...integrity !== undefined && { integrity },
    ...signer !== undefined && { signer },
    ...wanted.unverified && { unverified: true },
    files,
    granted: copyOf(granted),
    installedAt: new Date().toISOString(),
  };
}

/** The entry that was removed; absent: none of that name is installed. */
export async function uninstall(folder: string, name: string): Promise<LockEntry | undefined> {
  return await guarded(folder, async () => {
    const entries = await readLockFile(folder);
    const entry = entries.find((entry) => entry.name === name);
    if (!entry) return undefined;
    await told(folder, async () => {
      await removeLeftovers(folder);
      await writeLockFile(folder, lockFileOf(folder, entries.filter((other) => other !== entry)));
      await removeTree(join(folder, name));
    });
    return entry;
  });
}

async function putInPlace(folder: string, wanted: Installation): Promise<void> {
  const place = versionFolder(folder, wanted.name, wanted.version);
  const made = await Deno.makeTempDir({ dir: folder, prefix: NEW_PREFIX });
  for (const [path, bytes] of wanted.files) {
    const target = join(made, path);
    await Deno.mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeNewFile(target, bytes);
  }
  await Deno.chmod(made, 0o755);
  await syncFolder(made);
  await makeFolderOf(place);
  if (await isThere(place)) {
    await Deno.rename(place, await Deno.makeTempDir({ dir: folder, prefix: OLD_PREFIX }));
  }
  await Deno.rename(made, place);
  await syncFolder(dirname(place));
}

/** Of a name, a folder; a link or a file that somebody put there gives way. */
async function makeFolderOf(place: string): Promise<void> {
  const folder = dirname(place);
  if (await isThere(folder) && !(await Deno.lstat(folder)).isDirectory) await Deno.remove(folder);
  await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
}

/** Of those who were interrupted: whoever holds the lock is alone here. */
async function removeLeftovers(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(NEW_PREFIX) || name.startsWith(OLD_PREFIX)) {
      await removeTree(join(folder, name));
    }
  }
}

/** Versions that nobody uses any more. */
async function removeOthers(folder: string, { name, version }: LockEntry): Promise<void> {
  for await (const other of Deno.readDir(join(folder, name))) {
    if (other.name !== version) await removeTree(join(folder, name, other.name));
  }
  await removeLeftovers(folder);
}

/** Links are removed, not followed. */
async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function copyOf({ net, read, write, env, run, ffi }: PluginPermissions): LockEntry["granted"] {
  return {
    net: [...net],
    read: [...read],
    write: [...write],
    env: [...env],
    run: [...run],
    ffi: [...ffi],
  };
}

async function told<Result>(folder: string, change: () => Promise<Result>): Promise<Result> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError("I020", `Cannot change the plugins in "${folder}": ${reasonOf(error)}`, {
      help: "nothing else was changed; there may be no room on the disk, or no right to write",
      cause: error,
    });
  }
}
