/** What the environment says to Deno in the binary, and what it does not, whoever has set it. */

/** Deno reads the .npmrc in here, which nobody can write. start.ts sets the real one again. */
export const HIDDEN_HOME = "/proc";

/** For as long as Deno starts. A cache where no folder can be keeps everything in memory. */
export const STUB_VARIABLES = {
  DENO_DIR: "/dev/null",
  DENO_NO_UPDATE_CHECK: "1",
  DENO_DISABLE_NODE_SHIM: "1",
  // On a terminal it would complain of that cache: deno cli/cache/cache_db.rs.
  DENO_LOG: "info,deno::cache::cache_db=off",
} as const;

/** Beginnings of variables that could have Deno load, trust or open what falcod does not want. */
export const HIDDEN_VARIABLES = ["DENO_", "NODE_", "HOME="] as const;
