/** Plugins that settings name, made ready to use. */
import { Report } from "../base/mod.ts";
import {
  checkPluginConfig,
  type Formatter,
  type PluginOf,
  type Registry,
  type SinkContext,
} from "../plugin/mod.ts";
import type { Wired } from "./config/settings.ts";

type Kind = Wired["kind"];
type Created<K extends Kind> = ReturnType<PluginOf<K>["create"]>;

export interface WithRegistry {
  readonly registry: Registry;
}

type Create = (config: unknown, context: Partial<SinkContext>) => unknown;

export async function createAll<K extends Kind>(
  kind: K,
  wired: readonly Wired[],
  context: WithRegistry,
): Promise<Created<K>[]> {
  const created: Created<K>[] = [];
  for (const one of wired) created.push((await createOne(kind, one, context)).instance);
  return created;
}

export async function createFormatter(wired: Wired, context: WithRegistry): Promise<Formatter> {
  return (await createOne("formatter", wired, context)).instance;
}

/** With the plugin that made it. */
export async function createOne<K extends Kind>(
  kind: K,
  { name, config }: Wired,
  { registry, log }: WithRegistry & Partial<SinkContext>,
): Promise<{ readonly plugin: PluginOf<K>; readonly instance: Created<K> }> {
  const plugin = await registry.load(kind, name);
  const report = new Report();
  const checked = checkPluginConfig(plugin, config, { report });
  if (report.hasErrors) {
    // The settings are ours, made from a checked falco.yaml: a user cannot cause this.
    throw new Error(report.diagnostics.map((diagnostic) => diagnostic.title).join("; "));
  }
  const create = plugin.create.bind(plugin) as Create;
  return { plugin, instance: create(checked, log ? { log } : {}) as Created<K> };
}
