/** Moves the cursor to the event of a block, after a look at every length in it. */
import { EVENT_FLAGS, eventTypes } from "../event/mod.ts";
import { EVENT_HEADER_BYTES, OLD_EVENT_HEADER_BYTES, type ScapEvent } from "./event.ts";

/** Today's events have at most 32; there is room for those of later versions. */
const MOST_PARAMS = 1024;

/** Types whose lengths were three bytes too long before events had the number of their parameters. */
const NOTIFICATION = 280, INFRASTRUCTURE_EVENT = 286;
const OLD_EXCESS_BYTES = 3;

const WIDE = 4, NARROW = 2;
/** Of all types there could be: an event has 16 bits for it. */
const MOST_TYPES = 1 << 16;

let widths: Uint8Array | undefined;

/**
 * Bytes of a parameter's length by the event's type, whatever block the event is in; 0 for types of
 * later versions, whose events cannot be understood.
 */
export function lengthWidths(): Uint8Array {
  if (widths) return widths;
  widths = new Uint8Array(MOST_TYPES);
  for (const { code, flags } of eventTypes()) {
    widths[code] = flags & EVENT_FLAGS.large ? WIDE : NARROW;
  }
  return widths;
}

/**
 * `event.start` is set and a whole header is there; `available` bytes follow `start` in the block;
 * `width` is that of the event's type. Answers what is wrong, if anything.
 */
export function loadEvent(
  event: ScapEvent,
  available: number,
  width: number,
): string | undefined {
  const { view, start, paramOffsets } = event;
  const length = view.getUint32(start + 16, true);
  const count = view.getUint32(start + 22, true);
  if (length < EVENT_HEADER_BYTES || length > available) {
    return `an event of ${length} bytes in a block with room for ${available}`;
  }
  if (count > MOST_PARAMS) {
    return `an event with ${count} parameters, at most ${MOST_PARAMS} can be`;
  }
  const end = start + length;
  let lengthAt = start + EVENT_HEADER_BYTES;
  let at = lengthAt + count * width;
  if (at > end) return `an event of ${length} bytes with ${count} parameters`;
  paramOffsets[0] = at;
  if (width === WIDE) {
    for (let index = 1; index <= count; index++, lengthAt += 4) {
      at += view.getUint32(lengthAt, true);
      if (at > end) break;
      paramOffsets[index] = at;
    }
  } else {
    for (let index = 1; index <= count; index++, lengthAt += 2) {
      at += view.getUint16(lengthAt, true);
      paramOffsets[index] = at;
    }
  }
  if (at > end) return `an event of ${length} bytes whose parameters need ${at - start}`;
  event.paramCount = count;
  event.end = end;
  return undefined;
}

/**
 * The first files do not say how many parameters an event has: it is the number, at most that of the
 * event's type, whose lengths add up to the event's own. Facts: libs engine/savefile/scap_savefile.c.
 */
export function loadOldEvent(event: ScapEvent, available: number): string | undefined {
  const { view, start, type, paramOffsets } = event;
  let length = view.getUint32(start + 16, true);
  if (type === NOTIFICATION || type === INFRASTRUCTURE_EVENT) length -= OLD_EXCESS_BYTES;
  if (length < OLD_EVENT_HEADER_BYTES || length > available) {
    return `an event of ${length} bytes in a block with room for ${available}`;
  }
  const lengths = start + OLD_EVENT_HEADER_BYTES;
  const end = start + length;
  for (let count = eventTypes()[type]!.params.length; count >= 0; count--) {
    let at = lengths + count * 2;
    if (at > end) continue;
    paramOffsets[0] = at;
    for (let index = 0; index < count; index++) {
      at += view.getUint16(lengths + index * 2, true);
      paramOffsets[index + 1] = at;
    }
    if (at < end) break;
    if (at > end) continue;
    event.paramCount = count;
    event.end = end;
    return undefined;
  }
  return `an event of ${length} bytes whose parameters do not add up to it`;
}
