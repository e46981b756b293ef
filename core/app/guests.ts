/** Plugins of third parties, as this process can start them. */
import { fileURLToPath } from "node:url";
import { isBinary, ownProgram } from "../base/mod.ts";
import { Guests } from "../plugin/third_party/guests.ts";
import type { Host } from "./host.ts";

export function guestsOf({ environment }: Pick<Host, "environment">): Guests {
  const folder = isBinary() ? undefined : cacheFolder(environment);
  return new Guests({
    program: ownProgram(),
    environment,
    // From source the runtime reads falcod itself, and the packages it has fetched for it.
    runtimeFolders: folder ? [fileURLToPath(new URL("../..", import.meta.url)), folder] : [],
    runtimeEnvironment: folder ? { DENO_DIR: folder } : {},
  });
}

/** As `deno info` tells it. */
function cacheFolder(environment: Host["environment"]): string {
  const given = environment("DENO_DIR");
  if (given) return given;
  const caches = environment("XDG_CACHE_HOME") || `${environment("HOME") || "/root"}/.cache`;
  return `${caches}/deno`;
}
