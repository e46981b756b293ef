/** Bytes that are put together. */

const ENCODER = new TextEncoder();

export class Pieces {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was put together up to now; counts until more is added. */
  get all(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  encode(text: string): Uint8Array {
    return ENCODER.encode(text);
  }

  byte(value: number): void {
    this.#room(1)[0] = value;
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length).set(value);
  }

  int32(value: number): void {
    new DataView(this.#room(4).buffer, this.#length - 4).setInt32(0, value, true);
  }

  int64(value: bigint): void {
    new DataView(this.#room(8).buffer, this.#length - 8).setBigInt64(0, value, true);
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
    const end = this.#length + size;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.all);
      this.#bytes = larger;
    }
    this.#length = end;
    return this.#bytes.subarray(end - size, end);
  }
}
