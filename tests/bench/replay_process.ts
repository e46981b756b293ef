/**
 * The command line in a process of its own, and then, as the last line on standard output, what all of
 * it took, the start and every thread included. `scripts/bench/replay_processes.ts` starts it.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { denoHost, run } from "../../core/app/mod.ts";
import { builtinPlugins } from "../../plugins/mod.ts";

const rulesFolder = fileURLToPath(new URL("../../rules", import.meta.url));
const code = await run(Deno.args, denoHost(builtinPlugins, rulesFolder));
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cpuMs = (userCPUTime + systemCPUTime) / 1000;
console.log(`\n${JSON.stringify({ cpuMs, peakMb: maxRSS / 1024 })}`);
Deno.exit(code);
