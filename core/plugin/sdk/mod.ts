/**
 * What plugins of third parties are written against: types, and functions that give them to an object.
 * This file imports nothing, so a plugin's project can take it along as it is. Its version is semantic:
 * what works with 1.2 works with every later 1.x.
 *
 * A plugin is one self-contained ES module whose default export comes from `defineSink`, `defineSource`
 * or `defineFormatter`, and a `falcod-plugin.json` beside it. The README beside this file has the rest.
 */

/** Of this interface. */
export const API_VERSION = "1.0.0";

/** What JSON can say. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Lines go to falcod's own log, under the plugin's name. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
}

/** What every plugin gets. */
export interface PluginContext<Config> {
  /** The plugin's own keys, defaults filled in, as `config` of the manifest or `parseConfig` made it. */
  readonly config: Config;
  readonly log: Logger;
  /** Aborts when falcod ends or lets go of the plugin: what is under way should end soon. */
  readonly signal: AbortSignal;
}

/** "Emergency" to "Debug", as in rules. */
export type Priority =
  | "Emergency"
  | "Alert"
  | "Critical"
  | "Error"
  | "Warning"
  | "Notice"
  | "Informational"
  | "Debug";

export interface Alert {
  readonly rule: string;
  readonly priority: Priority;
  /** Event source of the rule: "syscall". */
  readonly source: string;
  readonly tags: readonly string[];
  /** Of the event, with nanoseconds: "2026-01-31T12:00:00.123456789Z". */
  readonly time: string;
  readonly hostname: string;
  /** The rule's output, filled in. */
  readonly output: string;
  /**
   * What the output was made of, by name. Integers that a number cannot hold are text in decimal digits.
   */
  readonly fields: { readonly [name: string]: Json };
}

/** What a sink gets: an alert, and how falco.yaml wants it to look. */
export interface FormattedAlert extends Alert {
  /** One line, text or JSON, without a line end. */
  readonly line: string;
}

/**
 * Says what becomes of a batch that could not be delivered. Anything else that is thrown counts as
 * "unavailable".
 *
 * - `unavailable`: another try may work; falcod makes it.
 * - `rejected`: the other end does not want this batch; it is counted as lost.
 * - `closed`: nothing will ever be written again.
 */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  /** The other end asks to be left alone for so long. */
  readonly retryAfterMs: number | undefined;
  /** So many alerts at the beginning of the batch did arrive. */
  readonly accepted: number | undefined;

  constructor(
    readonly code: "unavailable" | "rejected" | "closed",
    message: string,
    options: { readonly retryAfterMs?: number; readonly accepted?: number } & ErrorOptions = {},
  ) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.accepted = options.accepted;
  }
}

interface Configured<Config> {
  /**
   * Makes of the checked keys what the plugin works with; throws what is wrong. Absent: they are taken as
   * they are.
   */
  parseConfig?(keys: unknown): Config;
}

export interface Sink {
  /** Resolves when the whole batch has arrived. One write at a time; `signal` aborts when it takes too long. */
  write(
    batch: readonly FormattedAlert[],
    context: { readonly signal: AbortSignal },
  ): Promise<void> | void;
  close?(): Promise<void> | void;
}

export interface SinkDefinition<Config> extends Configured<Config> {
  open(context: PluginContext<Config>): Sink | Promise<Sink>;
}

export interface SourceEvent {
  /** When it was; absent: now. Numbers are milliseconds since 1970, fractions count. */
  readonly time?: Date | number;
  /** What the fields of the manifest look into. At most 256 KiB as JSON. */
  readonly value: { readonly [key: string]: Json };
}

export interface SourceContext<Config> extends PluginContext<Config> {
  /** Events can come from now on. Until then falcod's start waits. */
  ready(): void;
  /** Hands over events, in their order. Wait for the answer before the next call: falcod may be busy. */
  emit(events: readonly SourceEvent[]): Promise<void>;
}

export interface SourceDefinition<Config> extends Configured<Config> {
  /** Until the signal aborts or nothing more can come. What it throws ends the source, and it is started again. */
  run(context: SourceContext<Config>): Promise<void>;
}

export interface FormatterDefinition<Config> extends Configured<Config> {
  open(
    context: PluginContext<Config>,
  ): { format(alert: Alert): string } | Promise<{ format(alert: Alert): string }>;
}

/** What a plugin's module exports as its default. */
export type PluginDefinition =
  | { readonly kind: "sink"; readonly definition: SinkDefinition<unknown> }
  | { readonly kind: "source"; readonly definition: SourceDefinition<unknown> }
  | { readonly kind: "formatter"; readonly definition: FormatterDefinition<unknown> };

/** Somewhere alerts go. */
export function defineSink<Config = unknown>(definition: SinkDefinition<Config>): PluginDefinition {
  return { kind: "sink", definition: definition as SinkDefinition<unknown> };
}

/** Somewhere events come from; the manifest says which fields they have. */
export function defineSource<Config = unknown>(
  definition: SourceDefinition<Config>,
): PluginDefinition {
  return { kind: "source", definition: definition as SourceDefinition<unknown> };
}

/** How alerts look, a line each. */
export function defineFormatter<Config = unknown>(
  definition: FormatterDefinition<Config>,
): PluginDefinition {
  return { kind: "formatter", definition: definition as FormatterDefinition<unknown> };
}
