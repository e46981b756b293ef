/** `falcod-plugins.lock.json`: what is installed, where it came from, and what it may do. */
import { join } from "node:path";
import * as z from "zod";
import { parseBoundedJson, reasonOf, TooMuchJson } from "../../base/mod.ts";
import { isVersion } from "../api_version.ts";
import { PLUGIN_KINDS, PLUGIN_NAME } from "../manifest.ts";
import { permissionsSchema, pluginPath } from "../permissions.ts";
import { checkOwn, LOCK_FILE } from "./places.ts";
import { signerSchema } from "./signer.ts";
import { PackageError } from "./trouble.ts";

/** A library is a plugin of Falco's (`.so`): native code that no worker holds back. */
export const INSTALLED_KINDS = [...PLUGIN_KINDS, "library"] as const;

const MAX_LOCK_BYTES = 8 << 20;
/** As many as fit into it. */
const LOCK_BOUNDS = { depth: 8, values: 500_000 };
const MAX_PLUGINS = 1000, MAX_FILES = 1001;
const text = (max: number) => z.string().min(1).max(max);

const installedFile = z.strictObject({
  path: pluginPath,
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const installed = z.strictObject({
  name: z.string().regex(PLUGIN_NAME),
  version: z.string().refine(isVersion),
  kind: z.enum(INSTALLED_KINDS),
  /** As it was asked for; `falcod plugin update` asks for it again. */
  requested: text(4096),
  /** What that was: an exact version, a digest. */
  from: text(4096),
  /** The registry of npm that it came from, without credentials; absent: it is of none. */
  registry: text(4096).optional(),
  /** Of what was fetched: `sha512-…` as npm writes it, or `sha256:…`; of a folder: none. */
  integrity: text(200).optional(),
  /** Who has to sign it, also when it is updated; absent: nobody. */
  signer: signerSchema.optional(),
  /** Nobody has looked whether `signer` has signed it. */
  unverified: z.literal(true).optional(),
  files: z.array(installedFile).min(1).max(MAX_FILES),
  /** At most what the manifest asks for. */
  granted: permissionsSchema,
  /** RFC 3339. */
  installedAt: z.iso.datetime(),
});

const lockSchema = z.strictObject({
  formatVersion: z.literal(1),
  plugins: z.array(installed).max(MAX_PLUGINS).superRefine((plugins, context) => {
    if (new Set(plugins.map(({ name }) => name)).size !== plugins.length) {
      context.addIssue({ code: "custom", message: "one plugin twice" });
    }
  }),
});

export type InstalledFile = Readonly<z.output<typeof installedFile>>;
export type LockEntry = Readonly<z.output<typeof installed>>;

/** By name; empty where nothing has been installed. Throws `PackageError` (I020, I021). */
export async function readLockFile(folder: string): Promise<readonly LockEntry[]> {
  const path = join(folder, LOCK_FILE);
  if (!await exists(path)) return [];
  const { size } = await checkOwn(path, "file");
  if (size > MAX_LOCK_BYTES) throw damaged(path, `it has more than ${MAX_LOCK_BYTES} bytes`);
  let value: unknown;
  try {
    value = parseBoundedJson(await Deno.readFile(path), LOCK_BOUNDS);
  } catch (error) {
    if (error instanceof TooMuchJson) throw damaged(path, `it has ${error.message}`, error);
    const isNoJson = error instanceof SyntaxError || error instanceof TypeError;
    throw damaged(path, isNoJson ? "it is no JSON" : reasonOf(error), error);
  }
  const result = lockSchema.safeParse(value);
  if (result.success) return result.data.plugins;
  throw damaged(path, problemOf(result.error)!);
}

function problemOf(error: z.ZodError | undefined): string | undefined {
  const [issue] = error?.issues ?? [];
  return issue && `"${issue.path.join(".")}": ${issue.message}`;
}

/** What would be written; throws `PackageError` (I021) where it could not be read again. */
export function lockFileOf(
  folder: string,
  plugins: readonly LockEntry[],
): Uint8Array<ArrayBuffer> {
  const sorted = plugins.toSorted((a, b) => a.name < b.name ? -1 : 1);
  const lock = { formatVersion: 1, plugins: sorted };
  const bytes = new TextEncoder().encode(`${JSON.stringify(lock, null, 2)}\n`);
  const problem = bytes.length > MAX_LOCK_BYTES
    ? `it would have more than ${MAX_LOCK_BYTES} bytes`
    : problemOf(lockSchema.safeParse(lock).error);
  if (problem === undefined) return bytes;
  throw new PackageError("I021", `Cannot write "${join(folder, LOCK_FILE)}": ${problem}`, {
    help:
      "nothing was changed; remove plugins that nobody needs, or name another folder with --dir",
  });
}

/** As a whole or not at all, also when the power fails. */
export async function writeLockFile(
  folder: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const next = join(folder, `${NEW_PREFIX}${LOCK_FILE}`);
  await Deno.remove(next).catch(() => {});
  await writeNewFile(next, content);
  await Deno.rename(next, join(folder, LOCK_FILE));
  await syncFolder(folder);
}

/** Names of what is not yet, or no longer, installed. */
export const NEW_PREFIX = ".new-", OLD_PREFIX = ".old-";

/** Readable by all; rejects where something is there already. On disk when it resolves. */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o644 });
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
}

export async function syncFolder(path: string): Promise<void> {
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new PackageError("I020", `Cannot look at "${path}": ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function damaged(path: string, what: string, cause?: unknown): PackageError {
  return new PackageError("I021", `Cannot use "${path}": ${what}`, {
    help: "restore it, or move it away and add the plugins again: it says what they may do",
    cause,
  });
}
