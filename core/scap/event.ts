/** One event of a capture, read where it lies. */
import { Buffer } from "node:buffer";
import { utf8At } from "../base/mod.ts";

/** Node's types leave out what its buffers have had since the beginning. */
export type CaptureBytes = Buffer & {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
};

/** Bits of `ScapEvent.flags`. */
export const DUMP_FLAGS = {
  /** Changes state, and is not to be shown. */
  stateOnly: 1,
} as const;

/** The header of an event inside its block: time, thread, length, type, number of parameters. */
export const EVENT_HEADER_BYTES = 26;
/** As it was before the number of parameters came: blocks of the first version. */
export const OLD_EVENT_HEADER_BYTES = 22;

const HIGH_WORD = 4294967296;

/**
 * A cursor: the reader has one and moves it from event to event, so all it says is *borrowed* until
 * the next `ScapReader.next()`, and the memory behind it until the next `fill()`.
 *
 *     bytes ─ … ┬ header 26 (22 in old files) ┬ lengths u16[] or u32[] ┬ parameter 0 ┬ parameter 1 …
 *             start                                                paramStart(0)
 *
 * The reader has checked that all of it lies inside of `bytes`. What is in it is not checked: a
 * parameter may be shorter than its type, so look at `paramLength` before reading a number. An index
 * that the event has no parameter for counts as a parameter of length 0, which means "not there".
 */
export class ScapEvent {
  readonly kind = "event";
  /** The memory all offsets are in; longer than the event. */
  bytes: CaptureBytes = EMPTY;
  /** The same memory, for little-endian numbers at any offset. */
  view = new DataView(EMPTY.buffer, 0, 0);
  /** Offset of the header. */
  start = 0;
  /** Offset behind the last parameter. */
  end = 0;
  /** Code of an `eventType()`, as the file has it: old versions and enter events included. */
  type = 0;
  cpu = 0;
  /** Combination of `DUMP_FLAGS`. */
  flags = 0;
  /** Counts the events of the file that were delivered, from 1. */
  number = 0;
  paramCount = 0;
  /** Offsets of the parameters, and behind the last one; `paramCount + 1` are valid. */
  paramOffsets: Uint32Array = new Uint32Array(64);

  /** Nanoseconds since the Unix epoch. */
  get timeNs(): bigint {
    return this.view.getBigUint64(this.start, true);
  }

  get timeLow(): number {
    return this.view.getUint32(this.start, true);
  }

  get timeHigh(): number {
    return this.view.getUint32(this.start + 4, true);
  }

  /** Exact below 2^53; -1 where the source of the event has no threads. */
  get threadId(): number {
    const { view, start } = this;
    return signedWide(view, start + 8);
  }

  /** Offset in `bytes`. */
  paramStart(index: number): number {
    return this.paramOffsets[index < this.paramCount ? index : this.paramCount]!;
  }

  paramLength(index: number): number {
    if (index >= this.paramCount) return 0;
    const offsets = this.paramOffsets;
    return offsets[index + 1]! - offsets[index]!;
  }

  /** A view of the parameter's bytes, borrowed. */
  paramBytes(index: number): Uint8Array {
    // Not a part of the Buffer: that would be one too, whose slice() copies nothing.
    const { buffer, byteOffset } = this.bytes;
    return new Uint8Array(buffer, byteOffset + this.paramStart(index), this.paramLength(index));
  }

  /** Text up to the NUL that ends it; absent when the parameter is. What is no UTF-8 is kept, see `utf8At`. */
  paramText(index: number): string | undefined {
    const length = this.paramLength(index);
    if (length === 0) return undefined;
    const at = this.paramStart(index);
    const last = at + length - 1;
    return utf8At(this.bytes, at, this.bytes[last] === 0 ? last : last + 1);
  }

  /** An unsigned number of 1, 2 or 4 bytes, as many as the parameter has; absent for other lengths. */
  paramUnsigned(index: number): number | undefined {
    const at = this.paramStart(index);
    switch (this.paramLength(index)) {
      case 1:
        return this.bytes[at];
      case 2:
        return this.view.getUint16(at, true);
      case 4:
        return this.view.getUint32(at, true);
      default:
        return undefined;
    }
  }

  /** A signed number of 1, 2, 4 or 8 bytes, exact below 2^53; absent for other lengths. */
  paramSigned(index: number): number | undefined {
    const { view } = this;
    const at = this.paramStart(index);
    switch (this.paramLength(index)) {
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getInt16(at, true);
      case 4:
        return view.getInt32(at, true);
      case 8:
        return signedWide(view, at);
      default:
        return undefined;
    }
  }

  /** An unsigned number of 8 bytes; absent for other lengths. */
  paramWide(index: number): bigint | undefined {
    if (this.paramLength(index) !== 8) return undefined;
    return this.view.getBigUint64(this.paramStart(index), true);
  }
}

/** Nearly always a small number: as such it costs no memory, and serves as an index as it is. */
function signedWide(view: DataView, at: number): number {
  const high = view.getInt32(at + 4, true), low = view.getInt32(at, true);
  return high === low >> 31 ? low : high * HIGH_WORD + (low >>> 0);
}

const EMPTY = Buffer.alloc(0) as CaptureBytes;
