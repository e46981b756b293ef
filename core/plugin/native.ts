/** Plugins that are libraries, as Falco has them: what falcod asks of whoever can load one. */
import type { Event } from "../event/mod.ts";
import type { FieldDefinition } from "../field/mod.ts";
import type { Logger, SourcePlugin } from "./plugin.ts";

/** As `falco --list-plugins` calls them. */
export type NativeCapability =
  | "Event Sourcing"
  | "Field Extraction"
  | "Event Parsing"
  | "Async Events"
  | "Capture Listening";

/** A library that was opened; nothing in it has been started. */
export interface NativePlugin {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly contact: string;
  readonly requiredApi: string;
  readonly capabilities: readonly NativeCapability[];
  /** Number of its event source among all there are; absent: it has none of its own. */
  readonly sourceId?: number;
  /** Delivers the events of its own source; absent: it has none. */
  readonly source: SourcePlugin | undefined;
  /** For events of `fieldSources`; of all sources where that is empty. */
  readonly fields: readonly FieldDefinition[];
  readonly fieldSources: readonly string[];
  /** JSON Schema of its configuration; absent: a text that only the plugin understands. */
  readonly configSchema: unknown;
  /** What is wrong with a configuration. */
  checkConfig(config: string): readonly NativeConfigProblem[];
  /** What it can be opened with; starts it for that. Rejects with a typed error. */
  openParams(config: string, log: Logger): Promise<readonly NativeOpenParam[]>;
}

export interface NativeConfigProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface NativeOpenParam {
  readonly value: string;
  readonly description: string;
}

/** An event as probes and captures have it; parameters that are absent have no bytes. */
export interface RawEvent {
  /** PPME code. */
  readonly type: number;
  readonly timeNs: bigint;
  /** -1 where the source of the event has no threads. */
  readonly threadId: number;
  readonly params: readonly (Uint8Array | undefined)[];
}

/** A plugin with the configuration it starts with. */
export interface WiredNative {
  readonly plugin: NativePlugin;
  readonly config: string;
}

/** Types of values in tables, as plugins know them. */
export type NativeTableType =
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "string"
  | "bool"
  | "table";
export type NativeTableValue = number | bigint | string | boolean;

/** A table of state that plugins may read; they may note things of their own with its entries. */
export interface NativeTable {
  readonly name: string;
  readonly keyType: NativeTableType;
  readonly fields: readonly { readonly name: string; readonly type: NativeTableType }[];
  size(): number;
  get(key: NativeTableValue): object | undefined;
  entries(): Iterable<object>;
  /** An entry that stands for any: plugins find the fields of tables in entries by one. */
  readonly template?: object;
  /** Absent: the entry has no such value. */
  read(entry: object, field: string): NativeTableValue | NativeTable | undefined;
}

export interface NativeHost {
  readonly log: Logger;
  /** Event sources of the run. */
  readonly sources: readonly string[];
  /** What falcod knows, for plugins that look at events of a source. */
  tables(source: string): readonly NativeTable[];
  /** Takes events that plugins send beside those of their source; never throws. */
  deliver(event: Event): void;
  /** The event that is being judged. */
  raw(event: Event): RawEvent;
}

/** Plugins at work. */
export interface NativeRun {
  /** Every event, once the state knows it and before rules do. Never throws. */
  follow(event: Event): void;
  /**
   * Events of a source can come, and the state knows what was there before. Plugins may look at that
   * now, and send events; rejects with a typed error when one does not want to.
   */
  opened(source: string): Promise<void>;
  /** Types of events of a source that plugins follow, and whether any looks at its events at all. */
  needs(source: string): { readonly looks: boolean; readonly eventTypes: ReadonlySet<number> };
  /** What plugins tell of themselves in numbers, of those that look at a source. Never rejects. */
  metrics(source: string): Promise<readonly NativeMetric[]>;
  stop(): Promise<void>;
}

export interface NativeMetric {
  readonly plugin: string;
  readonly name: string;
  /** It only grows. */
  readonly isCounter: boolean;
  readonly value: number | bigint;
}

export interface NativeLoader {
  /** Throws a typed error with `help`. The same path gives the same plugin, as long as the process. */
  open(path: string): NativePlugin;
  /** All plugins of a run; rejects with a typed error when one does not start. */
  start(plugins: readonly WiredNative[], host: NativeHost): Promise<NativeRun>;
}
