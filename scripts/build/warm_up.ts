/**
 * Runs falcod's code once through what most runs go through, and writes what V8 made of it meanwhile.
 * A process of its own, started by code_cache.ts. Argument: folder with the files it is given, and for the
 * result.
 */
import { loadProgram } from "./load_program.ts";
import { CODE, CODE_CACHE } from "./packed_names.ts";

/** Where the files of the binary are, as long as this process stands for it. */
const rules = `${Deno.execPath()}/rules`;

/**
 * Of what asks nothing of the machine, and goes the same way each time: whatever waits for files, threads or
 * the clock has V8 compile in another order.
 */
const WARM_UP: readonly (readonly string[])[] = [
  ["--help"],
  ["validate", `${rules}/falco.yaml`],
];

const [folder = ""] = Deno.args;
// What falcod does between two looks at the clock must not go by the machine.
let timeMs = 0;
performance.now = () => timeMs += 0.001;
Date.now = () => Math.round(timeMs += 0.001);

const code = Deno.readFileSync(`${folder}/${CODE}`);
const table = JSON.parse(Deno.readTextFileSync(`${folder}/table.json`));
const { program, script } = loadProgram(code);
for (const args of WARM_UP) {
  const exitCode = await program.main(table, { args, executable: `${folder}/files` });
  if (exitCode !== 0) throw new Error(`falcod ${args.join(" ")} ended with ${exitCode}`);
}
if (await program.rehearse() === 0) throw new Error("the demo leads to no alert");
Deno.writeFileSync(`${folder}/${CODE_CACHE}`, script.createCachedData());
