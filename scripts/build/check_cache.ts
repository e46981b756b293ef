/** Fails when V8 does not take the cache that warm_up.ts has made. Argument: the folder with it. */
import { loadProgram } from "./load_program.ts";
import { CODE, CODE_CACHE } from "./packed_names.ts";

const [folder = ""] = Deno.args;
const [code, cache] = [CODE, CODE_CACHE].map((name) => Deno.readFileSync(`${folder}/${name}`));
if (!loadProgram(code!, cache).usesCache) throw new Error("V8 does not take its own cache");
