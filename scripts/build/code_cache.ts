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

/** Of the names that V8 makes up for private members. It does not count among the flags that have to agree. */
const FIXED_SEED = "--random-seed=1";

/**
 * V8 numbers functions as they come, of Deno's own, too, and on a busy machine these do not always come in
 * the same order: so what comes up so many times first is taken.
 */
const AGREEING = 3;
const MOST_RUNS = 20;

/** The same for the same code, runtime and files. */
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
    const seen = new Map<string, number>();
    for (let run = 0; run < MOST_RUNS; run++) {
      await runScript(runtime, WARM_UP, { folder, v8Flags: `${V8_FLAGS},${FIXED_SEED}` });
      const cache = await Deno.readFile(`${folder}/${CODE_CACHE}`);
      const digest = createHash("sha256").update(cache).digest("hex");
      const count = (seen.get(digest) ?? 0) + 1;
      seen.set(digest, count);
      if (count < AGREEING) continue;
      await runScript(runtime, CHECK, { folder, v8Flags: V8_FLAGS });
      return cache;
    }
    throw new Error(
      `V8 has made ${seen.size} different things of falcod's code: build on a quieter machine`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runScript(
  runtime: string,
  script: string,
  { folder, v8Flags }: { readonly folder: string; readonly v8Flags: string },
): Promise<void> {
  const flags = ["--allow-all", "--no-prompt", "--frozen", `--v8-flags=${v8Flags}`];
  await runTool([runtime], ["run", ...flags, script, folder], "deno");
}
