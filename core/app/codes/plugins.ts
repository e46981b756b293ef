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
  {
    code: "P010",
    title: "plugin that is not there",
    meaning: "library_path names nothing that is built in, installed, or a folder with a manifest.",
    matters: "Whatever the plugin was to do is not done.",
  },
  {
    code: "P011",
    title: "plugin of another name",
    meaning: "An entry of plugins has another name than the manifest of what it loads.",
    matters: "Rule files and sinks ask for plugins by their names.",
  },
  {
    code: "P012",
    title: "plugin in the way of another",
    meaning: "There is a source, sink or formatter of that name already.",
    matters: "Which of them was meant cannot be told, so this one is not loaded.",
  },
  {
    code: "P013",
    title: "permission that the plugin does not ask for",
    meaning: "permissions of an entry of plugins grants what the manifest has no word about.",
    matters: "It is not granted: perhaps it is for another version of the plugin.",
  },
  {
    code: "P014",
    title: "permission that is not granted",
    meaning: "The manifest of a plugin asks for something that nobody has granted.",
    matters: "The plugin runs without it, and will probably fail when it needs it.",
  },
  {
    code: "P015",
    title: "keys for a plugin that has none there",
    meaning:
      "init_config or open_params stands with a plugin that takes its keys elsewhere, or takes none.",
    matters: "They have no effect.",
  },
  {
    code: "P016",
    title: "package that is a library",
    meaning: "What is installed under that name is a library with Falco's plugin interface.",
    matters: "Libraries are loaded by their path, so that nobody loads one by accident.",
  },
  {
    code: "P017",
    title: "file of a plugin is not the one of the manifest",
    meaning: "The SHA-256 of a file in the package is not the one its manifest has.",
    matters: "Nobody vouches for what is in the file, so it is not loaded.",
  },
  {
    code: "P018",
    title: "sink that gets no alerts",
    meaning: "A plugin is a sink, and no entry of sinks has its name as type.",
    matters: "It is loaded for nothing.",
  },
];
