/** `falcod plugin new`: a plugin to begin with. */
import { join, resolve } from "node:path";
import { reasonOf } from "../../../base/mod.ts";
import { PLUGIN_NAME, type ThirdPartyKind } from "../../../plugin/manifest.ts";
import { PackageError } from "../../../plugin/store/mod.ts";
import { EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { printLines } from "../../print_lines.ts";
import { projectFiles } from "../../scaffold/mod.ts";
import { answered } from "./_answer.ts";

export interface NewRequest {
  readonly kind: ThirdPartyKind;
  readonly name: string;
  /** Absent: one of the plugin's name, here. */
  readonly folder: string | undefined;
  readonly json: boolean;
}

/** Nothing that is there is changed. */
export async function newCommand(request: NewRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    const { kind, name, json } = request;
    checkName(name, host);
    const folder = resolve(request.folder ?? name);
    const files = await projectFiles({ kind, name });
    await makeEmpty(folder);
    for (const [path, text] of files) {
      await Deno.writeTextFile(join(folder, path), text, { createNew: true });
    }
    if (json) host.out.write(`${JSON.stringify({ folder, files: [...files.keys()] })}\n`);
    else {
      printLines([`made ${folder}`], host.out);
      printLines([`README.md there says how to go on, and how its test is run`], host.error);
    }
    return EXIT_OK;
  });
}

function checkName(name: string, { plugins }: Host): void {
  if (!PLUGIN_NAME.test(name)) {
    throw new PackageError("I030", `"${name}" cannot be the name of a plugin`, {
      help: "1 to 64 letters, digits, - and _, in lower case, with a letter first",
    });
  }
  const sameName = plugins.find((plugin) => plugin.name === name);
  if (!sameName) return;
  throw new PackageError("I030", `"${name}" is the name of a ${sameName.kind} of falcod's own`, {
    help: "call it something else",
  });
}

async function makeEmpty(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      throw new PackageError("I030", `There is something in "${folder}" already: ${name}`, {
        help: "name a folder that is empty or not there, with --folder",
      });
    }
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError("I030", `Cannot make the folder "${folder}": ${reasonOf(error)}`, {
      help: "name another one with --folder",
      cause: error,
    });
  }
}
