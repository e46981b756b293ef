/** A plugin at work: what Falco's libsinsp/plugin.cpp and libscap's engine source_plugin.c do with one. */
import { isCompatible, parseVersion, versionText } from "../../core/base/version.ts";
import { EVENT_SCHEMA_VERSION, RC, type SymbolName } from "./abi.ts";
import { Batch, MAX_BATCH } from "./batch.ts";
import type { PluginField } from "./described.ts";
import { CPluginError } from "./error.ts";
import type { EventInput } from "./event_input.ts";
import { FieldRequest } from "./extraction.ts";
import type { FieldValue } from "./field_value.ts";
import { cString } from "../libc.ts";
import { ExtractionInput, initInput, listeningInput, parsingInput } from "./_inputs.ts";
import { separateHandlers } from "../signal_handlers.ts";
import { lastCall } from "./last_call.ts";
import type { CPluginLibrary } from "./library.ts";
import { copyAt, type Struct, textAt } from "./memory.ts";
import { metricsAt, type PluginMetric } from "./metrics.ts";
import { pointerIn, resultIn, resultRoom, zeros } from "./_result.ts";
import { type AsyncHandler, Owner, ownerFunctions, type OwnerOptions } from "./owner.ts";
import { duringCall } from "./tables.ts";

export interface InstanceOptions extends OwnerOptions {
  /** `init_config`, as the plugin gets it. */
  readonly config: string;
}

/** What came of asking for more events. */
export interface NextBatch {
  readonly outcome: "more" | "nothing-yet" | "end" | "failed";
  /** Some may come with any of these. Borrowed until the next one is asked for. */
  readonly events: Batch | undefined;
}

const MAX_TYPES = 65_536;
/** Messages of plugins in ours. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_EVENT_TEXT_BYTES = 1 << 20;

type State = Deno.PointerValue;

/** One state of a plugin, for events of one source; not to be used any more after `destroy`. */
export class CPlugin {
  readonly library: CPluginLibrary;
  readonly #owner: Owner;
  readonly #kept: unknown[];
  readonly #extraction: ExtractionInput;
  readonly #parsing: Struct;
  readonly #listening: Struct;
  readonly #words = new Uint8Array(new ArrayBuffer(16));
  readonly #texts: Readonly<Record<"describe" | "extract" | "parse", number>>;
  readonly #requests = new Map<string, AnsweredRequest>();
  #state: State = null;
  #capture: State = null;
  #callsAway = 0;
  #isGone = false;
  #isListening = false;
  #measuring: Promise<unknown> = Promise.resolve();
  #extractFailures = 0;
  #parseFailures = 0;

