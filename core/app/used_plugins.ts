/**
 * Which plugins a rule could not do without, by the names they have in Falco, whose description of
 * rules has them.
 *
 * Facts: falco userspace/engine/falco_engine.cpp get_json_used_plugins (0.45); fields of the container
 * plugin: falcosecurity/plugins plugins/container/src/caps/extract/extract.cpp.
 */
import type { NativePlugin } from "../plugin/mod.ts";
import type { Rule } from "../rule/mod.ts";
import { CONTAINER_PLUGIN } from "./config/container_engines.ts";
import { AUDIT_PLUGIN, JSON_PLUGIN, K8S_AUDIT } from "./config/k8s_audit.ts";
import type { AddedPlugin } from "./config/plugins.ts";

export type UsedPlugins = (rule: Pick<Rule, "source" | "fields">) => readonly string[];

/** What is asked of a library. */
export interface Library extends Pick<NativePlugin, "name" | "fieldSources"> {
  readonly source: { readonly name: string } | undefined;
  readonly fields: readonly { readonly name: string }[];
}

const SYSCALL = "syscall";

/** What is built in here, and a plugin of its own there. */
const BUILT_IN: readonly { readonly plugin: string; readonly source: string; fields: RegExp }[] = [
  {
    plugin: CONTAINER_PLUGIN,
    source: SYSCALL,
    fields: /^(?:container|k8s)\.|^proc\.is_container_(?:healthcheck|(?:live|readi)ness_probe)$/,
  },
  { plugin: JSON_PLUGIN, source: K8S_AUDIT, fields: /^(?:json|jevt)\./ },
];

/** Sorted, each once. */
export function usedPlugins(
  { natives, packages }: {
    readonly natives: readonly Library[];
    readonly packages: readonly Pick<AddedPlugin, "name" | "source">[];
  },
): UsedPlugins {
  return ({ source, fields }) => {
    const names = [...fields];
    const own = natives.filter((plugin) => isUsed(plugin, source, fields));
    const isAudit = source === K8S_AUDIT && !own.some((plugin) => plugin.source?.name === source);
    const used = [
      ...own.map(({ name }) => name),
      ...packages.filter((plugin) => plugin.source === source).map(({ name }) => name),
      ...BUILT_IN.filter((each) =>
        each.source === source && names.some((name) => each.fields.test(name))
      ).map(({ plugin }) => plugin),
      ...isAudit ? [AUDIT_PLUGIN] : [],
    ];
    return [...new Set(used)].sort();
  };
}

function isUsed(plugin: Library, source: string, fields: ReadonlySet<string>): boolean {
  if (plugin.source?.name === source) return true;
  const { fieldSources } = plugin;
  if (fieldSources.length > 0 && !fieldSources.includes(source)) return false;
  return plugin.fields.some(({ name }) => fields.has(name));
}
