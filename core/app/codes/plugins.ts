/** `P`: packages of plugins. */
import type { CodeEntry } from "./entry.ts";

export const PLUGIN_CODES: readonly CodeEntry[] = [
  {
    code: "P001",
    title: "manifest of a plugin cannot be read",
    meaning:
      "falcod-plugin.json is no JSON, has a key twice, is larger than 256 KiB or nested too deeply.",
    matters: "What the plugin asks for is not known, so it is not loaded.",
  },
  {
    code: "P002",
    title: "manifest of a plugin is wrong",
    meaning: "A key of falcod-plugin.json is missing, unknown, or has a value it does not take.",
    matters: "falcod could not hold the plugin to what it does not understand.",
  },
  {
    code: "P003",
    title: "plugin for another falcod",
    meaning: "The plugin is written against another version of the interface of plugins.",
    matters: "It might be called in a way that it does not expect.",
  },
];
