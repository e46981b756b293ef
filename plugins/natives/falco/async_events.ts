/** Events that threads of plugins send: they wait until nothing else is being judged. */
import { setImmediate } from "node:timers";
import type { Event } from "../../../core/mod.ts";
import type { CPluginLibrary } from "../../../ffi/c_plugin/mod.ts";
import { EventHeader, paramsOf, PluginEvent, putSourceId } from "./plugin_event.ts";

/** PPME_ASYNCEVENT_E: plugin_id, name, data. */
const ASYNC_EVENT = 402;
const PARAMS = 3;
/** A plugin that sends more while something else is judged is told that it failed. */
const MAX_WAITING = 8192;

export interface AsyncEventsOptions {
  readonly library: CPluginLibrary;
  readonly source: string;
  /** Of the source's own plugin; 0 for system calls. */
  readonly sourceId: number;
  readonly deliver: (event: Event) => void;
}

export class AsyncEvents {
  readonly #options: AsyncEventsOptions;
  readonly #names: ReadonlySet<string>;
  #waiting: PluginEvent[] = [];
  #firstTimeNs: bigint | undefined;
  #count = 0;

  constructor(options: AsyncEventsOptions) {
    this.#options = options;
    this.#names = new Set(options.library.asyncEvents);
  }

  /** Says what is wrong with an event, if something is. */
  take(bytes: Uint8Array<ArrayBuffer>): string | undefined {
    const params = paramsOf(bytes, PARAMS);
    if (!params) return "malformed asynchronous event";
    const [id, name] = params;
    if (id![1] - id![0] !== 4) return "malformed asynchronous event";
    if (this.#waiting.length >= MAX_WAITING) return "too many asynchronous events are waiting";
    const { library, source, sourceId } = this.#options;
    putSourceId(bytes, id![0], sourceId);
    const header = new EventHeader(bytes);
    const timeNs = header.timeOr(() => BigInt(Date.now()) * 1_000_000n);
    this.#firstTimeNs ??= timeNs;
    const event = new PluginEvent({
      source,
      pluginName: library.name,
      number: ++this.#count,
      timeNs,
      firstTimeNs: this.#firstTimeNs,
      type: ASYNC_EVENT,
      params,
      bytes,
    });
    const spelled = String(event.param(1));
    if (!name || !this.#names.has(spelled)) {
      return `asynchronous event "${spelled}" is none that the plugin says it sends`;
    }
    // A plugin may send one while it is asked about another.
    if (this.#waiting.push(event) === 1) setImmediate(() => this.flush());
    return undefined;
  }

  flush(): void {
    const events = this.#waiting;
    this.#waiting = [];
    for (const event of events) this.#options.deliver(event);
  }
}
