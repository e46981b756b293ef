/** `--plugin-info`: one plugin, as Falco tells of it. */
import { nearest } from "../../base/mod.ts";
import { Registry } from "../../plugin/mod.ts";
import { jsonSchemaOf } from "../config/json_schema.ts";
import type { WiredLibrary } from "../config/natives.ts";
import { builtInPlugins, initConfigOf } from "../config/plugin_entry.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit.ts";
import type { Host } from "../host.ts";
import { silentLogger } from "../log.ts";
import { printLines } from "../print_lines.ts";
import { nothingFound } from "../table.ts";
import { VERSION } from "../version.ts";
import { capabilityLines } from "./configured_plugins.ts";

interface PluginInfo {
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly schema: Parameters<typeof jsonSchemaOf>[0];
}

/** Plugins of Falco that are built in, by the names they have there. */
const FALCO_PLUGINS: Readonly<Record<string, Omit<PluginInfo, "schema">>> = {
  container: {
    description: "What containers and pods are called, from the engines that run them",
    capabilities: ["Field Extraction", "Event Parsing", "Async Events"],
  },
  k8saudit: {
    description: "Audit events of Kubernetes, from a webhook or from files",
    capabilities: ["Event Sourcing (ID=1, source='k8s_audit')", "Field Extraction"],
  },
  json: {
    description: "Fields of events that are JSON",
    capabilities: ["Field Extraction"],
  },
};

/** What is asked for may be the path of a library, as in Falco. */
export async function tellPluginInfo(
  asked: string,
  natives: readonly WiredLibrary[],
  host: Host,
): Promise<number> {
  const native = natives.find(({ plugin }) => plugin.name === asked || plugin.path === asked);
  if (native) return await tellNative(native, host);
  const name = builtInLibrary(asked) ?? asked;
  const info = await infoOf(name, host);
  if (!info) {
    const names = [...builtInPlugins(), ...host.plugins.map((plugin) => plugin.name)];
    const near = nearest(name, names);
    const instead = near ? `did you mean "${near}"?` : "falcod --list-plugins shows those built in";
    host.error.write(nothingFound("plugin", name, { names, instead }));
    return EXIT_FAILURE;
  }
  const lines = [
    `Name: ${name}`,
    `Description: ${info.description}`,
    "Contact: falcod, of which it is a part",
    `Version: ${VERSION}`,
    "Capabilities:",
    ...info.capabilities.map((capability) => `  - ${capability}`),
    "",
    "Init config schema type: JSON",
    JSON.stringify(jsonSchemaOf(info.schema)),
  ];
  host.out.write(lines.map((line) => `${line}\n`).join(""));
  return EXIT_OK;
}

/** Starts the plugin to ask what it can be opened with, as Falco does. */
async function tellNative({ plugin, config }: WiredLibrary, host: Host): Promise<number> {
  const { name, description, contact, version, configSchema, source } = plugin;
  const lines = [
    `Name: ${name}`,
    `Description: ${description}`,
    `Contact: ${contact}`,
    `Version: ${version}`,
    "Capabilities:",
    ...capabilityLines(plugin),
    "",
    ...configSchema === undefined
      ? ["Init config schema type: none, init_config is a text that the plugin understands"]
      : ["Init config schema type: JSON", JSON.stringify(configSchema)],
  ];
  printLines(lines, host.out);
  if (!source) return EXIT_OK;
  const params = await plugin.openParams(config, silentLogger);
  const shown = params.map(({ value, description }) =>
    description === "" ? value : `${value}: ${description}`
  );
  const told = shown.length > 0 ? ["Suggested open params:", ...shown] : [NO_PARAMS];
  printLines(["", ...told], host.out);
  return EXIT_OK;
}

const NO_PARAMS = "No suggested open params: the plugin names none";

async function infoOf(name: string, host: Host): Promise<PluginInfo | undefined> {
  const falcos = Object.hasOwn(FALCO_PLUGINS, name) ? FALCO_PLUGINS[name] : undefined;
  const schema = initConfigOf(name);
  if (falcos && schema) return { ...falcos, schema };
  const entry = host.plugins.find((plugin) => plugin.name === name);
  if (!entry) return undefined;
  const plugin = await new Registry(host.plugins).load(entry.kind, name);
  const capabilities = entry.kind === "source"
    ? ["Event Sourcing (system events)", "Field Extraction"]
    : [`${entry.kind.replaceAll("_", " ")} of falcod`];
  return { description: plugin.summary, capabilities, schema: plugin.schema };
}

/** The name of a plugin that is built in and a library of Falco's: `json` for `libjson.so`. */
function builtInLibrary(path: string): string | undefined {
  const [, name = ""] = /(?:^|\/)lib([\w-]+)\.so$/.exec(path) ?? [];
  return Object.hasOwn(FALCO_PLUGINS, name) ? name : undefined;
}
