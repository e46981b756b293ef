/**
 * Builds falcod as one executable: `deno task build [--output FILE] [--deno FILE] [--compile]`.
 *
 * Code, with what V8 makes of it, rules, configuration, probe and libbpf go to the end of what can run them:
 * Deno itself, with scripts/build/stub.c in front that says what to run, or with `--compile` what
 * `deno compile` makes, which needs a runtime from the network or under DENORT_BIN. `--deno` names the
 * Deno of another architecture. The same files make the same binary, byte for byte.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleCode, bundleStart } from "./build/code.ts";
import { makeCodeCache } from "./build/code_cache.ts";
import { compiledBase } from "./build/compiled_base.ts";
import { baseOfDeno } from "./build/deno_base.ts";
import { readElf } from "./build/elf.ts";
import { type NamedFiles, packFiles, readOwnFiles } from "./build/own_files.ts";
import { CODE, CODE_CACHE, FRONT } from "./build/packed_names.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

export interface BuildOptions {
  readonly output: string;
  /** Executable of the Deno to run on. */
  readonly deno: string;
  /** On what `deno compile` makes instead. */
  readonly compiles: boolean;
}

/** Throws with what is missing and how to get it. */
export async function buildBinary({ output, deno, compiles }: BuildOptions): Promise<void> {
  const runtime = await Deno.readFile(deno);
  const { architecture } = readElf(runtime);
  const { program, front } = await bundleCode(ROOT);
  const files = readOwnFiles(ROOT, architecture);
  const cache: NamedFiles = architecture === Deno.build.arch
    ? [[CODE_CACHE, await makeCodeCache(deno, program, files)]]
    : []; // V8 has to run for it
  const { table, bytes } = packFiles([[FRONT, front], [CODE, program], ...cache, ...files]);
  const start = await bundleStart(ROOT, table);
  const base = compiles
    ? await compiledBase(start, architecture)
    : await baseOfDeno(runtime, start);
  await writeExecutable(output, [base, bytes]);
  const size = base.length + bytes.length;
  console.log(`${output}: ${(size / 1e6).toFixed(1)} MB for ${architecture}`);
}

/** Nobody ever runs half a binary. */
async function writeExecutable(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.new`;
  {
    using file = await Deno.open(unfinished, { write: true, create: true, truncate: true });
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += await file.write(part.subarray(at));
    }
  }
  await Deno.chmod(unfinished, 0o755);
  await Deno.rename(unfinished, path);
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      output: { type: "string", default: `${ROOT}/dist/falcod` },
      deno: { type: "string", default: Deno.execPath() },
      compile: { type: "boolean", default: false },
    },
  });
  const { output, deno, compile } = values;
  try {
    await buildBinary({ output, deno, compiles: compile });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  }
}
