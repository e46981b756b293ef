/** `falcod plugin remove`: takes installed plugins away. */
import { uninstall } from "../../../plugin/store/mod.ts";
import { EXIT_OK } from "../../exit.ts";
import type { Host } from "../../host.ts";
import { printLines } from "../../print_lines.ts";
import { answered } from "./_answer.ts";
import { installedEntry } from "./info.ts";

export interface RemoveRequest {
  readonly names: readonly string[];
  readonly folder: string;
  readonly json: boolean;
}

/** Exit code 1, and nothing is removed, when one of them is not installed. */
export async function removeCommand(request: RemoveRequest, host: Host): Promise<number> {
  return await answered(request, host, async () => {
    for (const name of request.names) await installedEntry(request.folder, name);
    const removed: { readonly name: string; readonly version: string }[] = [];
    for (const name of new Set(request.names)) {
      const entry = await uninstall(request.folder, name);
      if (entry) removed.push({ name, version: entry.version });
    }
    if (request.json) host.out.write(`${JSON.stringify(removed)}\n`);
    else printLines(removed.map(({ name, version }) => `removed ${name} ${version}`), host.out);
    return EXIT_OK;
  });
}
