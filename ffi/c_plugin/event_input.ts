/** An event as plugins get it. */
import { Struct } from "./memory.ts";

/**
 * Header of an event, packed; the lengths of its parameters follow, then the parameters themselves:
 *
 *      0 u64 time, ns since the epoch | 8 u64 thread | 16 u32 length of all | 20 u16 type
 *     22 u32 number of parameters     | 26 …
 */
export const EVENT_HEADER = {
  byteLength: 26,
  timeNs: 0,
  threadId: 8,
  length: 16,
  type: 20,
  paramCount: 22,
} as const;

/** ss_plugin_event_input: 0 event | 8 u64 number | 16 name of the source */
const EVENT = 0, NUMBER = 8, SOURCE = 16, INPUT_BYTES = 24;
const FIRST_CAPACITY = 4096;

/** The event that is looked at; all plugins that look at events of one source share it. */
export class EventInput {
  readonly #struct = new Struct(INPUT_BYTES);
  #event = new Uint8Array(new ArrayBuffer(FIRST_CAPACITY));
  #length = 0;
  #serial = 0;

  constructor(source: string) {
    this.#struct.point(EVENT, this.#event);
    this.#struct.text(SOURCE, source);
  }

  /** Grows with every event, so that who remembers something of one knows when it is another. */
  get serial(): number {
    return this.#serial;
  }

  /** Memory for an event of this many bytes, to be filled before anything else is asked. */
  begin(length: number, number: number): Uint8Array<ArrayBuffer> {
    if (length > this.#event.length) {
      this.#event = new Uint8Array(new ArrayBuffer(2 ** Math.ceil(Math.log2(length))));
      this.#struct.point(EVENT, this.#event);
    }
    this.#serial++;
    this.#length = length;
    this.#struct.u64(NUMBER, BigInt(number));
    return this.#event;
  }

  /** Borrowed until the next `begin`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#event.subarray(0, this.#length);
  }

  /** What `bytes` lie in; another one after an event that needed more. */
  get memory(): ArrayBuffer {
    return this.#event.buffer;
  }

  /** For plugins. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#struct.bytes;
  }
}
