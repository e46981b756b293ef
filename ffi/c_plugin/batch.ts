/** Events that a plugin has delivered, where the plugin has them. */
import { EVENT_HEADER, type EventInput } from "./event_input.ts";
import { copyAt, pointerTo } from "./memory.ts";

/** More events at once are none: a plugin that says so has lost count. */
export const MAX_BATCH = 1 << 20;
/** Larger events are passed over. */
export const MAX_EVENT_BYTES = 16 << 20;

const POINTER_BYTES = 8;

/** Borrowed until the plugin is asked for the next one. */
export class Batch {
  readonly #events: BigUint64Array;
  readonly #header = new Uint8Array(EVENT_HEADER.byteLength);
  readonly #view = new DataView(this.#header.buffer);

  constructor(events: Deno.PointerObject, count: number) {
    this.#events = new BigUint64Array(copyAt(events, count * POINTER_BYTES).buffer);
  }

  get length(): number {
    return this.#events.length;
  }

  /** Copies an event into `input`; false when it is none. */
  read(index: number, input: EventInput, number: number): boolean {
    const event = pointerTo(this.#events[index] ?? 0n);
    if (event === null) return false;
    Deno.UnsafePointerView.copyInto(event, this.#header);
    const length = this.#view.getUint32(EVENT_HEADER.length, true);
    if (length < EVENT_HEADER.byteLength || length > MAX_EVENT_BYTES) return false;
    Deno.UnsafePointerView.copyInto(event, input.begin(length, number).subarray(0, length));
    return true;
  }
}
