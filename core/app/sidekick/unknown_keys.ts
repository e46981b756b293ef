/** Keys that neither falcosidekick nor falcod knows. */
import { didYouMean, type Report } from "../../base/mod.ts";
import { hideNode } from "../config/hidden_values.ts";
import { COMMON_KEYS } from "../config/sink_options.ts";
import type { ConfigNode, MappingNode } from "../config/tree.ts";
import type { SidekickFile } from "./file.ts";
import { SIDEKICK_OUTPUTS } from "./outputs/mod.ts";
import { OTHER_KEYS, SERVER_KEYS } from "./schema.ts";

/** Keys of falco.yaml that count here, too. */
export const OF_FALCOD: readonly string[] = ["sinks", "dedup", "outputs"];

function isEmpty(value: ConfigNode): boolean {
  return value.kind === "null" || value.kind === "scalar" && value.text === "";
}

/** Names that a mapping of the file may have, by its path; absent: any. */
function knownKeys(): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>([["", new Set(OF_FALCOD)]]);
  const add = (path: string) => {
    const steps = path.split(".");
    for (const [depth, step] of steps.entries()) {
      const parent = steps.slice(0, depth).join(".");
      if (!known.has(parent)) known.set(parent, new Set());
      known.get(parent)!.add(step);
    }
  };
  for (const key of [...SERVER_KEYS, ...OTHER_KEYS]) add(key);
  for (const { section, keys, shared = {} } of SIDEKICK_OUTPUTS) {
    const above = section.split(".").slice(0, -1).join(".");
    for (const key of [...Object.keys(keys), ...COMMON_KEYS]) add(`${section}.${key}`);
    for (const key of Object.keys(shared)) add(`${above}.${key}`);
  }
  return known;
}

/** Whether a key of the file has falcosidekick's sections below it: values for Helm have them under `config`. */
function isChartConfig(
  value: ConfigNode,
  { path, known }: { readonly path: string; readonly known: ReadonlySet<string> },
): boolean {
  if (path !== "" || value.kind !== "mapping") return false;
  return [...value.entries.keys()].some((key) => known.has(key.toLowerCase()));
}

export function reportUnknownKeys(file: SidekickFile, report: Report): void {
  const known = knownKeys();
  const visit = (mapping: MappingNode, path: string) => {
    const names = known.get(path);
    if (!names) return;
    for (const [key, { keyAt, value }] of mapping.entries) {
      const name = key.toLowerCase();
      if (!names.has(name)) {
        // It may be a secret with a slip in its name.
        hideNode(value);
        report.add({
          code: "C003",
          severity: "warning",
          title: `unknown key "${key}"${path === "" ? "" : ` in "${path}"`}`,
          at: keyAt,
          help: isChartConfig(value, { path, known: names })
            ? `in values of falcosidekick's chart, what is under "${key}" is the configuration`
            : didYouMean(name, names) ?? "it is ignored",
        });
        continue;
      }
      const inner = path === "" ? name : `${path}.${name}`;
      if (value.kind === "mapping") visit(value, inner);
      else if (known.has(inner) && !isEmpty(value)) {
        if (value.kind === "scalar") value.at.source.hide(value.at.start, value.at.end);
        report.add({ code: "C004", title: `"${inner}" wants a mapping`, at: value.at });
      }
    }
  };
  visit(file.root, "");
}
