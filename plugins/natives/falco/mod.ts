/**
 * Plugins made for Falco: shared libraries with its plugin interface. They deliver events of their own,
 * add fields, follow events of others.
 *
 * `ffi/c_plugin` speaks with a library; here it becomes a source, fields, and a run. As in Falco a plugin
 * has a state of its own for every event source that it looks at. What a plugin is asked while an event is
 * being judged reads that event from the `Slot` of its source: events of other sources than plugins' are
 * put into its form when the first plugin asks.
 */
import type { NativeLoader, NativeLoaderPlugin } from "../../../core/mod.ts";
import { openCPlugin } from "../../../ffi/c_plugin/mod.ts";
import { FalcoPlugin } from "./plugin.ts";
import { FalcoRun } from "./run.ts";
import { type LoaderConfig, loaderSchema } from "./schema.ts";

const plugin: NativeLoaderPlugin<LoaderConfig> = {
  kind: "native",
  name: "falco",
  summary: "Plugins made for Falco, which are libraries",
  schema: loaderSchema,
  create: () => loader,
};

export default plugin;

/** Libraries stay as long as the process, so a reload finds those that run. */
const opened = new Map<string, FalcoPlugin>();

const loader: NativeLoader = {
  open: (path) => {
    let plugin = opened.get(path);
    if (!plugin) opened.set(path, plugin = new FalcoPlugin(openCPlugin(path)));
    return plugin;
  },
  start: async (wired, host) =>
    await FalcoRun.start(
      wired.map(({ plugin, config }) => {
        if (plugin instanceof FalcoPlugin) return { plugin, config };
        throw new Error(`plugin "${plugin.name}" was opened by somebody else`);
      }),
      host,
    ),
};
