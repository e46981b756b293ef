/** A package of a third party as the plugin that the rest of falcod knows. */
import { checkOfSchema, NO_CONFIG } from "../config_schema.ts";
import { addressFaults } from "../permission_advice.ts";
import type { Plugin } from "../plugin.ts";
import type { PluginEntry } from "../registry.ts";
import { documentsOf } from "./documents.ts";
import { fieldTableOf } from "./fields.ts";
import type { Guests, ThirdPartyPlugin } from "./guests.ts";
import { GuestSink } from "./sink.ts";
import { GuestSource } from "./source.ts";

/** Alerts that go to a plugin together. */
const BATCH_SIZE = 1000;

/** None for packs of rules, which are files. */
export function entryOf(plugin: ThirdPartyPlugin, guests: Guests): PluginEntry | undefined {
  const made = pluginOf(plugin, guests);
  return made && {
    kind: made.kind,
    name: made.name,
    load: () => Promise.resolve({ default: made }),
  };
}

function pluginOf(plugin: ThirdPartyPlugin, guests: Guests): Plugin | undefined {
  const { manifest } = plugin;
  const { kind, name, description: summary } = manifest;
  const schema = manifest.config ? checkOfSchema(manifest.config) : NO_CONFIG;
  const described = { name, summary, schema };
  switch (kind) {
    case "rules":
      return undefined;
    case "sink":
      return {
        ...described,
        kind,
        batchSize: BATCH_SIZE,
        check: (config) => {
          const may = { granted: plugin.permissions, asked: manifest.permissions };
          return Promise.resolve(plugin.isTrusted ? [] : addressFaults(config, may));
        },
        create: (config) => new GuestSink(guests.add(plugin, config)),
      };
    case "formatter":
      return {
        ...described,
        kind,
        create: (config) => guests.formatter(plugin, config),
      };
    case "source": {
      const source = manifest.source!;
      return {
        ...described,
        kind,
        name: source.name,
        fields: fieldTableOf(source.fields),
        documents: documentsOf(manifest),
        create: (config) =>
          new GuestSource({
            name: source.name,
            pluginName: name,
            supervisor: guests.add(plugin, config),
          }),
      };
    }
    default:
      return kind satisfies never;
  }
}
