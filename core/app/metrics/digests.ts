/** Fingerprints of what was loaded, to tell machines apart that should not differ. */
import { readPackedFile } from "../../base/mod.ts";
import type { FileDigest, LoadedFiles } from "../../metrics/mod.ts";

/** The files of a run. */
export interface LoadedPaths {
  readonly rules: readonly string[];
  readonly config: readonly string[];
}

/** What cannot be read any more is left out. Never rejects. */
export async function digestsOf({ rules, config }: LoadedPaths): Promise<LoadedFiles> {
  return { rules: await digestAll(rules), config: await digestAll(config) };
}

async function digestAll(paths: readonly string[]): Promise<readonly FileDigest[]> {
  const digests = await Promise.all(paths.map(async (path) => {
    try {
      const bytes = readPackedFile(path) ?? await Deno.readFile(path);
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      return { path, sha256: new Uint8Array(digest).toHex() };
    } catch {
      return undefined;
    }
  }));
  return digests.filter((digest) => digest !== undefined);
}
