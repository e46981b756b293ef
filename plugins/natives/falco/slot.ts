/** The event of a source that is being judged, as plugins read it. */
import {
  allEventCodes,
  type Event,
  GENERIC_BASE,
  type RawEvent,
  upstreamCode,
} from "../../../core/mod.ts";
import { EventInput } from "../../../ffi/c_plugin/mod.ts";
import { PluginEvent } from "./plugin_event.ts";
import { writeRawEvent } from "./raw_bytes.ts";

/** PPME_GENERIC_X: all calls that have no type of their own. */
const GENERIC_EXIT = 1;

/** Type of an event as plugins know types. */
export function codeOf({ type }: Event): number {
  return type >= GENERIC_BASE ? GENERIC_EXIT : upstreamCode(type);
}

/** What a source is to be asked for where a plugin follows these: newer calls come as events of older ones. */
export function typesFollowed(types: readonly number[]): ReadonlySet<number> {
  const wanted = new Set(types);
  return new Set([...types, ...allEventCodes().filter((code) => wanted.has(upstreamCode(code)))]);
}

/** One for each event source: events of a source come one after the other. */
export class Slot {
  readonly input: EventInput;
  readonly #raw: (event: Event) => RawEvent;
  #event: Event | undefined;
  #isWritten = false;

  constructor(source: string, raw: (event: Event) => RawEvent) {
    this.input = new EventInput(source);
    this.#raw = raw;
  }

  /** Sources are cursors: the same object is another event each time. */
  begin(event: Event): void {
    this.#event = event;
    this.#isWritten = event instanceof PluginEvent && event.isIn(this.input.memory);
  }

  /** Absent for an event that is not being judged, such as one that somebody made up. */
  inputOf(event: Event): EventInput | undefined {
    if (event !== this.#event) return undefined;
    if (!this.#isWritten) {
      this.#isWritten = true;
      if (event instanceof PluginEvent) event.copyTo(this.input);
      else writeRawEvent(this.#raw(event), this.input, event.number);
    }
    return this.input;
  }
}
