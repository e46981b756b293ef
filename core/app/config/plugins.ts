/**
 * `plugins` and `load_plugins` of falco.yaml: what of that is built in, a library of Falco's kind, or a
 * package of a third party, installed or in a folder. Nobody's code runs here.
 */
import { isAbsolute, join } from "node:path";
import { type Report, SourceText, type Span } from "../../base/mod.ts";
import type { PluginEntry, Registry } from "../../plugin/mod.ts";
import { grantsOf } from "../../plugin/permissions.ts";
import type { ThirdPartyKind } from "../../plugin/manifest.ts";
import type { Guests } from "../../plugin/third_party/guests.ts";
import type { OpenedPackage } from "../../plugin/third_party/package.ts";
import type { RulePath } from "../rules.ts";
import type { LoadedConfig } from "./load.ts";
import { isLibrary } from "./natives.ts";
import { isBuiltIn } from "./plugin_entry.ts";
import type { Config } from "./schema.ts";
import type { Wired } from "./settings.ts";
import { unfoldText } from "./check.ts";
import { checkPluginKeys } from "./plugin_keys.ts";
import { type ConfigPath, nodeAt, placeOf, plainValue } from "./tree.ts";

/** Where Falco has its plugins, and where it looks for relative paths. */
const FALCO_FOLDER = "/usr/share/falco/plugins";

/** An entry of `plugins` that is to be loaded. */
export interface PluginPlace {
  readonly plugin: Config["plugins"][number];
  readonly place: ConfigPath;
}

export interface AddedPlugin {
  readonly name: string;
  readonly kind: ThirdPartyKind;
  readonly version: string;
  /** Of one that delivers events: their source. */
  readonly source?: string;
}

export interface WiredPlugins {
  /** All that are there now. */
  readonly added: readonly AddedPlugin[];
  /** Sources that they bring, with their configuration. */
  readonly sources: readonly Wired[];
  /** Rules of packs, in front of all others. */
  readonly rulePaths: readonly RulePath[];
  /** Configurations of formatters, by name. */
  readonly formatters: ReadonlyMap<string, unknown>;
  /** `plugins` that were looked at: whatever is wrong with these has been told. */
  readonly names: ReadonlySet<string>;
  /** What sinks name and is there, but cannot be used, which has been told. */
  readonly refused: ReadonlySet<string>;
}

export const NO_PLUGINS: WiredPlugins = {
  added: [],
  sources: [],
  rulePaths: [],
  formatters: new Map(),
  names: new Set(),
  refused: new Set(),
};

/** For each plugin's process. */
const STANDARD_MEMORY_MB = 256, STANDARD_CPU_PERCENT = 100;

interface Context {
  readonly loaded: LoadedConfig;
  readonly registry: Registry;
  readonly report: Report;
  readonly guests: Guests;
}

/** Adds what is wired to the registry; what is wrong is reported. */
export async function wirePlugins(context: Context): Promise<WiredPlugins> {
  const { loaded: { config }, registry } = context;
  const packages = placesOf(config).filter(({ plugin: { name, library_path: path } }) =>
    !isBuiltIn(name) && !registry.has("source", name) && !isLibrary(path)
  );
  const wanted = namesInSinks(config).filter((name) =>
    !packages.some(({ plugin }) => plugin.name === name)
  );
  const wiring = new Wiring(context);
  // Most configurations have none, and should not wait for what reads them.
  if (packages.length > 0) await wiring.addPackages(packages);
  if (wanted.length > 0) await wiring.addInstalled(wanted);
  return wiring.wired;
}

function placesOf({ plugins, load_plugins }: Config): readonly PluginPlace[] {
  return plugins.map((plugin, index) => ({ plugin, place: ["plugins", index] }))
    .filter(({ plugin: { name } }) => load_plugins?.includes(name) ?? true);
}

/** Types and formats of sinks. */
function namesInSinks({ sinks }: Config): readonly string[] {
  return [...new Set(sinks.flatMap(({ type, format }) => [type, format]))];
}

