/** Events as cases have them: header, lengths and parameters in hexadecimal. */
import { Buffer } from "node:buffer";
import { EVENT_FLAGS, eventType } from "../../core/event/mod.ts";
import { type CaptureBytes, EVENT_HEADER_BYTES, ScapEvent } from "../../core/scap/mod.ts";

const TYPE_AT = 20, COUNT_AT = 22;

export function eventOfHex(hex: string): ScapEvent {
  const bytes = Buffer.from(hex, "hex") as CaptureBytes;
  const event = new ScapEvent();
  event.bytes = bytes;
  event.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  event.type = bytes.readUInt16LE(TYPE_AT);
  event.paramCount = bytes.readUInt32LE(COUNT_AT);
  event.end = bytes.length;
  const isLarge = ((eventType(event.type)?.flags ?? 0) & EVENT_FLAGS.large) !== 0;
  const lengthBytes = isLarge ? 4 : 2;
  let at = EVENT_HEADER_BYTES + event.paramCount * lengthBytes;
  for (let index = 0; index < event.paramCount; index++) {
    event.paramOffsets[index] = at;
    at += bytes.readUIntLE(EVENT_HEADER_BYTES + index * lengthBytes, lengthBytes);
  }
  event.paramOffsets[event.paramCount] = at;
  return event;
}

/** All that makes out an event, to be compared. */
export function eventText(event: ScapEvent): string {
  const params = Array.from(
    { length: event.paramCount },
    (_, index) => Buffer.from(event.paramBytes(index)).toString("hex") || "-",
  );
  return `${event.type} at ${event.timeNs} of ${event.threadId}: ${params.join(" ")}`;
}
