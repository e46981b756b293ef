/** What is secret of sinks, as they are configured. */
import { Report } from "../../base/mod.ts";
import { checkPluginConfig, type Registry } from "../../plugin/mod.ts";
import type { WiredSink } from "../config/outputs.ts";
import { SecretMask, type ShownTo } from "./mask.ts";

export async function maskFor(
  sinks: readonly WiredSink[],
  registry: Registry,
  shownTo?: ShownTo,
): Promise<SecretMask> {
  const configs = await Promise.all(sinks.map((sink) => checkedConfig(sink, registry)));
  return new SecretMask(configs, shownTo);
}

/** With its secrets; what is wrong with it has been told before. */
async function checkedConfig({ name, config }: WiredSink, registry: Registry): Promise<unknown> {
  const plugin = await registry.load("sink", name);
  return checkPluginConfig(plugin, config, { report: new Report() });
}
