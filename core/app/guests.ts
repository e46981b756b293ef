/** Plugins of third parties, as this process can start them. */
import { fileURLToPath } from "node:url";
import { privileges } from "../../ffi/mod.ts";
import { isBinary, ownProgram } from "../base/mod.ts";
import { Guests, type GuestsOptions } from "../plugin/third_party/guests.ts";
import type { Host } from "./host.ts";

type Environment = Host["environment"];

export function guestsOf({ environment }: Pick<Host, "environment">): Guests {
  return new Guests({
    program: ownProgram(),
    environment,
    ...runtimeNeeds(environment),
    starting: privileges.handingOn,
  });
}

/** From source the runtime reads falcod itself, and the packages it has fetched for it. */
export function runtimeNeeds(
  environment: Environment,
): Pick<GuestsOptions, "runtimeFolders" | "runtimeEnvironment"> {
  if (isBinary()) return { runtimeFolders: [], runtimeEnvironment: {} };
  const cache = cacheFolder(environment);
  return {
    runtimeFolders: [fileURLToPath(new URL("../..", import.meta.url)), cache],
    runtimeEnvironment: { DENO_DIR: cache },
  };
}

/** As `deno info` tells it. */
function cacheFolder(environment: Environment): string {
  const given = environment("DENO_DIR");
  if (given) return given;
  const caches = environment("XDG_CACHE_HOME") || `${environment("HOME") || "/root"}/.cache`;
  return `${caches}/deno`;
}
