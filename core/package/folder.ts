/** Packages on this machine: folders, as their makers have them, and archives. */
import { basename, join } from "node:path";
import { decodeText, reasonOf, Report } from "../base/mod.ts";
import { MANIFEST_FILE, MAX_MANIFEST_BYTES, readManifest } from "../plugin/manifest.ts";
import { PackageError, packageErrorOf } from "../plugin/store/mod.ts";
import { readArchive } from "./archive.ts";
import { MAX_ARCHIVE_BYTES, MAX_UNPACKED_BYTES } from "./bounds.ts";
import { fetchingOfFalco } from "./falco_artifacts.ts";
import { type FetchedPackage, hintOf } from "./fetched.ts";
import { checkSha256 } from "./integrity.ts";
import type { FolderOrigin } from "./origin.ts";

/** Throws `PackageError`. */
export async function fetchFromPath({ path, sha256 }: FolderOrigin): Promise<FetchedPackage> {
  if ((await look(path)).isDirectory) {
    if (sha256 !== undefined) {
      throw new PackageError("I001", `"${path}" is a folder, which has no SHA-256`, {
        help: "pack it into an archive first, or leave --sha256 out",
      });
    }
    const files = await filesOf(path);
    return { files, from: path, integrity: undefined, notes: [], hint: {} };
  }
  const bytes = await readPlain(path, MAX_ARCHIVE_BYTES);
  const integrity = sha256 === undefined
    ? `sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`
    : await checkSha256(bytes, sha256, `"${path}"`);
  const files = await readArchive(bytes, path);
  return { files, from: path, integrity, notes: [], hint: hintOf(basename(path)) };
}

/** Of a folder only what its manifest names: beside it are sources, tests and whatever else. */
async function filesOf(folder: string): Promise<FetchedPackage["files"]> {
  const text = await readPlain(join(folder, MANIFEST_FILE), MAX_MANIFEST_BYTES);
  const report = new Report();
  const source = decodeText(join(folder, MANIFEST_FILE), text, report);
  const manifest = source && readManifest(source, report, { anyApi: true });
  if (!manifest) throw packageErrorOf(report);
  const files = new Map([[MANIFEST_FILE, text]]);
  const named = [...manifest.entry === undefined ? [] : [manifest.entry]]
    .concat(manifest.files.map(({ path }) => path));
  let leftBytes = MAX_UNPACKED_BYTES;
  for (const path of named) {
    const bytes = await readFileOfFolder(folder, path, leftBytes);
    leftBytes -= bytes.length;
    files.set(path, bytes);
  }
  return files;
}

/** A file of a package, wherever it is in the folder; not one that a link leads to. */
export async function readFileOfFolder(folder: string, path: string, mostBytes: number) {
  await refuseLinks(folder, path);
  return await readPlain(join(folder, path), mostBytes);
}

async function refuseLinks(folder: string, path: string): Promise<void> {
  const parts = path.split("/");
  for (let count = 1; count < parts.length; count++) {
    await look(join(folder, ...parts.slice(0, count)));
  }
}

/** Throws `PackageError`. */
export async function readPlain(path: string, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { isFile, size } = await look(path);
  // Pipes and devices would have to be waited for.
  if (!isFile) throw unusable(path, "it is no file");
  if (size > mostBytes) {
    throw new PackageError("I011", `"${path}" is too large: it has more than ${mostBytes} bytes`, {
      help: "a plugin is one module and a few files",
    });
  }
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw unusable(path, reasonOf(error), error);
  }
}

/** Not where a link leads to: in a package of somebody else's it might be any file of this machine. */
async function look(path: string): Promise<Deno.FileInfo> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(path);
  } catch (error) {
    throw unusable(path, reasonOf(error), error);
  }
  if (info.isSymlink) throw unusable(path, "it is a symbolic link");
  return info;
}

function unusable(path: string, what: string, cause?: unknown): PackageError {
  // Names of registries and packages without what says so are taken for paths.
  const isMissing = cause instanceof Deno.errors.NotFound;
  const elsewhere = isMissing ? "; what is fetched begins with npm:, https:// or oci://" : "";
  const fetching = isMissing ? fetchingOfFalco([basename(path)]) : undefined;
  return new PackageError("I002", `Cannot read "${path}": ${what}`, {
    help: fetching
      ? `Falco's plugin of that name: ${fetching}`
      : `a plugin is a folder with ${MANIFEST_FILE}, or an archive of one${elsewhere}`,
    cause,
  });
}
