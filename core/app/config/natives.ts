/**
 * Plugins made for Falco, of `plugins` and `load_plugins`: those whose `library_path` is a library. They
 * are opened here, since rules are checked with their fields, but not started.
 *
 * Facts: falco configuration.h (0.45), app/actions/load_plugins.cpp, libs sinsp.cpp register_plugin.
 */
import { isAbsolute, relative, resolve } from "node:path";
import { didYouMean, type Finding, type Report, type Span, whenNeeded } from "../../base/mod.ts";
import type { FieldDefinition } from "../../field/mod.ts";
import type { NativeLoader, NativePlugin, Registry, WiredNative } from "../../plugin/mod.ts";
import { fetchingOfFalco } from "../../package/falco_artifacts.ts";
import { createOne } from "../create_plugins.ts";
import { kindOf } from "../files.ts";
import { AUDIT_PLUGIN, isLoaded, JSON_PLUGIN, K8S_AUDIT } from "./k8s_audit.ts";
import { helpForSource } from "./left_out.ts";
import type { LoadedConfig } from "./load.ts";
import { builtInPlugins, isBuiltIn } from "./plugin_entry.ts";
import type { Config } from "./schema.ts";
import { type ConfigNode, type ConfigPath, nodeAt, placeOf } from "./tree.ts";

/** FALCO_ENGINE_PLUGINS_DIR: relative paths count from there. */
const FALCO_PLUGINS = "/usr/share/falco/plugins";

type PluginEntry = Config["plugins"][number];

export interface WiredLibrary extends WiredNative {
  readonly openParams: string;
}

/** Whether a `library_path` is one of a library, not of a folder or an installed plugin. */
export function isLibrary(path: string): boolean {
  return /\.so(?:\.\d+)*$/.test(path);
}

/** Where Falco would look for it. */
export function libraryPath(path: string): string {
  return path.startsWith("/") ? path : `${FALCO_PLUGINS}/${path}`;
}

/** Opens the libraries that are to be loaded, and makes their sources and fields known. */
export async function wireNatives(
  loaded: LoadedConfig,
  context: { readonly registry: Registry; readonly report: Report },
): Promise<readonly WiredLibrary[]> {
  const { plugins, load_plugins: wanted } = loaded.config;
  const entries = [...plugins.entries()].filter(([, { name, library_path: path }]) =>
    isLibrary(path) && (wanted === undefined || wanted.includes(name))
  );
  const others = entries.filter(([, { name }]) => !isBuiltIn(name));
  if (others.length === 0) return [];
  const { instance: loader } = await createOne("native", WHO_LOADS, context);
  const wiring = new Wiring(loaded, { ...context, loader });
  const isAnyThere = whenNeeded(() => others.some(([, entry]) => isThere(entry)));
  for (const [index, entry] of entries) {
    // Audit events have the fields of JSON built in; what plugins bring along needs the plugin for it.
    if (isBuiltIn(entry.name) && entry.name !== JSON_PLUGIN) continue;
    // That the others are not there is told of these.
    if (isBuiltIn(entry.name) && !isThere(entry) && !isAnyThere()) continue;
    const problem = await problemOfInstalled(entry, loaded.config.plugins_dir);
    if (!problem) wiring.wire(entry, index);
    else {
      const at = valueAt(loaded.root, ["plugins", index, "library_path"]);
      context.report.add({ ...problem, at: problem.at ?? at });
    }
  }
  return wiring.finish();
}

function isThere({ library_path: path }: PluginEntry): boolean {
  return kindOf(libraryPath(path)) !== "missing";
}

/** What `falcod plugin add` has installed is loaded as it was then, or not at all. */
async function problemOfInstalled(
  { library_path: path }: PluginEntry,
  folder: string,
): Promise<Finding | undefined> {
  const place = relative(folder, libraryPath(path));
  if (place.startsWith("../") || isAbsolute(place)) return undefined;
  const [name = ""] = place.split("/");
  const { findInstalled } = await import("../../plugin/store/mod.ts");
  const found = await findInstalled(folder, name);
  if (found?.kind === "problem") return found.finding;
  if (found?.kind === "library" && resolve(found.libraryPath) === resolve(libraryPath(path))) {
    return undefined;
  }
  return {
    code: "P010",
    title: `the library "${path}" is not an installed plugin's`,
    help: found?.kind === "library"
      ? `write library_path: ${found.libraryPath}`
      : "falcod plugin list shows what is installed",
  };
}

