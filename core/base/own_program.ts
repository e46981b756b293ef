/** What to run to have falcod run once more, as a process of its own. */
import { fileURLToPath } from "node:url";
import { isBinary } from "./own_files.ts";
import { OWN_EXECUTABLE } from "./packed_files.ts";

export interface OwnProgram {
  /** Executable. */
  readonly path: string;
  /** What comes before falcod's own arguments. */
  readonly args: readonly string[];
}

/**
 * For V8, in the task `start` of deno.json, too; what they are worth is in ARCHITECTURE.md. What events leave
 * behind is gone at once: room for 4 MB of it does, from the start. Older garbage is looked for from 48 MB
 * on, so that what a start leaves stays. What runs often is compiled without much of what it calls, and with
 * all of V8's skill only when it runs very often: for most of it that would cost more than it saves.
 */
export const V8_FLAGS = [
  "--min-semi-space-size=4",
  "--max-semi-space-size=4",
  "--initial-old-space-size=48",
  "--invocation-count-for-turbofan=60000",
  "--max-inlined-bytecode-size-cumulative=200",
  "--max-maglev-inlined-bytecode-size=50",
  "--max-maglev-hard-inline-depth=3",
].join(",");

/** Flags of `deno run` that falcod needs, however it is started. */
export const RUN_FLAGS = [
  "--no-prompt",
  "--allow-all",
  // What libraries in Deno print, as HTTP's does of every client that breaks its rules.
  "--quiet",
  "--unstable-worker-options",
  `--v8-flags=${V8_FLAGS}`,
] as const;

/** From source `deno run … main.ts`, else the binary, which needs no more said. */
export function ownProgram(): OwnProgram {
  if (isBinary()) return { path: OWN_EXECUTABLE, args: [] };
  const root = fileURLToPath(new URL("../..", import.meta.url));
  return {
    path: Deno.execPath(),
    args: ["run", ...RUN_FLAGS, "--no-check", `--config=${root}deno.json`, `${root}main.ts`],
  };
}
