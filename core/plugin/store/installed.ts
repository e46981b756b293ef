/** Installed plugins, as they are when they are to be loaded. */
import { join } from "node:path";
import { decodeText, type Finding, Report } from "../../base/mod.ts";
import { MANIFEST_FILE, type PluginManifest, readManifest } from "../manifest.ts";
import { grantedOf, type PluginPermissions } from "../permissions.ts";
import { type InstalledFile, type LockEntry, readLockFile } from "./lock_file.ts";
import { checkFolder, checkOwn, versionFolder } from "./places.ts";
import { PackageError, packageErrorOf } from "./trouble.ts";

interface Found {
  readonly name: string;
  readonly version: string;
  /** `<dir>/<name>/<version>` */
  readonly folder: string;
  readonly entry: LockEntry;
}

/** Code or rules of a third party. */
export interface InstalledPackage extends Found {
  readonly kind: "package";
  readonly manifest: PluginManifest;
  /** What the operator granted of what the manifest asks for. */
  readonly granted: PluginPermissions;
  /** A file's bytes, whose hash is the one of the lock file whatever happens on disk meanwhile. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** One of Falco's plugins. */
export interface InstalledLibrary extends Found {
  readonly kind: "library";
  readonly libraryPath: string;
}

export type InstalledPlugin = InstalledPackage | InstalledLibrary;

/** Why a plugin cannot be used. */
export interface StoreProblem {
  readonly kind: "problem";
  readonly finding: Finding;
}

/**
 * The plugin of that name, all of its files looked at; absent: none of that name is installed. Never
 * throws for what is on disk.
 */
export async function findInstalled(
  folder: string,
  name: string,
): Promise<InstalledPlugin | StoreProblem | undefined> {
  try {
    const entry = (await readLockFile(folder)).find((entry) => entry.name === name);
    return entry && await openInstalled(folder, entry);
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    const finding = error.diagnostics.find(({ severity }) => severity === "error")!;
    return { kind: "problem", finding };
  }
}

/**
 * Throws `PackageError` (I020, I023) where a file is not as it was installed. With `anyApi`, a plugin that
 * this falcod cannot load can be looked at.
 */
export async function openInstalled(
  folder: string,
  entry: LockEntry,
  { anyApi = false }: { readonly anyApi?: boolean } = {},
): Promise<InstalledPlugin> {
  const { name, version } = entry;
  const own = versionFolder(folder, name, version);
  await checkFolder(folder);
  await checkOwn(join(folder, name), "folder");
  await checkOwn(own, "folder");
  for (const file of entry.files) {
    await checkFoldersOf(own, file.path);
    await readChecked(own, file);
  }
  const found = { name, version, folder: own, entry };
  if (entry.kind === "library") {
    const library = entry.files.find(({ path }) => path.endsWith(".so"));
    if (!library) throw changed(own, "the lock file names no library");
    return { ...found, kind: "library", libraryPath: join(own, library.path) };
  }
  const manifest = await manifestOf(own, entry, anyApi);
  return {
    ...found,
    kind: "package",
    manifest,
    granted: grantedOf(manifest.permissions, entry.granted),
    read: (path) => readChecked(own, fileOf(own, entry, path)),
  };
}

async function manifestOf(
  folder: string,
  entry: LockEntry,
  anyApi: boolean,
): Promise<PluginManifest> {
  const report = new Report();
  const bytes = await readChecked(folder, fileOf(folder, entry, MANIFEST_FILE));
  const source = decodeText(join(folder, MANIFEST_FILE), bytes, report);
  const manifest = source && readManifest(source, report, { anyApi });
  if (!manifest) throw packageErrorOf(report);
  const { name, version, kind } = manifest;
  if (name !== entry.name || version !== entry.version || kind !== entry.kind) {
    throw changed(folder, `its manifest is of the ${kind} "${name}" ${version}`);
  }
  return manifest;
}

function fileOf(folder: string, { files }: LockEntry, path: string): InstalledFile {
  const file = files.find((file) => file.path === path);
  if (!file) throw changed(folder, `"${path}" is not among its files`);
  return file;
}

/** Folders inside a package: none of them leads elsewhere. */
async function checkFoldersOf(folder: string, path: string): Promise<void> {
  const parts = path.split("/").slice(0, -1);
  for (let count = 1; count <= parts.length; count++) {
    await checkOwn(join(folder, ...parts.slice(0, count)), "folder");
  }
}

async function readChecked(folder: string, file: InstalledFile): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, file.path);
  const { size } = await checkOwn(path, "file");
  if (size !== file.sizeBytes) throw changed(path, "its size is another one");
  const bytes = await Deno.readFile(path);
  if (await sha256Of(bytes) !== file.sha256) throw changed(path, "its SHA-256 is another one");
  return bytes;
}

/** In hexadecimal digits, lower case. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

function changed(path: string, what: string): PackageError {
  return new PackageError("I023", `"${path}" is not as it was installed: ${what}`, {
    help: "falcod plugin verify looks at all files; adding the plugin again replaces them",
  });
}
