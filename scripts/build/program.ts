/** falcod as the code of the binary, in place of main.ts: start.ts runs it. */
import { denoHost, run } from "../../core/app/mod.ts";
import { ownPath, runFromBinary } from "../../core/base/own_files.ts";
import type { PackedTable } from "../../core/base/packed_files.ts";
import { builtinPlugins } from "../../plugins/mod.ts";

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** What has the files at its end; the binary itself unless said. */
  readonly executable?: string;
}

/** For the build alone (warm_up.ts). */
export { rehearse } from "./rehearsal.ts";

/** The exit code. */
export async function main(
  table: PackedTable,
  { args = Deno.args, executable }: ProgramOptions = {},
): Promise<number> {
  runFromBinary(table, executable);
  return await run(args, denoHost(builtinPlugins, ownPath("rules")));
}
