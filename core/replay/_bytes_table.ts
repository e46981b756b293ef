/** Values by the bytes they were made of: what comes again is not made again. */
import type { CaptureBytes } from "../scap/mod.ts";

const FIRST_CAPACITY = 1 << 10;
const FIRST_STORE_BYTES = 1 << 16;
const HASH_FACTOR = -0x61c88647, LAST_FACTOR = -0x7a143595;

export interface BytesTableLimits {
  /** Values kept at most, a power of two. */
  readonly values: number;
  readonly bytes: number;
}

/**
 * A table that is full starts again, empty: what is in use comes back at once, and what never comes
 * again, hostile or not, is forgotten. Open addressing over copies of the bytes.
 */
export class BytesTable<Value> {
  readonly #limits: BytesTableLimits;
  #slots = new Int32Array(FIRST_CAPACITY * 2).fill(-1);
  #hashes = new Int32Array(FIRST_CAPACITY);
  #starts = new Int32Array(FIRST_CAPACITY);
  #lengths = new Int32Array(FIRST_CAPACITY);
  #values: Value[] = [];
  #store = new Uint8Array(FIRST_STORE_BYTES);
  #storeView = new DataView(this.#store.buffer);
  #used = 0;

  constructor(limits: BytesTableLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#values.length;
  }

  /** `make` is only called when the bytes are new. */
  get(
    bytes: CaptureBytes,
    view: DataView,
    at: number,
    length: number,
    make: (bytes: CaptureBytes, at: number, length: number) => Value,
  ): Value {
    const hash = hashOf(view, bytes, at, length);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#slots[slot]!;
      if (id < 0) break;
      if (
        this.#hashes[id] === hash && this.#lengths[id] === length &&
        this.#isEqual(view, bytes, at, this.#starts[id]!, length)
      ) return this.#values[id]!;
      slot = (slot + 1) & mask;
    }
    const value = make(bytes, at, length);
    if (length <= this.#limits.bytes >> 4) this.#add(bytes, at, length, hash, value);
    return value;
  }

  #isEqual(view: DataView, bytes: CaptureBytes, at: number, start: number, length: number) {
    const store = this.#store, storeView = this.#storeView;
    let i = 0;
    for (const whole = length & ~3; i < whole; i += 4) {
      if (view.getInt32(at + i, true) !== storeView.getInt32(start + i, true)) return false;
    }
    for (; i < length; i++) if (bytes[at + i] !== store[start + i]) return false;
    return true;
  }

  #add(bytes: CaptureBytes, at: number, length: number, hash: number, value: Value): void {
    if (
      this.#values.length >= this.#limits.values || this.#used + length > this.#limits.bytes
    ) this.#clear();
    const id = this.#values.length;
    if (id >= this.#hashes.length) this.#grow();
    while (this.#used + length > this.#store.length) {
      const larger = new Uint8Array(this.#store.length * 2);
      larger.set(this.#store);
      this.#store = larger;
      this.#storeView = new DataView(larger.buffer);
    }
    this.#store.set(bytes.subarray(at, at + length), this.#used);
    this.#hashes[id] = hash;
    this.#starts[id] = this.#used;
    this.#lengths[id] = length;
    this.#used += length;
    this.#values.push(value);
    this.#place(id, hash);
  }

  #place(id: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }

  #grow(): void {
    const capacity = this.#hashes.length * 2;
    this.#hashes = extended(this.#hashes, capacity);
    this.#starts = extended(this.#starts, capacity);
    this.#lengths = extended(this.#lengths, capacity);
    this.#slots = new Int32Array(capacity * 2).fill(-1);
    for (let id = 0; id < this.#values.length; id++) this.#place(id, this.#hashes[id]!);
  }

  #clear(): void {
    this.#slots.fill(-1);
    this.#values = [];
    this.#used = 0;
  }
}

function extended(numbers: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(numbers);
  return longer;
}

function hashOf(view: DataView, bytes: CaptureBytes, at: number, length: number): number {
  let hash = length;
  let i = at;
  for (const whole = at + (length & ~3); i < whole; i += 4) {
    hash = Math.imul(hash ^ view.getInt32(i, true), HASH_FACTOR);
    hash ^= hash >>> 15;
  }
  for (const end = at + length; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, HASH_FACTOR);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, LAST_FACTOR);
  return hash ^ (hash >>> 16);
}
