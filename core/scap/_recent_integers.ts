/** Bytes of numbers, kept for the next time: to allocate eight bytes takes longer than to find them. */

/** A power of two. */
const SLOTS = 1024;
const HIGH_WORD = 4294967296;

export class RecentIntegers {
  readonly #size: number;
  /** NaN, which equals nothing, where there is none. */
  readonly #values = new Float64Array(SLOTS).fill(NaN);
  readonly #bytes: Uint8Array[] = new Array(SLOTS);

  /** Numbers of so many bytes, at most 8. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Of a whole number, the lowest byte first; shared with everyone who asks for the same. */
  bytesOf(value: number): Uint8Array {
    const low = value >>> 0;
    const slot = (low ^ low >>> 10 ^ low >>> 20) & SLOTS - 1;
    if (this.#values[slot] === value) return this.#bytes[slot]!;
    const high = Math.floor(value / HIGH_WORD);
    const bytes = new Uint8Array(this.#size);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = i < 4 ? low >>> 8 * i : high >>> 8 * (i - 4);
    }
    this.#values[slot] = value;
    return this.#bytes[slot] = bytes;
  }
}
