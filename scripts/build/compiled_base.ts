/** What `deno compile` makes of the first module: the runtime that Deno has for that, where it can be had. */
import { RUN_FLAGS } from "../../core/base/own_program.ts";
import type { Architecture } from "./elf.ts";
import { runTool } from "./tools.ts";

/** Compiled apart from any configuration: next to one, Deno would take packages along. */
export async function compiledBase(
  start: string,
  architecture: Architecture,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "falcod-compile-" });
  try {
    const module = `${folder}/start.js`, output = `${folder}/falcod`;
    await Deno.writeTextFile(module, start);
    const alone = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-code-cache"];
    const target = `--target=${architecture}-unknown-linux-gnu`;
    await runTool(
      [Deno.execPath()],
      ["compile", ...RUN_FLAGS, ...alone, target, "--output", output, module],
      "deno",
    );
    return await Deno.readFile(output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
