/** falcod's code as the binary has it. */
import { asFunction, bundle } from "./bundle.ts";
import type { PackedTable } from "../../core/base/packed_files.ts";

export interface Code {
  readonly program: Uint8Array<ArrayBuffer>;
  readonly front: Uint8Array<ArrayBuffer>;
}

/** Modules of commands, as those of core/app/cli name them. */
const COMMANDS = "../commands/*.ts";
const IMPORTED_COMMAND = /\bimport\("\.\.\/commands\/[^"]+"\)/g;
const HAND_OVER = "handOver";

export async function bundleCode(root: string): Promise<Code> {
  const encoder = new TextEncoder();
  const format = "cjs";
  const program = await bundle(root, `${root}/scripts/build/program.ts`, { format });
  const bare = await bundle(root, `${root}/scripts/build/front.ts`, { format, external: COMMANDS });
  const front = bare.replace(IMPORTED_COMMAND, `${HAND_OVER}()`);
  if (front === bare) throw new Error("the front of the program has no command to hand over to");
  return {
    program: encoder.encode(asFunction(program)),
    front: encoder.encode(asFunction(front, HAND_OVER)),
  };
}

/** The first module of the binary, which knows where the others are. */
export async function bundleStart(root: string, table: PackedTable): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: `${root}/build`, prefix: "start-" });
  try {
    const entry = `${folder}/entry.ts`;
    const start = JSON.stringify("../../scripts/build/start.ts");
    const code = `import { start } from ${start};\nawait start(${JSON.stringify(table)});\n`;
    await Deno.writeTextFile(entry, code);
    return await bundle(root, entry, { format: "esm" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
