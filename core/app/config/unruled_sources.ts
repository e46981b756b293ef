/** Sources of events that are watched for nothing, since no rule is about them. */
import type { Report } from "../../base/mod.ts";
import type { Ruleset } from "../../rule/mod.ts";
import { AUDIT_PLUGIN, isLoaded, K8S_AUDIT } from "./k8s_audit.ts";
import type { LoadedConfig } from "./load.ts";

/**
 * `C067` for each of `sources`. That no rule is on at all is told elsewhere. `areNamed`: the command line
 * names the rules, not the configuration.
 */
export function warnOfUnruledSources(
  { config, root }: Pick<LoadedConfig, "config" | "root">,
  { ruleset, sources, areNamed }: {
    readonly ruleset: Ruleset;
    readonly sources: readonly string[];
    readonly areNamed: boolean;
  },
  report: Report,
): void {
  const ruled = new Set(ruleset.rules.filter(({ enabled }) => enabled).map(({ source }) => source));
  if (ruled.size === 0) return;
  for (const source of sources) {
    // Falco up to 0.31 had the address in the falco.yaml that it came with, whatever rules there were.
    if (ruled.has(source) || source === K8S_AUDIT && !isLoaded(config, AUDIT_PLUGIN)) continue;
    report.add({
      code: "C067",
      severity: "warning",
      title: `event source "${source}" is watched, and no enabled rule is about it`,
      at: areNamed ? undefined : root.entries.get("rules_files")?.keyAt,
      help: `${rulesFor(source, areNamed)}, or ${OFF.get(source) ?? OFF_PLUGIN}`,
    });
  }
}

/** In files that come with falcod. */
const SHIPPED: ReadonlyMap<string, string> = new Map([
  ["syscall", "falco_rules.yaml"],
  [K8S_AUDIT, "k8s_audit_rules.yaml"],
]);

const OFF: ReadonlyMap<string, string> = new Map([
  ["syscall", "leave system calls alone with engine.kind: nodriver"],
]);
const OFF_PLUGIN = "leave its plugin out of load_plugins";

function rulesFor(source: string, areNamed: boolean): string {
  const file = SHIPPED.get(source);
  if (areNamed) return `name rules for it with -r, too${file ? `, as ${file}` : ""}`;
  return `add ${file ? `\${FALCOD_RULES}/${file}` : "a file with rules for it"} to rules_files`;
}
