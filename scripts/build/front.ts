/**
 * The command line without the commands: what `--help` needs, and a small part of all. Where a command is
 * to run after all, the bundle has `handOver()` in place of the command's module.
 */
import { denoHost, run } from "../../core/app/mod.ts";

export async function main(): Promise<number> {
  return await run(Deno.args, denoHost([], ""));
}