  private constructor(library: CPluginLibrary, owner: Owner, kept: unknown[]) {
    this.library = library;
    this.#owner = owner;
    this.#kept = kept;
    this.#extraction = new ExtractionInput(owner.pointer);
    this.#parsing = parsingInput(owner.pointer);
    this.#listening = listeningInput(owner.pointer);
    const textOf = (name: SymbolName) => lastCall().textOf(library.path, name);
    this.#texts = {
      describe: textOf("plugin_event_to_string"),
      extract: textOf("plugin_extract_fields"),
      parse: textOf("plugin_parse_event"),
    };
  }

  /** Rejects with a `CPluginError` when the plugin does not want to. */
  static async init(library: CPluginLibrary, options: InstanceOptions): Promise<CPlugin> {
    separateHandlers();
    const owner = new Owner(options);
    const { symbols, capabilities } = library;
    const usesTables = capabilities.parsing || capabilities.extraction;
    const input = initInput(owner.pointer, { config: options.config, usesTables });
    const plugin = new CPlugin(library, owner, [input]);
    const result = resultRoom();
    plugin.#state = await symbols.plugin_init!(input.bytes, result);
    owner.routines.state = plugin.#state;
    try {
      if (resultIn(result) !== RC.success) throw plugin.#failure("plugin_init");
      plugin.#checkSchema();
    } catch (error) {
      await plugin.destroy();
      throw error;
    }
    return plugin;
  }

  /** Types of events that it wants fields asked of; absent: all. */
  extractTypes(): ReadonlySet<number> | undefined {
    return this.#types(this.library.symbols.plugin_get_extract_event_types);
  }

  /** Types of events that it wants to follow; absent: all. */
  parseTypes(): ReadonlySet<number> | undefined {
    return this.#types(this.library.symbols.plugin_get_parse_event_types);
  }

  /** How often it had no answer: calls that failed, which also means that an event has no such field. */
  get failures(): { readonly extracting: number; readonly parsing: number } {
    return { extracting: this.#extractFailures, parsing: this.#parseFailures };
  }

  /** Starts to deliver events; rejects with a `CPluginError`. */
  async open(params: string): Promise<void> {
    const result = resultRoom();
    const text = cString(params);
    this.#kept.push(text);
    const { plugin_open: open } = this.library.symbols;
    this.#capture = await this.#away(() => open!(this.#state, text, result));
    if (resultIn(result) !== RC.success) throw this.#failure("plugin_open");
  }

  /** A call of it on another thread has not come back: what that works on must stay. */
  get isAtWork(): boolean {
    return this.#callsAway > 0;
  }

  /** Waits as long as the plugin likes to. What was returned before is gone. */
  async nextBatch(): Promise<NextBatch> {
    const count = zeros(), events = zeros();
    const { plugin_next_batch: next } = this.library.symbols;
    const result = await this.#away(() => next!(this.#state, this.#capture, count, events));
    const length = new DataView(count.buffer).getUint32(0, true);
    const pointer = pointerIn(events);
    if (length > MAX_BATCH) {
      const what = `plugin_next_batch says it has ${length} events`;
      throw this.#broken(`${what}, more than ${MAX_BATCH}`);
    }
    if (length > 0 && pointer === null) throw this.#broken("plugin_next_batch has no events");
    const batch = length > 0 && pointer !== null ? new Batch(pointer, length) : undefined;
    switch (result) {
      case RC.success:
        return { outcome: batch ? "more" : "nothing-yet", events: batch };
      case RC.timeout:
        return { outcome: "nothing-yet", events: batch };
      case RC.eof:
        return { outcome: "end", events: batch };
      default:
        return { outcome: "failed", events: batch };
    }
  }

  /** Why `nextBatch` failed. */
  batchFailure(): CPluginError {
    return this.#failure("plugin_next_batch");
  }

  async close(): Promise<void> {
    const { plugin_close: close } = this.library.symbols;
    await this.#away(() => close!(this.#state, this.#capture));
    this.#capture = null;
  }

  /** "42.17 %" or what the plugin says; absent: it does not know. */
  progress(): string | undefined {
    if (this.#isGone) return undefined;
    const percent = zeros();
    const text = textAt(
      this.library.symbols.plugin_get_progress?.(this.#state, this.#capture, percent) ?? null,
      MAX_MESSAGE_BYTES,
    );
    if (text) return text;
    const share = new DataView(percent.buffer).getUint32(0, true);
    return share > 0 && share <= 10_000 ? `${(share / 100).toFixed(2)} %` : undefined;
  }

  /** What it can be opened with, as JSON. */
  async openParams(): Promise<string> {
    const { plugin_list_open_params: list } = this.library.symbols;
    if (!list) return "";
    const result = resultRoom();
    const pointer = await this.#away(() => list(this.#state, result));
    if (resultIn(result) !== RC.success) throw this.#failure("plugin_list_open_params");
    return textAt(pointer) ?? "";
  }

  /** Its own text for one of its events. */
  eventText(event: EventInput): string | undefined {
    const { plugin_event_to_string: describe } = this.library.symbols;
    if (!describe || this.#isGone) return undefined;
    return textAt(
      duringCall(this.#texts.describe, () => describe(this.#state, event.buffer)),
      MAX_EVENT_TEXT_BYTES,
    );
  }

  /** The value of a field; absent where the event has none. Fields are asked once for an event. */
  extract(
    event: EventInput,
    field: PluginField,
    argument: number | string | undefined,
  ): FieldValue {
    if (this.#isGone) return undefined;
    const request = this.#request(field, argument);
    if (request.serial === event.serial) return request.value;
    request.serial = event.serial;
    request.asked.clear();
    this.#extraction.ask(request.asked.struct);
    return request.value = duringCall(this.#texts.extract, () => {
      const { plugin_extract_fields: extract } = this.library.symbols;
      const result = extract!(this.#state, event.buffer, this.#extraction.bytes);
      if (result === RC.success) return request.asked.value();
      this.#extractFailures++;
      return undefined;
    });
  }

  /** What it tells of itself in numbers; to be asked again when that has resolved. */
  metrics(): Promise<readonly PluginMetric[]> {
    const { plugin_get_metrics: get } = this.library.symbols;
    if (!get || this.#isGone) return Promise.resolve([]);
    const measuring = (async () => {
      const count = zeros();
      const pointer = await get(this.#state, count);
      return metricsAt(pointer, new DataView(count.buffer).getUint32(0, true));
    })();
    this.#measuring = measuring;
    return measuring;
  }

  /** Has the plugin follow what an event tells. */
  parse(event: EventInput): void {
    if (this.#isGone) return;
    const { plugin_parse_event: parse } = this.library.symbols;
    duringCall(this.#texts.parse, () => {
      if (parse!(this.#state, event.buffer, this.#parsing.bytes) !== RC.success) {
        this.#parseFailures++;
      }
    });
  }

  /** It may send events of its own. */
  get isAsync(): boolean {
    return this.#owner.onAsyncEvent !== undefined;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  /** From now on it may send events of its own; rejects with a `CPluginError`. */
  async startAsync(handler: AsyncHandler): Promise<void> {
    this.#owner.onAsyncEvent = handler;
    const { plugin_set_async_event_handler: set } = this.library.symbols;
    const { pointer } = this.#owner, { asyncEvent } = ownerFunctions();
    const result = await this.#away(() => set!(this.#state, pointer, asyncEvent));
    if (result !== RC.success) throw this.#failure("plugin_set_async_event_handler");
  }

  /** Resolves when its threads have ended. */
  async stopAsync(): Promise<void> {
    const { plugin_set_async_event_handler: set } = this.library.symbols;
    await this.#away(() => set!(this.#state, this.#owner.pointer, null));
    this.#owner.onAsyncEvent = undefined;
  }

  async startListening(): Promise<void> {
    const { plugin_capture_open: open } = this.library.symbols;
    const result = await this.#away(() => open!(this.#state, this.#listening.bytes));
    if (result !== RC.success) throw this.#failure("plugin_capture_open");
    this.#isListening = true;
  }

  async stopListening(): Promise<void> {
    this.#isListening = false;
    const { plugin_capture_close: close } = this.library.symbols;
    await this.#away(() => close!(this.#state, this.#listening.bytes));
    await this.#owner.routines.stop();
  }

  /**
   * From now on it has no answers, and its tables have none for other plugins. Rejects, and nothing has
   * changed, while it is at work.
   */
  async destroy(): Promise<void> {
    if (this.isAtWork) throw this.#broken("it is still at work");
    const state = this.#state;
    this.#isGone = true;
    await this.#measuring;
    await this.#owner.routines.stop();
    this.#owner.closeTables();
    this.#state = null;
    if (state !== null) await this.library.symbols.plugin_destroy!(state);
    this.#owner[Symbol.dispose]();
  }

  /** A call that works on the plugin's state on another thread. */
  async #away<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#isGone) throw this.#broken("it has ended");
    this.#callsAway++;
    try {
      return await call();
    } finally {
      this.#callsAway--;
    }
  }

  /** Of events that it follows or takes fields from, unless they are all those of plugins. */
  #checkSchema(): void {
    const { capabilities, sources, symbols, name } = this.library;
    const seesCalls = (isThere: boolean, of: readonly string[]) =>
      isThere && (of.length === 0 || of.includes("syscall"));
    const isAsked = seesCalls(capabilities.extraction, sources.extraction) ||
      seesCalls(capabilities.parsing, sources.parsing);
    if (!isAsked || this.#owner.source !== "syscall") return;
    const text = textAt(
      symbols.plugin_get_required_event_schema_version?.(this.#state) ?? null,
      MAX_MESSAGE_BYTES,
    ) ?? "3.0.0";
    const wanted = parseVersion(text);
    if (wanted && isCompatible(EVENT_SCHEMA_VERSION, wanted)) return;
    const message = `plugin "${name}" reads system calls as version ${text} of their schema has ` +
      `them, and here they are of version ${versionText(EVENT_SCHEMA_VERSION)}`;
    throw new CPluginError("api-version", message, "take a newer version of the plugin");
  }

  #types(
    of: ((count: Uint8Array<ArrayBuffer>, state: State) => State) | null,
  ): ReadonlySet<number> | undefined {
    if (!of) return undefined;
    const count = this.#words.fill(0);
    const pointer = of(count, this.#state);
    const length = new DataView(count.buffer).getUint32(0, true);
    if (pointer === null || length === 0 || length > MAX_TYPES) return undefined;
    return new Set(new Uint16Array(copyAt(pointer, length * 2).buffer));
  }

  #request(field: PluginField, argument: number | string | undefined): AnsweredRequest {
    const key = argument === undefined ? `${field.id}` : `${field.id} ${argument}`;
    let request = this.#requests.get(key);
    if (!request) {
      request = { asked: new FieldRequest(field, argument), serial: -1, value: undefined };
      this.#requests.set(key, request);
    }
    return request;
  }

  #failure(what: string): CPluginError {
    const said = this.#state === null
      ? undefined
      : textAt(this.library.symbols.plugin_get_last_error!(this.#state), MAX_MESSAGE_BYTES);
    return this.#broken(`${what} failed: ${said?.trim() || "the plugin does not say why"}`);
  }

  #broken(what: string): CPluginError {
    const message = `plugin "${this.library.name}": ${what}`;
    return new CPluginError("failed", message, "see init_config and open_params of the plugin");
  }
}

interface AnsweredRequest {
  readonly asked: FieldRequest;
  /** Of the event that `value` is of. */
  serial: number;
  value: FieldValue;
}
