/** `falcod plugin list`: what is installed. */
import { permissionTexts } from "../../../package/mod.ts";
import { readLockFile } from "../../../plugin/store/mod.ts";
import { EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { printTable } from "../../table.ts";
import { answered } from "./_answer.ts";

export interface ListRequest {
  readonly folder: string;
  readonly json: boolean;
}

export async function listCommand(request: ListRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    const entries = await readLockFile(request.folder);
    if (request.json) {
      const plain = entries.map(({ files: _files, ...entry }) => entry);
      host.out.write(`${JSON.stringify(plain)}\n`);
      return EXIT_OK;
    }
    if (entries.length === 0) {
      host.error.write(`no plugins are installed in ${request.folder}\n`);
      return EXIT_OK;
    }
    const rows = entries.map(({ name, version, kind, from, granted }) => [
      name,
      version,
      kind,
      from,
      kind === "library" ? "everything" : permissionTexts(granted).join(" ") || "nothing",
    ]);
    printTable({ heads: ["name", "version", "kind", "from", "may"], rows }, host.out);
    return EXIT_OK;
  });
}
