/** Bytes that are put together, kept in parts: nothing is copied to make room for more. */

const ENCODER = new TextEncoder();
/** Parts grow up to the second. */
const FIRST_PART_BYTES = 256;
const PART_BYTES = 64 << 10;
/** What is longer is a part of its own. */
const COPIED_BYTES = 1024;

export class Pieces {
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  #open = new Uint8Array(FIRST_PART_BYTES);
  /** Of the open part. */
  #filled = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** In their order; they are not to be changed. */
  get parts(): readonly Uint8Array<ArrayBuffer>[] {
    return [...this.#parts, this.#open.subarray(0, this.#filled)];
  }

  /** As a whole, which is a copy. */
  get joined(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  encode(text: string): Uint8Array<ArrayBuffer> {
    return ENCODER.encode(text);
  }

  byte(value: number): void {
    this.#room(1)[0] = value;
  }

  /** They may become a part, and are not to be changed any more. */
  bytes(value: Uint8Array<ArrayBuffer>): void {
    if (value.length <= COPIED_BYTES) return this.#room(value.length).set(value);
    this.#seal();
    this.#parts.push(value);
    this.#length += value.length;
  }

  /** The others' parts become parts of these. */
  all(others: Pieces): void {
    for (const part of others.parts) this.bytes(part);
  }

  int32(value: number): void {
    const room = this.#room(4);
    new DataView(room.buffer, room.byteOffset).setInt32(0, value, true);
  }

  int64(value: bigint): void {
    const room = this.#room(8);
    new DataView(room.buffer, room.byteOffset).setBigInt64(0, value, true);
  }

  /** Seven bits a byte, the lowest first; no number is above 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte(rest % 0x80 | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  #room(size: number): Uint8Array<ArrayBuffer> {
    if (this.#filled + size > this.#open.length) {
      const next = Math.max(size, Math.min(PART_BYTES, 2 * this.#open.length));
      this.#seal();
      this.#open = new Uint8Array(next);
    }
    this.#filled += size;
    this.#length += size;
    return this.#open.subarray(this.#filled - size, this.#filled);
  }

  /** What is left of the open part is used for what comes. */
  #seal(): void {
    if (this.#filled === 0) return;
    this.#parts.push(this.#open.subarray(0, this.#filled));
    this.#open = this.#open.subarray(this.#filled);
    this.#filled = 0;
  }
}
