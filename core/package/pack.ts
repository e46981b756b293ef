/** A plugin made ready to be handed on: what its manifest says of its files, and an archive of them. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { decodeText, Report, SourceText } from "../base/mod.ts";
import {
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  type PluginManifest,
  readManifest,
} from "../plugin/manifest.ts";
import { packageErrorOf, sha256Of } from "../plugin/store/mod.ts";
import { readFileOfFolder, readPlain } from "./folder.ts";
import { MAX_UNPACKED_BYTES } from "./bounds.ts";
import { writeTar } from "./write_tar.ts";

export interface PackedPlugin {
  readonly manifest: PluginManifest;
  /** Of falcod-plugin.json, with the hashes that its files have. */
  readonly manifestText: string;
  /** Whether the file says so already. */
  readonly isAsWritten: boolean;
  /** A .tgz. */
  readonly archive: Uint8Array<ArrayBuffer>;
  /** What the entry imports: it will not find that where it runs. */
  readonly imports: readonly string[];
}

const UNKNOWN_SHA256 = "0".repeat(64);

/** Reads only what the manifest names, and writes nothing. Throws `PackageError`. */
export async function packFolder(folder: string): Promise<PackedPlugin> {
  const path = join(folder, MANIFEST_FILE);
  const report = new Report();
  const source = decodeText(path, await readPlain(path, MAX_MANIFEST_BYTES), report);
  if (!source) throw packageErrorOf(report);
  // Hashes may still be missing; all else has to be right before a path of it is read.
  const draft = withHashes(source.text, () => UNKNOWN_SHA256);
  const read = draft === undefined ? source : new SourceText(path, draft);
  const manifest = readManifest(read, report);
  if (!manifest) throw packageErrorOf(report);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const hashes = new Map<string, string>();
  let leftBytes = MAX_UNPACKED_BYTES;
  for (const name of [manifest.entry ?? [], manifest.files.map(({ path }) => path)].flat()) {
    const bytes = await readFileOfFolder(folder, name, leftBytes);
    leftBytes -= bytes.length;
    files.set(name, bytes);
    hashes.set(name, await sha256Of(bytes));
  }
  const manifestText = withHashes(source.text, (name) => hashes.get(name)!)!;
  const tar = writeTar(
    new Map([[MANIFEST_FILE, new TextEncoder().encode(manifestText)], ...files]),
  );
  const entry = manifest.entry === undefined ? undefined : files.get(manifest.entry);
  return {
    manifest,
    manifestText,
    isAsWritten: manifestText === source.text,
    archive: new Uint8Array(gzipSync(tar, { level: 9 })),
    imports: entry ? importsOf(new TextDecoder().decode(entry)) : [],
  };
}

/** Absent: it is no JSON in which they could stand. */
function withHashes(text: string, hashOf: (path: string) => string): string | undefined {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(manifest)) return undefined;
  const { entry, files } = manifest;
  const isOf = (file: Record<string, unknown>, path: string) => {
    if (file["sha256"] === hashOf(path)) return false;
    file["sha256"] = hashOf(path);
    return true;
  };
  let isChanged = false;
  if (typeof entry === "string") isChanged = isOf(manifest, entry);
  for (const file of Array.isArray(files) ? files : []) {
    if (!isRecord(file) || typeof file["path"] !== "string") continue;
    isChanged = isOf(file, file["path"]) || isChanged;
  }
  // As its author has written it, unless something is to be written.
  return isChanged ? `${JSON.stringify(manifest, undefined, 2)}\n` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** At the start of a line, as people and bundlers write them. Types leave nothing behind. */
const IMPORT =
  /^\s*(?:import|export)\b(?!\s+type\b)[^;"'`()]{0,4000}?(?:\bfrom\s*)?(["'])([^"'\n]{1,300})\1/gm;

/** What a module takes from other files; the runtime's own modules are there everywhere. */
function importsOf(module: string): readonly string[] {
  const found = [...module.matchAll(IMPORT)]
    .filter(([text]) => /\bfrom\s*["']|^\s*import\s*["']/.test(text))
    .map(([, , name]) => name!)
    .filter((name) => !name.startsWith("node:"));
  return [...new Set(found)];
}
