/** All of Falco's plugins in a run: who looks at events of which source, and in which order. */
import type { Event, NativeHost, NativeMetric, NativeRun } from "../../../core/mod.ts";
import { CPlugin, type CPluginLibrary, HostTableView, Tables } from "../../../ffi/c_plugin/mod.ts";
import { AsyncEvents } from "./async_events.ts";
import { loggerTo } from "./log.ts";
import type { FalcoPlugin } from "./plugin.ts";
import { codeOf, Slot, typesFollowed } from "./slot.ts";
import { within } from "./within.ts";

/** PPME_PLUGINEVENT_E: what plugins see that do not say more, and do not look at system calls. */
const PLUGIN_EVENTS: ReadonlySet<number> = new Set([322]);
const SYSCALL = "syscall";
/** How long plugins may take to end. */
const STOP_MS = 5000;
/** How long they may take to say how they are: somebody waits for the answer. */
const METRICS_MS = 500;

export interface Wired {
  readonly plugin: FalcoPlugin;
  readonly config: string;
}

/** A plugin that follows events of a source. */
interface Follower {
  readonly plugin: CPlugin;
  readonly types: ReadonlySet<number> | undefined;
}

interface Watched {
  readonly slot: Slot;
  readonly plugins: CPlugin[];
  readonly followers: Follower[];
  readonly async: AsyncEvents[];
}

export class FalcoRun implements NativeRun {
  readonly #host: NativeHost;
  readonly #wired: readonly Wired[];
  readonly #watched = new Map<string, Watched>();
  /** That have not answered yet. */
  readonly #measured = new Set<CPlugin>();
  readonly #opening: Promise<void>[] = [];
  #isOver = false;

  private constructor(wired: readonly Wired[], host: NativeHost) {
    this.#wired = wired;
    this.#host = host;
  }

  /** In the order of the configuration, as in Falco: plugins find tables of those before them. */
  static async start(wired: readonly Wired[], host: NativeHost): Promise<FalcoRun> {
    const run = new FalcoRun(wired, host);
    try {
      for (const source of host.sources) await run.#startFor(source);
    } catch (error) {
      await run.stop();
      throw error;
    }
    return run;
  }

  follow(event: Event): void {
    const watched = this.#watched.get(event.source);
    if (!watched) return;
    watched.slot.begin(event);
    for (const { plugin, types } of watched.followers) {
      if (types?.has(codeOf(event)) === false) continue;
      const input = watched.slot.inputOf(event);
      if (input) plugin.parse(input);
    }
  }

  opened(source: string): Promise<void> {
    const opening = this.#open(source);
    this.#opening.push(opening.catch(() => {}));
    return opening;
  }

  needs(source: string): { readonly looks: boolean; readonly eventTypes: ReadonlySet<number> } {
    const watched = this.#watched.get(source);
    const types = watched?.followers.flatMap(({ types }) => [...types ?? []]) ?? [];
    return { looks: watched !== undefined, eventTypes: typesFollowed(types) };
  }

