/** Structs that plugins read and write, and what their pointers point to. */
import { decodeUtf8 } from "../../core/base/mod.ts";
import { cString, openLibc } from "../libc.ts";

/**
 * A struct in memory that does not move, to be filled at offsets. What its pointers point to is kept
 * alive with it.
 */
export class Struct {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly pointer: Deno.PointerObject;
  readonly #kept = new Map<number, unknown>();

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(new ArrayBuffer(sizeBytes));
    this.view = new DataView(this.bytes.buffer);
    this.pointer = Deno.UnsafePointer.of(this.bytes)!;
  }

  u32(offset: number, value: number): void {
    this.view.setUint32(offset, value, true);
  }

  u64(offset: number, value: bigint): void {
    this.view.setBigUint64(offset, value, true);
  }

  /** `of` is what it points to: memory of ours, or something of the plugin's. */
  point(offset: number, of: Struct | Uint8Array<ArrayBuffer> | Deno.PointerValue): void {
    const pointer = of instanceof Struct
      ? of.pointer
      : of instanceof Uint8Array
      ? Deno.UnsafePointer.of(of)
      : of;
    this.#kept.set(offset, of);
    this.u64(offset, addressOf(pointer));
  }

  text(offset: number, text: string | undefined): void {
    this.point(offset, text === undefined ? null : cString(text));
  }

  pointerAt(offset: number): Deno.PointerValue {
    return pointerTo(this.view.getBigUint64(offset, true));
  }
}

export function addressOf(pointer: Deno.PointerValue): bigint {
  return Deno.UnsafePointer.value(pointer);
}

export function pointerTo(address: bigint): Deno.PointerValue {
  return address === 0n ? null : Deno.UnsafePointer.create(address);
}

/** Longest text that is taken of a field or a message. */
export const MAX_TEXT_BYTES = 1 << 20;

/**
 * The text at a pointer, at most `maxBytes` of it; absent for NULL. What is no UTF-8 is as in events:
 * see `decodeUtf8`.
 */
export function textAt(
  pointer: Deno.PointerValue,
  maxBytes = MAX_TEXT_BYTES,
): string | undefined {
  if (pointer === null) return undefined;
  const length = Number(openLibc().strnlen(pointer, BigInt(maxBytes)));
  return length === 0 ? "" : decodeUtf8(copyAt(pointer, length));
}

/** A copy: what plugins return is theirs again at the next call. */
export function copyAt(pointer: Deno.PointerObject, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  Deno.UnsafePointerView.copyInto(pointer, bytes);
  return bytes;
}
