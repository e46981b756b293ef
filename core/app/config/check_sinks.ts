/** What sinks of falco.yaml think of their own keys: only their plugins, once loaded, know. */
import type { Report } from "../../base/mod.ts";
import type { Registry } from "../../plugin/mod.ts";
import { reportValue } from "./check.ts";
import type { LoadedConfig } from "./load.ts";
import type { WiredSink } from "./outputs.ts";
import { checkPluginKeys } from "./plugin_keys.ts";
import { COMMON_KEYS } from "./sink_options.ts";

/** The sinks without the keys that nobody knows; all that is wrong is reported. */
export function checkSinks(
  sinks: readonly WiredSink[],
  { root }: Pick<LoadedConfig, "root">,
  { registry, report }: { readonly registry: Registry; readonly report: Report },
): Promise<readonly WiredSink[]> {
  return Promise.all(sinks.map(async (sink) => {
    const { place, name, options } = sink;
    if (!place) return sink;
    const { schema, isAlone } = await registry.load("sink", name);
    if (isAlone && options?.concurrency !== undefined) {
      const wanted = `1, since two of type "${name}" would get in each other's way`;
      const path = [...place, "max_concurrency"];
      reportValue(root, { path, wanted, hasNoDefault: true }, report);
    }
    const config = checkPluginKeys(sink.config, {
      schema,
      root,
      place,
      report,
      others: COMMON_KEYS,
    });
    return { ...sink, config };
  }));
}
