/** A live event in the form that plugins read. */
import { EVENT_FLAGS, eventType, type RawEvent } from "../../../core/mod.ts";
import { EVENT_HEADER, type EventInput } from "../../../ffi/c_plugin/mod.ts";

export function writeRawEvent(event: RawEvent, input: EventInput, number: number): void {
  const { type, timeNs, threadId, params } = event;
  const isLarge = ((eventType(type)?.flags ?? 0) & EVENT_FLAGS.large) !== 0;
  const lengthBytes = isLarge ? 4 : 2;
  let at = EVENT_HEADER.byteLength + params.length * lengthBytes;
  const length = params.reduce((sum, param) => sum + (param?.length ?? 0), at);
  const bytes = input.begin(length, number);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(EVENT_HEADER.timeNs, timeNs, true);
  view.setBigInt64(EVENT_HEADER.threadId, BigInt(threadId), true);
  view.setUint32(EVENT_HEADER.length, length, true);
  view.setUint16(EVENT_HEADER.type, type, true);
  view.setUint32(EVENT_HEADER.paramCount, params.length, true);
  for (const [index, param] of params.entries()) {
    const size = param?.length ?? 0;
    const lengthAt = EVENT_HEADER.byteLength + index * lengthBytes;
    if (isLarge) view.setUint32(lengthAt, size, true);
    else view.setUint16(lengthAt, size, true);
    if (param) bytes.set(param, at);
    at += size;
  }
}
