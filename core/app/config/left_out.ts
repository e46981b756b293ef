/**
 * Plugins that stand under `plugins` and that `load_plugins` does not name: who misses something may
 * have forgotten that. None is opened to see what it would bring.
 */
import { CONTAINER_PLUGIN } from "./container_engines.ts";
import { JSON_PLUGIN } from "./k8s_audit.ts";
import type { Config } from "./schema.ts";

type PluginsOf = Pick<Config, "plugins" | "load_plugins">;

/** They bring no source, and are needed by no rules. */
const OTHERS: ReadonlySet<string> = new Set([CONTAINER_PLUGIN, JSON_PLUGIN]);

function leftOut({ plugins, load_plugins: loaded }: PluginsOf): readonly string[] {
  if (loaded === undefined) return [];
  const names = plugins.map(({ name }) => name);
  return [...new Set(names)].filter((name) => !loaded.includes(name) && !OTHERS.has(name));
}

/** What to do for one of these plugins; absent where none of them is left out. */
export function helpForLeftOut(config: PluginsOf, names: readonly string[]): string | undefined {
  const left = leftOut(config).find((name) => names.includes(name));
  return left && `"${left}" stands under plugins and not under load_plugins: name it there, too`;
}

/**
 * What to do for a source that nobody provides. `likely`: a plugin that is left out is called much like
 * it, as cloudtrail with its aws_cloudtrail.
 */
export function helpForSource(
  config: PluginsOf,
  source: string,
): { readonly likely?: string | undefined; readonly possible?: string | undefined } {
  const all = leftOut(config);
  const wanted = lettersOf(source);
  const alike = all.filter((name) => {
    const letters = lettersOf(name);
    return letters !== "" && (letters.includes(wanted) || wanted.includes(letters));
  });
  if (alike.length === 1) return { likely: helpForLeftOut(config, alike) };
  return alike.length > 1 ? { likely: oneOf(alike) } : { possible: oneOf(all) };
}

const MAX_NAMED = 3;

function oneOf(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const named = names.slice(0, MAX_NAMED).map((name) => `"${name}"`).join(", ");
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  const stand = names.length === 1 ? "stands" : "stand";
  return "load the plugin that provides the source: " +
    `${named}${more} ${stand} under plugins and not under load_plugins`;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
