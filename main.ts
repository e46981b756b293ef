/** falcod: names its built-in plugins, runs the command line, exits with its result. */
import { fileURLToPath } from "node:url";
import { denoHost, run } from "./core/app/mod.ts";
import { builtinPlugins } from "./plugins/mod.ts";

const rulesFolder = fileURLToPath(new URL("./rules", import.meta.url));
Deno.exit(await run(Deno.args, denoHost(builtinPlugins, rulesFolder)));
