/** Events that a conversion makes. */
import { Buffer } from "node:buffer";
import { type CaptureBytes, EVENT_HEADER_BYTES, ScapEvent } from "../scap/mod.ts";

/** An event in the making, in memory of its own. */
export class Draft {
  readonly event = new ScapEvent();
  #bytes = allocate(4096);
  #end = 0;
  paramCount = 0;

  begin(from: ScapEvent, type: number): void {
    const { event } = this;
    event.type = type;
    event.cpu = from.cpu;
    event.flags = from.flags;
    event.number = from.number;
    event.start = 0;
    this.#end = 0;
    this.paramCount = 0;
    this.push(from.bytes.subarray(from.start, from.start + EVENT_HEADER_BYTES));
    this.paramCount = 0;
    event.paramOffsets[0] = EVENT_HEADER_BYTES;
  }

  push(value: Uint8Array): void {
    const end = this.#end + value.length;
    if (end > this.#bytes.length) {
      const larger = allocate(Math.max(end, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = larger;
    }
    this.#bytes.set(value, this.#end);
    this.#end = end;
    this.paramCount++;
    this.event.paramOffsets[this.paramCount] = end;
  }

  finish(): ScapEvent {
    const { event } = this;
    const bytes = this.#bytes;
    if (event.bytes !== bytes) {
      event.bytes = bytes;
      event.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    event.end = this.#end;
    event.paramCount = this.paramCount;
    return event;
  }
}

function allocate(size: number): CaptureBytes {
  return Buffer.alloc(size) as CaptureBytes;
}
