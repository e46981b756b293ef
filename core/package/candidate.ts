/** What has been fetched, looked at: what it is, and which of its files would be installed. */
import { decodeText, Report } from "../base/mod.ts";
import { API_VERSION, isVersion } from "../plugin/api_version.ts";
import {
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  PLUGIN_NAME,
  type PluginManifest,
  readManifest,
} from "../plugin/manifest.ts";
import { NO_PERMISSIONS, pluginPath, type PluginPermissions } from "../plugin/permissions.ts";
import {
  type LockEntry,
  PackageError,
  packageErrorOf,
  sha256Of,
  type Signer,
} from "../plugin/store/mod.ts";
import { type FetchedPackage, withoutWrapper } from "./fetched.ts";
import type { PackageFiles } from "./tar.ts";

export interface Candidate {
  readonly name: string;
  readonly version: string;
  readonly kind: LockEntry["kind"];
  readonly description: string;
  /** Absent: it is a library, which has none. */
  readonly manifest: PluginManifest | undefined;
  /** What it asks for; a library is not asked, it can do everything. */
  readonly permissions: PluginPermissions;
  /** Those that would be installed, each with the hash that the manifest says. */
  readonly files: PackageFiles;
  /** How many other files are in the package. */
  readonly otherFiles: number;
  readonly from: string;
  /** The registry of npm that it came from; absent: it is of none. */
  readonly registry: string | undefined;
  readonly integrity: string | undefined;
  /** Who has to have signed it, and who did; absent: nobody has to, and it was not looked at. */
  readonly signer: Signer | undefined;
  readonly signedBy: string | undefined;
  readonly notes: readonly string[];
}

/** Whether somebody has to have signed it, and nobody has looked. */
export function isUnverified({ signer, signedBy }: Candidate): boolean {
  return signer !== undefined && signedBy === undefined;
}

/** Throws `PackageError`: a manifest that is wrong, or files that are not as it says. */
export async function candidateOf(fetched: FetchedPackage): Promise<Candidate> {
  const all = withoutWrapper(fetched.files, MANIFEST_FILE);
  const found = all.has(MANIFEST_FILE)
    ? await packageOf(all, fetched)
    : libraryOf(all, fetched) ?? await rulesOf(all, fetched);
  if (!found) throw noPackage(all);
  const { from, registry, integrity, signer, signedBy, notes } = fetched;
  const otherFiles = all.size - found.files.size;
  return { ...found, otherFiles, from, registry, integrity, signer, signedBy, notes };
}

type Found = Omit<
  Candidate,
  "otherFiles" | "from" | "registry" | "integrity" | "signer" | "signedBy" | "notes"
>;

async function packageOf(all: PackageFiles, { from }: FetchedPackage): Promise<Found> {
  const text = all.get(MANIFEST_FILE)!;
  const report = new Report();
  if (text.length > MAX_MANIFEST_BYTES) {
    throw new PackageError("I011", `The manifest is too large: it has ${text.length} bytes`, {
      help: `a manifest has ${MAX_MANIFEST_BYTES} bytes at most`,
    });
  }
  // Files of falcod's own may be in UTF-16; JSON is UTF-8 where it is handed on (RFC 8259, 8.1).
  if (text[0] === 0xff || text[0] === 0xfe) {
    throw new PackageError("P001", "The manifest is not in UTF-8", {
      help: "tell whoever made it: it has to be saved as UTF-8",
    });
  }
  const source = decodeText(`${from} ${MANIFEST_FILE}`, text, report);
  const manifest = source && readManifest(source, report);
  if (!manifest) throw packageErrorOf(report);
  const files = new Map([[MANIFEST_FILE, text]]);
  for (const { path, sha256 } of namedFiles(manifest)) {
    const bytes = all.get(path);
    if (!bytes) throw wrongFile(path, "the manifest names it, and it is not in the package");
    const found = await sha256Of(bytes);
    if (found !== sha256) throw wrongFile(path, `it has the SHA-256 ${found}, not ${sha256}`);
    files.set(path, bytes);
  }
  const { name, version, kind, description, permissions } = manifest;
  return { name, version, kind, description, manifest, permissions, files };
}