  async metrics(source: string): Promise<readonly NativeMetric[]> {
    const plugins = this.#watched.get(source)?.plugins ?? [];
    return (await Promise.all(plugins.map((plugin) => this.#metricsOf(plugin)))).flat();
  }

  /** One that does not answer is not asked again before it has. */
  async #metricsOf(plugin: CPlugin): Promise<readonly NativeMetric[]> {
    if (this.#isOver || this.#measured.has(plugin)) return [];
    this.#measured.add(plugin);
    const asked = plugin.metrics().finally(() => this.#measured.delete(plugin));
    const { name } = plugin.library;
    try {
      const signal = AbortSignal.abort(), otherwise = new Error("it takes too long");
      const metrics = await within(asked, { signal, afterMs: METRICS_MS, otherwise });
      return metrics.map((metric) => ({ plugin: name, ...metric }));
    } catch {
      asked.catch(() => {});
      return [];
    }
  }

  /** In the opposite order. Never rejects: what a plugin breaks off with concerns nobody any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#opening);
    const watched = [...this.#watched.values()];
    const all = watched.flatMap(({ plugins }) => plugins).reverse();
    for (const plugin of all) {
      if (plugin.isAsync) await this.#try(plugin, () => plugin.stopAsync());
    }
    // The last events that were sent are judged while plugins can be asked.
    for (const { async } of watched) for (const events of async) events.flush();
    this.#watched.clear();
    for (const { plugin } of this.#wired) plugin.states.clear();
    for (const plugin of all) await this.#try(plugin, () => end(plugin));
  }

  async #try(plugin: CPlugin, what: () => Promise<void>): Promise<void> {
    try {
      const signal = AbortSignal.abort();
      const otherwise = new Error("it takes too long");
      await within(what(), { signal, afterMs: STOP_MS, otherwise });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#host.log.warning(`plugin "${plugin.library.name}" does not end: ${reason}`);
    }
  }

  async #startFor(source: string): Promise<void> {
    const tables = new Tables();
    for (const table of this.#host.tables(source)) tables.add(new HostTableView(table));
    for (const { plugin, config } of this.#wired) {
      const { library } = plugin;
      if (!isFor(library, source)) continue;
      const watched = this.#watchedOf(source);
      const { log } = this.#host;
      const options = { name: plugin.name, source, config, tables, log: loggerTo(log) };
      const started = await CPlugin.init(library, options);
      watched.plugins.push(started);
      const { capabilities: { extraction, parsing }, sources } = library;
      if (extraction && reaches(sources.extraction, source)) {
        const extractTypes = started.extractTypes() ?? usualTypes(sources.extraction);
        plugin.states.set(source, { plugin: started, slot: watched.slot, extractTypes });
      } else if (library.source === source) {
        const state = { plugin: started, slot: watched.slot, extractTypes: new Set<number>() };
        plugin.states.set(source, state);
      }
      if (parsing && reaches(sources.parsing, source)) {
        const types = started.parseTypes() ?? usualTypes(sources.parsing);
        watched.followers.push({ plugin: started, types });
      }
    }
  }

  async #open(source: string): Promise<void> {
    const watched = this.#watched.get(source);
    const own = this.#wired.find(({ plugin }) => plugin.library.source === source);
    for (const started of watched?.plugins ?? []) {
      if (this.#isOver) return;
      const { library } = started;
      const { capabilities, sources } = library;
      if (capabilities.listening) await started.startListening();
      if (!capabilities.async || !reaches(sources.async, source)) continue;
      const sourceId = own?.plugin.library.id ?? 0;
      const deliver = (event: Event) => this.#host.deliver(event);
      const events = new AsyncEvents({ library, source, sourceId, deliver });
      watched!.async.push(events);
      await started.startAsync((bytes) => events.take(bytes));
    }
  }

  #watchedOf(source: string): Watched {
    let watched = this.#watched.get(source);
    if (!watched) {
      const slot = new Slot(source, (event) => this.#host.raw(event));
      watched = { slot, plugins: [], followers: [], async: [] };
      this.#watched.set(source, watched);
    }
    return watched;
  }
}

async function end(plugin: CPlugin): Promise<void> {
  if (plugin.isAtWork) throw new Error("it is still at work");
  if (plugin.isListening) await plugin.stopListening();
  await plugin.destroy();
}

/** None means all. */
function reaches(sources: readonly string[], source: string): boolean {
  return sources.length === 0 || sources.includes(source);
}

function isFor({ capabilities, sources, source: own }: CPluginLibrary, source: string): boolean {
  return own === source ||
    capabilities.extraction && reaches(sources.extraction, source) ||
    capabilities.parsing && reaches(sources.parsing, source) ||
    capabilities.async && reaches(sources.async, source) ||
    capabilities.listening && own === "";
}

/** Of plugins that do not say which types they want. */
function usualTypes(sources: readonly string[]): ReadonlySet<number> | undefined {
  return reaches(sources, SYSCALL) ? undefined : PLUGIN_EVENTS;
}
