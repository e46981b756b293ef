/** falcod with a source that throws in the middle of an event: how a bug of ours ends. */
import { denoHost, run } from "../../core/app/mod.ts";
import type { PluginEntry, SourcePlugin } from "../../core/mod.ts";
import { builtinPlugins } from "../../plugins/mod.ts";

function broken({ create, ...plugin }: SourcePlugin): SourcePlugin {
  return {
    ...plugin,
    create(config) {
      const source = create(config);
      const run = source.run.bind(source);
      source.run = (needs, context) =>
        run(needs, {
          ...context,
          deliver: () => {
            throw new TypeError("broken on purpose");
          },
        });
      return source;
    },
  };
}

const plugins = builtinPlugins.map((entry): PluginEntry => {
  if (entry.kind !== "source") return entry;
  return {
    ...entry,
    load: async () => {
      const { default: plugin } = await entry.load() as { readonly default: SourcePlugin };
      return { default: broken(plugin) };
    },
  };
});
Deno.exitCode = await run(Deno.args, denoHost(plugins, `${Deno.cwd()}/rules`));
