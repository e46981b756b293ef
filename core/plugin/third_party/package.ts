/** Packages of plugins as they lie on disk, read and checked once: nobody looks at the files again. */
import { join } from "node:path";
import { decodeText, readAtMost, type Report, type Span } from "../../base/mod.ts";
import { MANIFEST_FILE, type PluginManifest, readManifest } from "../manifest.ts";
import { NO_PERMISSIONS, type PluginPermissions } from "../permissions.ts";
import { findInstalled, sha256Of } from "../store/mod.ts";

export interface OpenedPackage {
  readonly manifest: PluginManifest;
  /** The module; empty for packs of rules. */
  readonly entry: Uint8Array;
  /** Files of a pack of rules, in the order of the manifest. */
  readonly rules: readonly PackedRules[];
  /** What was granted when it was installed. */
  readonly granted: PluginPermissions;
}

export interface PackedRules {
  readonly path: string;
  readonly text: string;
}

const MAX_FILE_BYTES = 32 << 20;

type Read = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

/** A folder with a manifest. What is wrong is reported, at `at` where it is about no text. */
export async function openFolder(
  folder: string,
  report: Report,
  at: Span | undefined,
): Promise<OpenedPackage | "wrong" | undefined> {
  const read: Read = async (path) => await readFile(join(folder, path));
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await read(MANIFEST_FILE);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return unreadable(join(folder, MANIFEST_FILE), error, report, at);
  }
  const text = decodeText(join(folder, MANIFEST_FILE), bytes, report);
  const manifest = text && readManifest(text, report);
  if (!manifest) return "wrong";
  return await opened({ folder, manifest, read, granted: NO_PERMISSIONS }, report, at);
}

/** An installed plugin that is a package; absent where none of that name is installed. */
export async function openInstalledPackage(
  pluginsFolder: string,
  name: string,
  report: Report,
  at: Span | undefined,
): Promise<OpenedPackage | "wrong" | undefined> {
  const found = await findInstalled(pluginsFolder, name);
  if (found === undefined) return undefined;
  if (found.kind === "problem") {
    report.add({ ...found.finding, at: found.finding.at ?? at });
    return "wrong";
  }
  if (found.kind === "library") {
    report.add({
      code: "P016",
      title: `plugin "${name}" is a library of Falco's kind`,
      at,
      help: `write library_path: ${found.libraryPath}`,
    });
    return "wrong";
  }
  const { folder, manifest, granted } = found;
  return await opened({ folder, manifest, granted, read: (path) => found.read(path) }, report, at);
}

interface Found {
  readonly folder: string;
  readonly manifest: PluginManifest;
  readonly granted: PluginPermissions;
  readonly read: Read;
}

async function opened(
  { folder, manifest, granted, read }: Found,
  report: Report,
  at: Span | undefined,
): Promise<OpenedPackage | "wrong"> {
  const checked = async (path: string, sha256: string) => {
    try {
      const bytes = await read(path);
      if (await sha256Of(bytes) === sha256) return bytes;
      report.add({
        code: "P017",
        title: `"${join(folder, path)}" is not the file that the manifest describes`,
        at,
        help:
          "its SHA-256 is another one: build the plugin again, or take it from where it is from",
      });
    } catch (error) {
      unreadable(join(folder, path), error, report, at);
    }
    return undefined;
  };
  const { entry: path, sha256 } = manifest;
  const entry = path === undefined ? new Uint8Array(0) : await checked(path, sha256!);
  const rules: PackedRules[] = [];
  for (const file of manifest.kind === "rules" ? manifest.files : []) {
    if (!/\.ya?ml$/.test(file.path)) continue;
    const bytes = await checked(file.path, file.sha256);
    const text = bytes && decodeText(join(folder, file.path), bytes, report);
    if (!text) return "wrong";
    rules.push({ path: text.name, text: text.text });
  }
  return entry ? { manifest, entry, rules, granted } : "wrong";
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { isFile } = await Deno.stat(path);
  if (!isFile) throw new Error("it is no file");
  using file = await Deno.open(path);
  const bytes = readAtMost(file, MAX_FILE_BYTES);
  if (!bytes) throw new Error(`it has more than ${MAX_FILE_BYTES >> 20} MiB`);
  return new Uint8Array(bytes);
}

function unreadable(
  path: string,
  error: unknown,
  report: Report,
  at: Span | undefined,
): "wrong" {
  const reason = error instanceof Error ? error.message : String(error);
  report.add({
    code: "C001",
    title: `cannot read "${path}": ${reason}`,
    at,
    help: "is the plugin whole?",
  });
  return "wrong";
}
