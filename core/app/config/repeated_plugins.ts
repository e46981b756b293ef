/** Built-in plugins that `plugins` has more than once, as files of `config_files` bring it about. */
import type { Report } from "../../base/mod.ts";
import { CONTAINER_PLUGIN } from "./container_engines.ts";
import { isBuiltIn } from "./plugin_entry.ts";
import { type MappingNode, placeOf, type ScalarNode } from "./tree.ts";

/**
 * Looks at what is written, so that entries are told of that lack a key because somebody took them for
 * an addition to the former one. Falco, too, takes the first entry and drops the others.
 */
export function warnOfRepeatedPlugins(root: MappingNode, report: Report): void {
  const plugins = root.entries.get("plugins")?.value;
  if (plugins?.kind !== "sequence") return;
  const first = new Map<string, ScalarNode>();
  for (const [index, item] of plugins.items.entries()) {
    const name = item.kind === "mapping" ? item.entries.get("name")?.value : undefined;
    if (name?.kind !== "scalar") continue;
    if (name.text !== CONTAINER_PLUGIN && !isBuiltIn(name.text)) continue;
    const former = first.get(name.text);
    if (!former) {
      first.set(name.text, name);
      continue;
    }
    report.add({
      code: "C048",
      severity: "warning",
      title: `plugin "${name.text}" is there already: this entry is not used`,
      at: placeOf(root, ["plugins", index, "name"]),
      notes: [{ message: "the entry that counts", at: former.at }],
      help: "entries are not merged: write all of it into one",
    });
  }
}
