/**
 * What V8 makes of falcod's code, kept in the binary: with it a start takes half the time. V8 checks that it
 * comes from the same V8 with the same flags, and does without otherwise.
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { V8_FLAGS } from "../../core/base/own_program.ts";
import { type NamedFiles, packFiles } from "./own_files.ts";
import { CODE, CODE_CACHE } from "./packed_names.ts";
import { runTool } from "./tools.ts";

const WARM_UP = fileURLToPath(new URL("./warm_up.ts", import.meta.url));
const CHECK = fileURLToPath(new URL("./check_cache.ts", import.meta.url));

/**
 * What makes V8 make the same of the same code, however busy the machine is: no seed of its own for the names
 * of private members; nothing compiled aside, as what is done with that goes by when it comes; and so much
 * room that it never collects garbage, as a text that has been moved compares in another way. V8 notes all
 * of that in the code. None of these flags has it refuse what others made, as `--no-opt` would, and none can
 * be set once V8 runs: that does nothing.
 */
const STEADY_FLAGS = [
  V8_FLAGS,
  "--random-seed=1",
  ...["--no-concurrent-recompilation", "--no-concurrent-sparkplug"],
  ...["--min-semi-space-size=128", "--max-semi-space-size=128"],
];
/** What counts is what V8 has made so often, should there be one more thing that goes by the machine. */
const AGREEING_RUNS = 2, MOST_RUNS = 12;

/** The same for the same code, runtime and files, as far as V8 can be had to agree with itself. */
export async function makeCodeCache(
  runtime: string,
  code: Uint8Array,
  files: NamedFiles,
): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-code-" });
  try {
    const { table, bytes } = packFiles(files);
    await Deno.writeFile(`${folder}/${CODE}`, code);
    await Deno.writeFile(`${folder}/files`, bytes);
    await Deno.writeTextFile(`${folder}/table.json`, JSON.stringify(table));
    const made = new Map<string, number>();
    for (let run = 0; run < MOST_RUNS; run++) {
      await runScript(runtime, WARM_UP, { args: [folder], v8Flags: STEADY_FLAGS.join(",") });
      const cache = await Deno.readFile(`${folder}/${CODE_CACHE}`);
      const digest = createHash("sha256").update(cache).digest("hex");
      const times = (made.get(digest) ?? 0) + 1;
      made.set(digest, times);
      if (times === AGREEING_RUNS) {
        await runScript(runtime, CHECK, { args: [folder], v8Flags: V8_FLAGS });
        return cache;
      }
    }
    throw new Error(
      `V8 has made ${made.size} different things of falcod's code: build on a quieter machine`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runScript(
  runtime: string,
  script: string,
  { args, v8Flags }: { readonly args: readonly string[]; readonly v8Flags: string },
): Promise<void> {
  const flags = ["--allow-all", "--no-prompt", "--frozen", `--v8-flags=${v8Flags}`];
  await runTool([runtime], ["run", ...flags, script, ...args], "deno");
}