/** k8saudit-eks and its like read other logs: the built-in one is nothing to put in their place. */
function helpOfAnother(name: string): string | undefined {
  const known = [...builtInPlugins()].find((other) => name.startsWith(`${other}-`));
  return known && `it is another plugin than ${known}, which is built in: it wants its own library`;
}

/** Only where there is no such file: one that is there may be anything. */
function helpToFetch(name: string): string | undefined {
  const fetching = fetchingOfFalco([name]);
  return fetching && `${fetching} fetches it and shows its path, or check library_path`;
}

const WHO_LOADS = { kind: "native", name: "falco", config: {} } as const;

class Wiring {
  readonly #loaded: LoadedConfig;
  readonly #registry: Registry;
  readonly #report: Report;
  readonly #loader: NativeLoader;
  readonly #wired: (WiredLibrary & { readonly at: Span })[] = [];

  constructor(
    loaded: LoadedConfig,
    { registry, report, loader }: {
      readonly registry: Registry;
      readonly report: Report;
      readonly loader: NativeLoader;
    },
  ) {
    this.#loaded = loaded;
    this.#registry = registry;
    this.#report = report;
    this.#loader = loader;
  }

  wire(entry: PluginEntry, index: number): void {
    const { root } = this.#loaded;
    const at = valueAt(root, ["plugins", index, "library_path"]);
    const nameAt = valueAt(root, ["plugins", index, "name"]);
    const plugin = this.#open(entry, { at, nameAt });
    if (!plugin) return;
    const twin = this.#wired.find(({ plugin: { name, source, sourceId } }) =>
      name === plugin.name || source !== undefined && source.name === plugin.source?.name ||
      sourceId !== undefined && sourceId === plugin.sourceId
    );
    if (twin) {
      this.#refuse(entry, `it is the same as plugin "${twin.plugin.name}", or delivers the same`, {
        at,
        help: "load one of them",
      });
      return;
    }
    if (plugin.capabilities.includes("Event Sourcing") && !plugin.source) {
      this.#refuse(entry, "it delivers events of system calls in place of the kernel", {
        at,
        help: "falcod takes those from the kernel, or from a capture with falcod replay",
      });
      return;
    }
    if (plugin.source?.name === K8S_AUDIT && isLoaded(this.#loaded.config, AUDIT_PLUGIN)) {
      const why =
        `plugin "${AUDIT_PLUGIN}", which is built in, delivers events of ${K8S_AUDIT}, too`;
      this.#refuse(entry, why, { at, help: "load one of them" });
      return;
    }
    const config = this.#configOf(plugin, index);
    this.#wired.push({ plugin, config, openParams: entry.open_params.trim(), at });
    if (plugin.source) {
      const { source } = plugin;
      const load = () => Promise.resolve({ default: source });
      this.#registry.replace({ kind: "source", name: source.name, load });
    }
  }

  /** Fields are for sources, and all of those are known now. */
  finish(): readonly WiredLibrary[] {
    const known = this.#registry.eventSources();
    for (const { plugin, at } of this.#wired) {
      const { fieldSources } = plugin;
      if (fieldSources.length > 0 && !fieldSources.some((source) => known.includes(source))) {
        const why = `its fields are for events of ${
          fieldSources.join(", ")
        }, which nobody delivers`;
        const { likely, possible } = helpForSource(this.#loaded.config, fieldSources[0]!);
        const help = likely ?? possible ?? "load the plugin that does, or leave this one out";
        this.#refuse(plugin, why, { at, help });
      }
      for (const source of known) {
        const isFor = fieldSources.length === 0 || fieldSources.includes(source);
        // The source's own plugin has brought its fields.
        if (!isFor || plugin.source?.name === source) continue;
        this.#warnOfTwins(plugin.fields, { plugin, source, at });
        this.#registry.addFields(source, plugin.fields);
      }
    }
    return this.#wired;
  }

  #warnOfTwins(
    fields: readonly FieldDefinition[],
    { plugin, source, at }: {
      readonly plugin: NativePlugin;
      readonly source: string;
      readonly at: Span;
    },
  ): void {
    for (const other of this.#wired) {
      if (other.plugin === plugin) return;
      const { fieldSources } = other.plugin;
      if (fieldSources.length > 0 && !fieldSources.includes(source)) continue;
      const names = new Set(other.plugin.fields.map(({ name }) => name));
      const twin = fields.find(({ name }) => names.has(name));
      if (!twin) continue;
      this.#refuse(plugin, `plugin "${other.plugin.name}" has a field "${twin.name}", too`, {
        at,
        help: "load one of them",
      });
    }
  }

  #open(
    entry: PluginEntry,
    { at, nameAt }: { readonly at: Span; readonly nameAt: Span },
  ): NativePlugin | undefined {
    try {
      return this.#loader.open(libraryPath(entry.library_path));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const given = "help" in error && typeof error.help === "string" ? error.help : undefined;
      const { name } = entry;
      const slip = helpOfAnother(name) === undefined && !isBuiltIn(name)
        ? didYouMean(name, builtInPlugins())
        : undefined;
      const help = name === JSON_PLUGIN && !isThere(entry)
        ? `${JSON_PLUGIN} is built in for audit events only; plugins of others want its library`
        : (isThere(entry) ? undefined : helpToFetch(name)) ?? helpOfAnother(name) ?? slip ?? given;
      // With the right name no library would be looked for.
      this.#refuse(entry, error.message, { at: slip === undefined ? at : nameAt, help });
      return undefined;
    }
  }

  #refuse(
    { name }: { readonly name: string },
    why: string,
    { at, help }: { readonly at: Span; readonly help: string | undefined },
  ): void {
    this.#report.add({ code: "C018", title: `plugin "${name}" is not loaded: ${why}`, at, help });
  }

  /** What is wrong with it is reported, and nothing will start then. */
  #configOf(plugin: NativePlugin, index: number): string {
    const { root } = this.#loaded;
    const path = ["plugins", index, "init_config"];
    const config = configText(nodeAt(root, path));
    const problems = config === undefined
      ? [{ path: [], message: "a mapping or a text is wanted" }]
      : plugin.checkConfig(config);
    for (const problem of problems) {
      const key = problem.path.length > 0 ? ` at "${problem.path.join(".")}"` : "";
      this.#report.add({
        code: "C044",
        title: `plugin "${plugin.name}" does not take this init_config${key}: ${problem.message}`,
        at: valueAt(root, [...path, ...problem.path]),
        help: `falcod --plugin-info ${plugin.name} shows its schema`,
      });
    }
    // Plugins that have a schema read JSON, and get an empty object in Falco where nothing is written.
    return plugin.configSchema !== undefined && !config?.trim() ? "{}" : config ?? "";
  }
}

/** Of what stands behind a key. */
function valueAt(root: LoadedConfig["root"], path: ConfigPath): Span {
  return nodeAt(root, path)?.at ?? placeOf(root, path);
}

/** As Falco hands it on: a mapping becomes JSON, a text stays as it is. Nothing else can be. */
export function configText(node: ConfigNode | undefined): string | undefined {
  switch (node?.kind) {
    case undefined:
    case "null":
      return "";
    case "scalar":
      return node.text;
    case "mapping":
      return JSON.stringify(jsonOf(node));
    case "sequence":
      return undefined;
    default:
      return node satisfies never;
  }
}

/** Numbers and truths are what looks like one, quoted or not: so Falco reads them. */
function jsonOf(node: ConfigNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "sequence":
      return node.items.map(jsonOf);
    case "mapping":
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, jsonOf(value)]));
    case "scalar":
      return valueOf(node.text);
    default:
      return node satisfies never;
  }
}

/** Spellings of yaml-cpp, in the order in which Falco tries them. */
function valueOf(text: string): string | number | boolean {
  if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (/^0x[0-9a-fA-F]{1,8}$/.test(text)) return Number(text);
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (/^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/.test(text)) return true;
  if (/^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/.test(text)) return false;
  return text;
}