function namedFiles({ entry, sha256, files }: PluginManifest) {
  return entry === undefined || sha256 === undefined ? files : [{ path: entry, sha256 }, ...files];
}

/** One of Falco's plugins, as falcoctl has them: a library, and papers. */
function libraryOf(all: PackageFiles, { hint }: FetchedPackage): Found | undefined {
  const libraries = [...all.keys()].filter((path) => /^[\w][\w.+-]*\.so$/.test(path));
  const [path] = libraries;
  if (path === undefined || libraries.length > 1) return undefined;
  const name = nameOf(hint.name ?? path.replace(/^lib/, "").replace(/\.so$/, ""));
  return {
    name,
    version: versionOf(hint.version),
    kind: "library",
    description: `one of Falco's plugins (${path})`,
    manifest: undefined,
    permissions: NO_PERMISSIONS,
    files: new Map([[path, all.get(path)!]]),
  };
}

/** Rules, as falcoctl has them: nothing but files of YAML. They get a manifest here. */
async function rulesOf(all: PackageFiles, { hint }: FetchedPackage): Promise<Found | undefined> {
  const rules = [...all].filter(([path]) =>
    /^[^/]+\.ya?ml$/.test(path) && pluginPath.safeParse(path).success
  );
  const others = [...all.keys()].filter((path) => !/\.ya?ml$|^(?:README|LICENSE)/i.test(path));
  if (rules.length === 0 || others.length > 0) return undefined;
  const [[first]] = rules as [[string, Uint8Array]];
  const name = nameOf(hint.name ?? first.replace(/\.ya?ml$/, ""));
  const text = JSON.stringify({
    name,
    version: versionOf(hint.version),
    kind: "rules",
    description: `Rules as falcoctl has them: ${rules.map(([path]) => path).join(", ")}`
      .slice(0, 1000),
    api: `^${API_VERSION}`,
    files: await Promise.all(
      rules.map(async ([path, bytes]) => ({ path, sha256: await sha256Of(bytes) })),
    ),
  });
  const report = new Report();
  const source = decodeText(MANIFEST_FILE, new TextEncoder().encode(text), report);
  const manifest = source && readManifest(source, report);
  if (!manifest) throw packageErrorOf(report);
  const { version, kind, description, permissions } = manifest;
  const files = new Map([[MANIFEST_FILE, new TextEncoder().encode(text)], ...rules]);
  return { name, version, kind, description, manifest, permissions, files };
}

/** Names of falcoctl have what ours do not, as in `Falco.Rules`. */
function nameOf(given: string): string {
  const name = given.toLowerCase().replace(/[^a-z0-9_-]+/g, "-").replace(/^[^a-z]+|[-_]+$/g, "");
  if (PLUGIN_NAME.test(name)) return name;
  throw new PackageError("I013", `"${given.slice(0, 100)}" cannot be the name of a plugin`, {
    help: "names are letters, digits, - and _; tell whoever made the package",
  });
}

function versionOf(given: string | undefined): string {
  const version = given?.replace(/^v/, "") ?? "0.0.0";
  return isVersion(version) ? version : "0.0.0";
}

function wrongFile(path: string, what: string): PackageError {
  return new PackageError("I014", `The package is not as its manifest says: "${path}": ${what}`, {
    help: "tell whoever made it; falcod plugin pack writes the hashes of a plugin of yours anew",
  });
}

function noPackage(files: PackageFiles): PackageError {
  const names = [...files.keys()].slice(0, 5).join(", ") || "nothing";
  return new PackageError("I013", `There is no plugin in the package: no ${MANIFEST_FILE}`, {
    help: `there is ${names}; falcod plugin new makes a plugin to begin with`,
  });
}
