/** Values by the bytes they were made of: what comes again is not made again. */
import type { CaptureBytes } from "../scap/mod.ts";

const FIRST_SLOTS = 1 << 11;
const FIRST_STORE_BYTES = 1 << 16;
const HASH_FACTOR = -0x61c88647, LAST_FACTOR = -0x7a143595;
/** What is further away from its place is not kept: a long search would cost more than to make it again. */
const MAX_STEPS = 64;

/** Of a slot, as places in its four numbers. */
const HASH = 0, START = 1, LENGTH = 2, NUMBER = 3;
const SLOT_SHIFT = 2, SLOT = 1 << SLOT_SHIFT;

export interface BytesTableLimits {
  /** Values kept at most, a power of two. */
  readonly values: number;
  readonly bytes: number;
}

/**
 * A table that is full starts again, empty: what is in use comes back at once, and what never comes
 * again, hostile or not, is forgotten. Open addressing over copies of the bytes; all that a search
 * compares of a value lies together:
 *
 *     slot ─ hash ┬ start in the store ┬ length ┬ number of the value, from 1; 0: the slot is free
 */
export class BytesTable<Value> {
  readonly #limits: BytesTableLimits;
  #slots = new Int32Array(FIRST_SLOTS * SLOT);
  #slotCount = FIRST_SLOTS;
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
    const slots = this.#slots;
    const last = slots.length - SLOT;
    let slot = hash << SLOT_SHIFT & last;
    for (let step = 0; step < MAX_STEPS; step++) {
      const number = slots[slot + NUMBER]!;
      if (number === 0) break;
      if (
        slots[slot + HASH] === hash && slots[slot + LENGTH] === length &&
        this.#isEqual(view, bytes, at, slots[slot + START]!, length)
      ) return this.#values[number - 1]!;
      slot = slot + SLOT & last;
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
    if (this.#values.length * 2 >= this.#slotCount) this.#grow();
    const start = this.#used;
    const number = this.#values.length + 1;
    if (!place(this.#slots, hash, start, length, number)) return;
    while (start + length > this.#store.length) {
      const larger = new Uint8Array(this.#store.length * 2);
      larger.set(this.#store);
      this.#store = larger;
      this.#storeView = new DataView(larger.buffer);
    }
    const store = this.#store;
    // Most are short, and a view of the bytes would take longer than the copy.
    for (let i = 0; i < length; i++) store[start + i] = bytes[at + i]!;
    this.#used += length;
    this.#values.push(value);
  }

  #grow(): void {
    const before = this.#slots;
    this.#slotCount *= 2;
    this.#slots = new Int32Array(this.#slotCount * SLOT);
    for (let slot = 0; slot < before.length; slot += SLOT) {
      const number = before[slot + NUMBER]!;
      if (number === 0) continue;
      place(
        this.#slots,
        before[slot + HASH]!,
        before[slot + START]!,
        before[slot + LENGTH]!,
        number,
      );
    }
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#values = [];
    this.#used = 0;
  }
}

/** False when no free slot is near enough. */
function place(
  slots: Int32Array,
  hash: number,
  start: number,
  length: number,
  number: number,
): boolean {
  const last = slots.length - SLOT;
  let slot = hash << SLOT_SHIFT & last;
  for (let step = 0; step < MAX_STEPS; step++, slot = slot + SLOT & last) {
    if (slots[slot + NUMBER] !== 0) continue;
    slots[slot + HASH] = hash;
    slots[slot + START] = start;
    slots[slot + LENGTH] = length;
    slots[slot + NUMBER] = number;
    return true;
  }
  return false;
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
