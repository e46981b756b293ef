/** The event source that a plugin is. */
import { setImmediate, setTimeout } from "node:timers/promises";
import {
  commonFields,
  type EventNeeds,
  type Source,
  type SourceContext,
  type SourceCounters,
  type SourcePlugin,
  tableOf,
} from "../../../core/mod.ts";
import type { Batch, CPlugin } from "../../../ffi/c_plugin/mod.ts";
import type { FalcoPlugin } from "./plugin.ts";
import { EventHeader, paramsOf, PluginEvent, problemWith } from "./plugin_event.ts";
import { type SourceConfig, sourceSchema } from "./schema.ts";
import type { Slot } from "./slot.ts";
import { within } from "./within.ts";

/** Others get their turn after so long. */
const SLICE_MS = 5;
/** A plugin that says at once that there is nothing is asked again after this. */
const IDLE_MS = 10, AT_ONCE_MS = 1;
/** How long a plugin may take to come back when the run ends. */
const STOP_MS = 5000;

export function sourceOf(plugin: FalcoPlugin): SourcePlugin {
  const { library } = plugin;
  const own = plugin.fieldSources.includes(library.source) ? plugin.fields : [];
  const source: SourcePlugin<SourceConfig> = {
    kind: "source",
    name: library.source,
    summary: plugin.description,
    schema: sourceSchema,
    fields: tableOf([...commonFields, ...own]),
    create: (config) => new PluginSource(plugin, config),
  };
  return source as SourcePlugin;
}

export class PluginSource implements Source {
  readonly name: string;
  readonly #plugin: FalcoPlugin;
  readonly #config: SourceConfig;
  #events = 0;
  #malformed = 0;
  #firstTimeNs: bigint | undefined;
  #toldProblem = "";

  constructor(plugin: FalcoPlugin, config: SourceConfig) {
    this.name = plugin.library.source;
    this.#plugin = plugin;
    this.#config = config;
  }

  async run(_needs: EventNeeds, context: SourceContext): Promise<void> {
    const state = this.#plugin.states.get(this.name);
    if (!state) throw new Error(`plugin "${this.#plugin.name}" has not been started`);
    const { plugin, slot } = state;
    await plugin.open(this.#config.openParams);
    context.ready();
    try {
      await this.#deliverAll(plugin, slot, context);
    } catch (error) {
      // It is still at work: to close what it works on would end the process.
      if (error === NEVER_CAME_BACK) return;
      await plugin.close();
      throw error;
    }
    await plugin.close();
  }

  update(_needs: EventNeeds): void {
    // Rules see every event: what none of them asks for is not looked at.
  }

  counters(): SourceCounters {
    return { events: this.#events, "drops.malformed": this.#malformed };
  }

  get dropsHelp(): string {
    return `plugin "${this.#plugin.name}" delivers events that are none: ${this.#toldProblem}`;
  }

  async #deliverAll(plugin: CPlugin, slot: Slot, context: SourceContext): Promise<void> {
    while (!context.signal.aborted) {
      const begun = performance.now();
      const next = await this.#nextBatch(plugin, context.signal);
      if (next.events) await this.#deliver(next.events, slot, context);
      if (next.outcome === "failed") throw plugin.batchFailure();
      if (next.outcome === "end") return;
      const isAtOnce = performance.now() - begun < AT_ONCE_MS;
      if (!next.events && isAtOnce) await setTimeout(IDLE_MS);
    }
  }

  #nextBatch(plugin: CPlugin, signal: AbortSignal) {
    return within(plugin.nextBatch(), { signal, afterMs: STOP_MS, otherwise: NEVER_CAME_BACK });
  }

  async #deliver(batch: Batch, slot: Slot, context: SourceContext): Promise<void> {
    let end = performance.now() + SLICE_MS;
    for (let index = 0; index < batch.length && !context.signal.aborted; index++) {
      this.#take(batch, index, slot, context);
      if (performance.now() < end) continue;
      await setImmediate();
      await context.settle();
      end = performance.now() + SLICE_MS;
    }
    await context.settle();
  }

  #take(batch: Batch, index: number, slot: Slot, context: SourceContext): void {
    const { library } = this.#plugin;
    const number = this.#events + 1;
    const problem = batch.read(index, slot.input, number)
      ? problemWith(slot.input.bytes, library.id)
      : "it has no length that could be";
    if (problem !== undefined) {
      this.#malformed++;
      this.#toldProblem = problem;
      return;
    }
    const { bytes } = slot.input;
    const timeNs = new EventHeader(bytes).timeOr(() => BigInt(Date.now()) * 1_000_000n);
    this.#firstTimeNs ??= timeNs;
    this.#events = number;
    context.deliver(
      new PluginEvent({
        source: this.name,
        pluginName: library.name,
        number,
        timeNs,
        firstTimeNs: this.#firstTimeNs,
        type: PLUGIN_EVENT,
        params: paramsOf(bytes, 2)!,
        bytes,
        info: () => this.#plugin.states.get(this.name)?.plugin.eventText(slot.input),
      }),
    );
  }
}

const PLUGIN_EVENT = 322;
const NEVER_CAME_BACK = new Error("it never came back");
