/** `falcod show`: the files that come with falcod, which in the binary are no files of the machine. */
import { didYouMean, readPackedFile } from "../../base/mod.ts";
import { escapeUnprintable } from "../../alert/mod.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { printTable } from "../table.ts";

/** In the folder of the rules, in the order in which they are read. */
export const SHIPPED_FILES: Readonly<Record<string, string>> = {
  "falco.yaml": "configuration where there is none of yours, with all that can be set",
  "falco_rules.yaml": "rules for system calls",
  "k8s_audit_rules.yaml": "rules for the audit log of Kubernetes",
  "falco_rules.local.yaml": "where changes of these rules may stand, with examples",
};

/** Exit code 1 when no file is called so. */
export function showCommand({ name }: { readonly name: string | undefined }, host: Host): number {
  if (name === undefined) {
    printTable({ heads: ["file", "what it is"], rows: Object.entries(SHIPPED_FILES) }, host.out);
    return EXIT_OK;
  }
  const file = fileNamed(name, host);
  if (!Object.hasOwn(SHIPPED_FILES, file)) {
    const names = Object.keys(SHIPPED_FILES);
    const help = didYouMean(file, names) ?? `there are ${names.join(", ")}`;
    host.error.write(
      escapeUnprintable(`falcod: no file "${name}" comes with falcod; ${help}`) + "\n",
    );
    return EXIT_FAILURE;
  }
  const path = `${host.rulesFolder}/${file}`;
  host.out.write(new TextDecoder().decode(readPackedFile(path) ?? Deno.readFileSync(path)));
  return EXIT_OK;
}

/** Messages and configurations have whole paths of these files. */
function fileNamed(name: string, { rulesFolder }: Host): string {
  const folder = [`${rulesFolder}/`, "${FALCOD_RULES}/", "rules/"]
    .find((folder) => name.startsWith(folder));
  return name.slice(folder?.length ?? 0);
}
