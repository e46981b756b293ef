/** What falcosidekick's keys become, for the pages of sinks. */
import { variableOf } from "./file.ts";
import type { SidekickKey } from "./output.ts";
import { SIDEKICK_OUTPUTS } from "./outputs/mod.ts";

/** One key; texts are Markdown. */
export interface SidekickRow {
  readonly key: string;
  readonly variable: string;
  readonly falcod: string;
}

/** All keys that lead to this type of sink; none where falcosidekick has no such output. */
export function sidekickRows(sink: string): readonly SidekickRow[] {
  return SIDEKICK_OUTPUTS.filter((output) => output.sink === sink).flatMap(
    ({ section, keys, shared = {} }) => {
      const above = section.split(".").slice(0, -1).join(".");
      return [
        ...Object.entries(keys).map(([key, entry]) => rowOf(`${section}.${key}`, entry)),
        ...Object.entries(shared).map(([key, entry]) => rowOf(`${above}.${key}`, entry)),
      ];
    },
  );
}

function rowOf(key: string, { to, shown = to, because, standard }: SidekickKey): SidekickRow {
  const own = shown === undefined ? "" : `\`${shown}\``;
  const otherwise = standard === undefined ? "" : `, without it \`${standard}\``;
  return {
    key: `\`${key}\``,
    variable: `\`${variableOf(key)}\``,
    falcod: because ?? own + otherwise,
  };
}
