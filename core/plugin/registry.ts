/** Where plugins are found: by kind and name, loaded the first time somebody asks. */
import { didYouMean, type Report, type Span } from "../base/mod.ts";
import type { FieldDefinition, FieldTable } from "../field/mod.ts";
import type { Plugin } from "./plugin.ts";

export type PluginKind = Plugin["kind"];
export type PluginOf<Kind extends PluginKind> = Extract<Plugin, { readonly kind: Kind }>;

/** A plugin that could be loaded. */
export interface PluginEntry {
  readonly kind: PluginKind;
  /** Of sources: the event source they deliver, unless `standsInFor` says otherwise. */
  readonly name: string;
  /** The event source whose events this one delivers in place of the plugin of that name. */
  readonly standsInFor?: string;
  /**
   * Of sources: what rules can ask of their events, where that is known without the plugin. Rules are
   * checked for every source there is; few are wired.
   */
  readonly fields?: () => Promise<FieldTable>;
  /** Literal dynamic import, so that a compiled program carries it and only wired ones load. */
  readonly load: () => Promise<{ readonly default: Plugin }>;
}

/** A plugin that is there but cannot be used: our mistake or the packager's, not the user's. */
export class PluginError extends Error {
  override readonly name = "PluginError";
  constructor(readonly code: "load-failed" | "not-a-plugin", message: string, cause?: unknown) {
    super(message, { cause });
  }
}

export class Registry {
  readonly #entries = new Map<string, PluginEntry>();
  readonly #loaded = new Map<string, Promise<Plugin>>();
  readonly #added = new Map<string, readonly FieldDefinition[]>();

  constructor(entries: Iterable<PluginEntry>) {
    for (const entry of entries) this.add(entry);
  }

  /** One more, found while the configuration was read. That there is one of its name is a bug. */
  add(entry: PluginEntry): void {
    const key = `${entry.kind}/${entry.name}`;
    if (this.#entries.has(key)) throw new Error(`two plugins are called ${key}`);
    this.#entries.set(key, entry);
  }

  /** One in the place of another of its kind and name, if there is one. */
  replace(entry: PluginEntry): void {
    const key = `${entry.kind}/${entry.name}`;
    this.#entries.delete(key);
    this.#loaded.delete(key);
    this.add(entry);
  }

  /** Rules can ask events of a source for these, too; what its own plugin has of that name stays. */
  addFields(source: string, fields: Iterable<FieldDefinition>): void {
    const added = [...this.#added.get(source) ?? [], ...fields];
    this.#added.set(source, added);
  }

  /** Names of one kind, in the order they were registered. */
  names(kind: PluginKind): readonly string[] {
    return [...this.#entries.values()].filter((entry) => entry.kind === kind)
      .map((entry) => entry.name);
  }

  /** Names that rules can have as their source. */
  eventSources(): readonly string[] {
    return [...this.#entries.values()]
      .filter(({ kind, standsInFor }) => kind === "source" && standsInFor === undefined)
      .map(({ name }) => name);
  }

  /** The event source whose events a source plugin delivers. */
  eventSource(plugin: string): string {
    return this.#entries.get(`source/${plugin}`)?.standsInFor ?? plugin;
  }

  has(kind: PluginKind, name: string): boolean {
    return this.#entries.has(`${kind}/${name}`);
  }

  /** Loads a registered plugin once. Asking for one that is not registered is a bug. */
  async load<Kind extends PluginKind>(kind: Kind, name: string): Promise<PluginOf<Kind>> {
    const key = `${kind}/${name}`;
    const entry = this.#entries.get(key);
    if (!entry) throw new Error(`no plugin ${key} is registered`);
    let loading = this.#loaded.get(key);
    if (!loading) this.#loaded.set(key, loading = imported(entry));
    return await loading as PluginOf<Kind>;
  }

  /** What rules can ask of the events of a source. */
  async fieldsOf(source: string): Promise<FieldTable> {
    const { fields } = this.#entries.get(`source/${source}`) ?? {};
    const own = fields ? await fields() : (await this.load("source", source)).fields;
    const added = this.#added.get(source);
    if (!added) return own;
    return new Map([...added.map((field) => [field.name, field] as const), ...own]);
  }

  /** What to answer to a name nobody registered. */
  suggestion(kind: PluginKind, name: string): string | undefined {
    return didYouMean(name, this.names(kind));
  }
}

async function imported(entry: PluginEntry): Promise<Plugin> {
  let plugin: Plugin;
  try {
    plugin = (await entry.load()).default;
  } catch (error) {
    const message = `Cannot load ${entry.kind} plugin "${entry.name}"`;
    throw new PluginError("load-failed", message, error);
  }
  if (plugin?.kind !== entry.kind || plugin.name !== entry.name) {
    const found = plugin ? `${plugin.kind} "${plugin.name}"` : "nothing";
    const wanted = `${entry.kind} plugin "${entry.name}"`;
    throw new PluginError("not-a-plugin", `Cannot load ${wanted}: its module exports ${found}`);
  }
  return plugin;
}

/** What a plugin's `create` takes. */
export type ConfigOf<P extends Plugin> = Parameters<P["create"]>[0];

/**
 * Checks a plugin's own part of the configuration. Mistakes are reported at the place `locate` gives
 * for a path into `config`.
 */
export function checkPluginConfig<P extends Plugin>(
  plugin: P,
  config: unknown,
  options: {
    readonly report: Report;
    readonly locate?: (path: readonly (string | number)[]) => Span | undefined;
  },
): ConfigOf<P> | undefined {
  const result = plugin.schema.safeParse(config);
  if (result.success) return result.data as ConfigOf<P>;
  for (const issue of result.error.issues) {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    const key = path.length > 0 ? ` at "${path.join(".")}"` : "";
    options.report.add({
      code: "C014",
      title: `${plugin.kind} "${plugin.name}" does not take this configuration${key}: ` +
        issue.message,
      at: options.locate?.(path),
    });
  }
  return undefined;
}
