/** falcod: names its built-in plugins, runs the command line, exits with its result. */
import { denoHost, run } from "./core/app/mod.ts";
import { builtinPlugins } from "./plugins/mod.ts";

const rulesFolder = new URL("./rules", import.meta.url).pathname;
Deno.exit(await run(Deno.args, denoHost(builtinPlugins, rulesFolder)));
