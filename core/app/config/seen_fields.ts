/** Fields of alerts that sinks and `dedup` ask for, held against those that rules put into alerts. */
import { didYouMean, type Report, type Span } from "../../base/mod.ts";
import { fieldsInMatch, KEY_PARTS } from "../../delivery/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";
import type { LoadedConfig } from "./load.ts";
import { type ConfigPath, nodeAt, placeOf, spellAsWritten, textOf } from "./tree.ts";

/** What falcod itself puts into alerts, of rules and of its own. */
const OF_FALCOD = /^(?:falcod?|scap|capture|evt\.rawarg|evt\.arg)\.|^fd\.(?:nameraw|realpath)$/;

/** `C046` for a field that no alert of these rules can have. */
export function checkSeenFields(
  { config, root }: Pick<LoadedConfig, "config" | "root">,
  ruleset: Ruleset,
  report: Report,
): void {
  const rules = ruleset.rules.filter(({ enabled }) => enabled);
  if (rules.length === 0) return;
  const known = new Set(rules.flatMap(({ output: { uses, extraFields = [] } }) => [
    ...uses.map(({ key }) => key),
    ...extraFields.map(({ key }) => key),
  ]));
  const judge = (names: readonly string[], path: ConfigPath, at: Span) => {
    const [name] = names;
    // Names without a dot are given by hand, or falcod's own.
    if (name === undefined || !name.includes(".") || OF_FALCOD.test(name)) return;
    if (names.some((one) => known.has(one))) return;
    report.add({
      code: "C046",
      severity: "warning",
      title: `"${spellAsWritten(root, path)}" asks for "${name}", which no rule's output has`,
      at,
      help: didYouMean(name, known) ??
        `append_output: [{extra_fields: [${name}]}] adds it to alerts`,
    });
  };
  for (const index of config.sinks.keys()) {
    const path = ["sinks", index, "match"];
    const node = nodeAt(root, path);
    if (node?.kind !== "scalar" || node.text === "") continue;
    for (const { names, at } of fieldsInMatch(textOf(node))) judge(names, path, at);
  }
  const { keys, window } = config.dedup;
  if (window === 0) return;
  for (const [index, key] of keys.entries()) {
    if (KEY_PARTS.includes(key)) continue;
    const list = ["dedup", "keys"];
    const path = nodeAt(root, list)?.kind === "sequence" ? [...list, index] : list;
    judge([key], path, nodeAt(root, path)?.at ?? placeOf(root, path));
  }
}
