/** One of Falco's plugins: its library, and its states in a run. */
import {
  type Event,
  type FieldDefinition,
  type Logger,
  type NativeCapability,
  type NativeConfigProblem,
  type NativeOpenParam,
  type NativePlugin,
  type SourcePlugin,
} from "../../../core/mod.ts";
import {
  type Capabilities,
  CPlugin,
  CPluginError,
  type CPluginLibrary,
  type FieldValue,
  openParamsIn,
  type PluginField,
  Tables,
  Unintelligible,
} from "../../../ffi/c_plugin/mod.ts";
import { definitionOf } from "./fields.ts";
import { loggerTo } from "./log.ts";
import { problemsBySchema } from "./schema.ts";
import { codeOf, type Slot } from "./slot.ts";
import { sourceOf } from "./source.ts";

/** A plugin as it looks at events of one source. */
export interface PluginState {
  readonly plugin: CPlugin;
  readonly slot: Slot;
  /** Types of events it has fields for; absent: all. */
  readonly extractTypes: ReadonlySet<number> | undefined;
}

const CAPABILITY_NAMES: Readonly<Record<keyof Capabilities, NativeCapability>> = {
  source: "Event Sourcing",
  extraction: "Field Extraction",
  parsing: "Event Parsing",
  async: "Async Events",
  listening: "Capture Listening",
};

export class FalcoPlugin implements NativePlugin {
  readonly library: CPluginLibrary;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly contact: string;
  readonly requiredApi: string;
  readonly path: string;
  readonly capabilities: readonly NativeCapability[];
  readonly sourceId?: number;
  readonly source: SourcePlugin | undefined;
  readonly fields: readonly FieldDefinition[];
  readonly fieldSources: readonly string[];
  readonly configSchema: unknown;
  /** By event source; empty when it is not running. */
  readonly states = new Map<string, PluginState>();

  constructor(library: CPluginLibrary) {
    this.library = library;
    this.name = library.name;
    this.version = library.version;
    this.description = library.description;
    this.contact = library.contact;
    this.requiredApi = library.requiredApi;
    this.path = library.path;
    this.configSchema = library.configSchema;
    this.capabilities = Object.entries(CAPABILITY_NAMES)
      .filter(([key]) => library.capabilities[key as keyof Capabilities])
      .map(([, name]) => name);
    if (library.id !== 0) this.sourceId = library.id;
    this.fields = library.fields.map((field) =>
      definitionOf(field, (event, field, argument) => this.#ask(event, field, argument))
    );
    this.fieldSources = library.sources.extraction;
    this.source = library.source === "" ? undefined : sourceOf(this);
  }

  checkConfig(config: string): readonly NativeConfigProblem[] {
    return this.configSchema === undefined ? [] : problemsBySchema(this.configSchema, config);
  }

  async openParams(config: string, log: Logger): Promise<readonly NativeOpenParam[]> {
    const { library } = this;
    const source = library.source || "syscall";
    const options = { name: this.name, source, config, tables: new Tables(), log: loggerTo(log) };
    const plugin = await CPlugin.init(library, options);
    try {
      return openParamsIn(await plugin.openParams());
    } catch (error) {
      if (!(error instanceof Unintelligible)) throw error;
      const help = "this is a mistake in the plugin: ask those who made it";
      throw new CPluginError("malformed", `plugin "${this.name}": ${error.message}`, help);
    } finally {
      await plugin.destroy();
    }
  }

  #ask(event: Event, field: PluginField, argument: number | string | undefined): FieldValue {
    const state = this.states.get(event.source);
    if (!state || state.extractTypes?.has(codeOf(event)) === false) return undefined;
    const input = state.slot.inputOf(event);
    return input && state.plugin.extract(input, field, argument);
  }
}
