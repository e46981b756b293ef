/** `falcod plugin pack`: a plugin of one's own, ready to be handed on. */
import { join, resolve } from "node:path";
import { reasonOf } from "../../../base/mod.ts";
import { type PackedPlugin, packFolder } from "../../../package/mod.ts";
import { MANIFEST_FILE } from "../../../plugin/manifest.ts";
import { PackageError, sha256Of } from "../../../plugin/store/mod.ts";
import { EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { printLines } from "../../print_lines.ts";
import { answered } from "./_answer.ts";

export interface PackRequest {
  readonly folder: string;
  /** Absent: one of its name and version, here. */
  readonly output: string | undefined;
  readonly json: boolean;
}

export async function packCommand(request: PackRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    const packed = await packFolder(request.folder);
    const { manifest: { name, version }, manifestText, isAsWritten, archive } = packed;
    const output = resolve(request.output ?? `${name}-${version}.tgz`);
    if (!isAsWritten) {
      await replace(join(request.folder, MANIFEST_FILE), new TextEncoder().encode(manifestText));
    }
    await replace(output, archive);
    tell(packed, { ...request, output, sha256: await sha256Of(archive) }, host);
    return EXIT_OK;
  });
}

/** Whole or not at all. */
async function replace(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const fresh = `${path}.${Deno.pid}`;
  try {
    await Deno.writeFile(fresh, bytes, { createNew: true, mode: 0o644 });
    await Deno.rename(fresh, path);
  } catch (error) {
    await Deno.remove(fresh).catch(() => {});
    throw new PackageError("I030", `Cannot write "${path}": ${reasonOf(error)}`, {
      help: "--output names another file",
      cause: error,
    });
  }
}

function tell(
  { manifest: { name, version, entry }, isAsWritten, imports }: PackedPlugin,
  { output, sha256, json }: PackRequest & { readonly output: string; readonly sha256: string },
  host: Host,
): void {
  if (json) {
    host.out.write(`${JSON.stringify({ name, version, archive: output, sha256, imports })}\n`);
    return;
  }
  printLines([`packed ${name} ${version} into ${output}`, `sha256 ${sha256}`], host.out);
  if (!isAsWritten) printLines([`hashes in ${MANIFEST_FILE} are written anew`], host.error);
  if (imports.length > 0) {
    printLines([
      `warning: ${entry} imports ${imports.join(", ")}, which is not there where it runs`,
      '  a plugin is one file: take types with "import type", and bundle the rest, as with',
      `  deno bundle --platform deno -o bundled.js ${entry}`,
      `  and name bundled.js as "entry" in ${MANIFEST_FILE}`,
    ], host.error);
  }
  if (host.error.isTerminal) {
    printLines(["", `To install it: falcod plugin add ${output} --sha256 ${sha256}`], host.error);
  }
}
