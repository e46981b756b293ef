/** falcod: names its built-in plugins, runs the command line, exits with its result. */
import { denoHost, run } from "./core/app/mod.ts";
import { ownPath } from "./core/base/own_files.ts";
import { builtinPlugins } from "./plugins/mod.ts";

Deno.exit(await run(Deno.args, denoHost(builtinPlugins, ownPath("rules"))));