class Wiring {
  readonly #context: Context;
  readonly #sources: Wired[] = [];
  readonly #rulePaths: RulePath[] = [];
  readonly #formatters = new Map<string, unknown>();
  readonly #added: AddedPlugin[] = [];
  readonly #names = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #told = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  get wired(): WiredPlugins {
    return {
      sources: this.#sources,
      rulePaths: this.#rulePaths,
      formatters: this.#formatters,
      added: this.#added,
      names: this.#names,
      refused: this.#refused,
    };
  }

  async addPackages(places: readonly PluginPlace[]): Promise<void> {
    const { openFolder, openInstalledPackage } = await import(
      "../../plugin/third_party/package.ts"
    );
    const { loaded: { config, root }, report } = this.#context;
    for (const place of places) {
      const { plugin: { name, library_path: path } } = place;
      this.#names.add(name);
      const at = nodeAt(root, [...place.place, "library_path"])?.at ?? placeOf(root, place.place);
      const found = path.includes("/")
        ? await openFolder(isAbsolute(path) ? path : join(FALCO_FOLDER, path), report, at)
        : await this.#tellOnce((report) =>
          openInstalledPackage(config.plugins_dir, path, report, at)
        );
      if (found === undefined) {
        report.add({
          code: "P010",
          title: `plugin "${name}" is not there: "${path}" is neither built in nor installed`,
          at,
          help: "falcod plugin add installs it; a folder or library is named by its path",
        });
      } else if (found !== "wrong") await this.#add(found, place);
      if (!this.#added.some((plugin) => plugin.name === name)) this.#refused.add(name);
    }
  }

  /** What sinks name need not stand under `plugins` when it is installed. */
  async addInstalled(names: readonly string[]): Promise<void> {
    const { loaded: { config, root }, registry } = this.#context;
    const kinds = ["sink", "formatter"] as const;
    const unknown = names.filter((name) =>
      name !== "standard" && !kinds.some((kind) => registry.has(kind, name))
    );
    if (unknown.length === 0) return;
    const { openInstalledPackage } = await import("../../plugin/third_party/package.ts");
    for (const name of unknown) {
      const index = config.sinks.findIndex(({ type, format }) => type === name || format === name);
      const at = placeOf(root, ["sinks", index]);
      const found = await this.#tellOnce((report) =>
        openInstalledPackage(config.plugins_dir, name, report, at)
      );
      if (found === "wrong") this.#refused.add(name);
      else if (found) await this.#add(found, undefined);
    }
  }

  /** What is wrong with the folder of plugins is wrong for each of them. */
  async #tellOnce<Found>(look: (report: Report) => Promise<Found>): Promise<Found> {
    const { report } = this.#context;
    const own = report.part();
    const found = await look(own);
    report.absorb(own, (problem) => this.#told.has(problem.title) ? undefined : problem);
    for (const { title } of own.diagnostics) this.#told.add(title);
    return found;
  }

  async #add(found: OpenedPackage, place: PluginPlace | undefined): Promise<void> {
    const { loaded: { root }, report } = this.#context;
    const { manifest } = found;
    const at = place && placeOf(root, place.place);
    if (place && manifest.name !== place.plugin.name) {
      report.add({
        code: "P011",
        title: `plugin "${place.plugin.name}" is called "${manifest.name}" where it comes from`,
        at: nodeAt(root, [...place.place, "name"])?.at,
        help: `write name: ${manifest.name}`,
      });
      return;
    }
    const { name, kind, version } = manifest;
    if (kind === "rules") {
      this.#added.push({ name, kind, version });
      for (const { path, text } of found.rules) {
        this.#rulePaths.push({ path, at, required: true, text: new SourceText(path, text) });
      }
      this.#refuseConfig(place, "packs of rules have no configuration");
      return;
    }
    const { entryOf } = await import("../../plugin/third_party/plugin_of.ts");
    const entry = entryOf({
      manifest,
      entry: found.entry,
      permissions: this.#permissionsOf(found, place),
      isTrusted: place?.plugin.trusted ?? false,
      memoryBytes: (place?.plugin.max_memory_mb ?? STANDARD_MEMORY_MB) * 2 ** 20,
      cpuShare: (place?.plugin.max_cpu_percent ?? STANDARD_CPU_PERCENT) / 100,
    }, this.#context.guests)!;
    if (!this.#isFree(entry, at)) return;
    this.#context.registry.add(entry);
    this.#added.push({ name, kind, version, ...kind === "source" && { source: entry.name } });
    if (manifest.kind === "sink") {
      if (place) this.#tellIdle(place);
      this.#refuseConfig(place, "keys of a sink stand in its entry under sinks");
      return;
    }
    const config = await this.#configOf(entry, place);
    if (manifest.kind === "formatter") this.#formatters.set(entry.name, config);
    else this.#sources.push({ kind: "source", name: entry.name, config });
  }

  #isFree({ kind, name }: PluginEntry, at: Span | undefined): boolean {
    const { registry, report } = this.#context;
    if (!registry.has(kind, name)) return true;
    const what = kind === "source" ? `a source of "${name}" events` : `a ${kind} called "${name}"`;
    report.add({
      code: "P012",
      title: `there is ${what} already`,
      at,
      help: "leave one of both out",
    });
    return false;
  }

  /** Of a folder what falco.yaml says; of an installed one what was granted when it was added. */
  #permissionsOf({ manifest, granted }: OpenedPackage, place: PluginPlace | undefined) {
    const { loaded: { root }, report } = this.#context;
    const { permissions: asked, name } = manifest;
    const given = place?.plugin.permissions;
    const { permissions, notAsked, notGranted } = grantsOf(asked, given ?? granted);
    const at = place && placeOf(root, [...place.place, ...given ? ["permissions"] : []]);
    for (const entry of given ? notAsked : []) {
      report.add({
        code: "P013",
        severity: "warning",
        title: `plugin "${name}" does not ask for ${entry}: it does not get it`,
        at,
        help: "leave it out",
      });
    }
    if (notGranted.length > 0 && !place?.plugin.trusted) {
      report.add({
        code: "P014",
        severity: "warning",
        title: `plugin "${name}" asks for ${notGranted.join(", ")}, and may not`,
        at,
        help: "what it shall have stands under permissions of its entry, or is granted by " +
          "falcod plugin add",
      });
    }
    return permissions;
  }

  #tellIdle({ plugin: { name }, place }: PluginPlace): void {
    const { loaded: { config, root }, report } = this.#context;
    if (namesInSinks(config).includes(name)) return;
    report.add({
      code: "P018",
      severity: "warning",
      title: `plugin "${name}" is a sink, and no entry of sinks is of that type`,
      at: placeOf(root, place),
      help: `add one under sinks: - type: ${name}`,
    });
  }

  #refuseConfig(place: PluginPlace | undefined, why: string): void {
    const { loaded: { root }, report } = this.#context;
    for (const key of ["init_config", "open_params"] as const) {
      const value = place?.plugin[key];
      if (!place || value === undefined || value === "") continue;
      report.add({
        code: "P015",
        severity: "warning",
        title: `"${key}" of plugin "${place.plugin.name}" is without effect: ${why}`,
        at: placeOf(root, [...place.place, key]),
        help: "leave it out",
      });
    }
  }

  /** `init_config`, and `open_params` as a key of it where there is one. */
  async #configOf(entry: PluginEntry, place: PluginPlace | undefined): Promise<unknown> {
    const { loaded: { root }, report } = this.#context;
    const { schema } = (await entry.load()).default;
    const path = [...place?.place ?? [], "init_config"];
    // A text of JSON stands for what it says, as in Falco.
    if (place) unfoldText(root, path, report);
    const written = place && nodeAt(root, path);
    const isEmpty = written === undefined || written.kind === "scalar" && written.text === "";
    const config = isEmpty ? {} : plainValue(written) ?? {};
    const params = place?.plugin.open_params ?? "";
    if (params !== "" && typeof config === "object") Object.assign(config, { open_params: params });
    return checkPluginKeys(config, { schema, root, place: path, report });
  }
}
