/** Little-endian numbers out of bytes nobody vouches for: every read is checked. */

/** Why bytes could not be read; thrown and caught inside `ffi/elf.ts` and `ffi/btf.ts` only. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** A range of a file. Offsets count from its start, `what` names it in messages. */
export class BoundedBytes {
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array, readonly what: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get byteLength(): number {
    return this.bytes.byteLength;
  }

  u8(offset: number): number {
    return this.#view.getUint8(this.#checked(offset, 1));
  }

  u16(offset: number): number {
    return this.#view.getUint16(this.#checked(offset, 2), true);
  }

  u32(offset: number): number {
    return this.#view.getUint32(this.#checked(offset, 4), true);
  }

  /** Offsets and sizes of files; what does not fit a number exactly is no size of any file. */
  u64(offset: number): number {
    const value = this.#view.getBigUint64(this.#checked(offset, 8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new Malformed(`${this.what} holds an impossible size at ${offset}`);
    }
    return Number(value);
  }

  slice(offset: number, length: number, what: string): BoundedBytes {
    const start = this.#checked(offset, length);
    return new BoundedBytes(this.bytes.subarray(start, start + length), what);
  }

  /** Text up to the next NUL, at most 255 bytes. */
  text(offset: number): string {
    this.#checked(offset, 1);
    const end = this.bytes.subarray(offset, offset + 256).indexOf(0);
    if (end < 0) throw new Malformed(`${this.what} has a name without end at ${offset}`);
    return String.fromCharCode(...this.bytes.subarray(offset, offset + end));
  }

  #checked(offset: number, length: number): number {
    if (offset < 0 || length < 0 || offset + length > this.byteLength) {
      throw new Malformed(`${this.what} ends at ${this.byteLength}, before ${offset + length}`);
    }
    return offset;
  }
}
