/**
 * What was made of bytes, found again by the bytes. Programs name the same few hundred paths over and
 * over: a string that is there already is not decoded again, V8 has hashed it for the rules' sets
 * before, and whoever noted something on the object made of it finds the note.
 *
 * Bytes have one slot, and take it over when they are asked for twice in a row there. So what never
 * comes again, hostile or not, costs a look and pushes nobody out; nothing grows.
 */
import type { RingMemory } from "../../../ffi/mod.ts";

/** FNV-1a, a word at a time. */
const HASH_START = 0x811c9dc5, HASH_FACTOR = 0x01000193;

export interface ByteCacheOptions {
  /** A power of two. */
  readonly slots: number;
  /** Multiple of 4; more bytes are not kept. */
  readonly longest: number;
}

export class ByteCache<Value> {
  /** More bytes than this are not kept. */
  readonly longest: number;
  readonly #mask: number;
  readonly #slotWords: number;
  readonly #words: Uint32Array;
  /** Number of bytes in a slot and what else they were asked with; 0: none. */
  readonly #tags: Float64Array;
  /** The last, incomplete word. */
  readonly #tails: Int32Array;
  readonly #values: (Value | undefined)[];
  /** Hash of the bytes that last asked for a slot. */
  readonly #asked: Int32Array;
  /** Of the last `find` that found nothing. */
  #missedSlot = 0;
  #missedTag = 0;
  #missedTail = 0;
  #missedTwice = false;

  constructor({ slots, longest }: ByteCacheOptions) {
    this.longest = longest;
    this.#mask = slots - 1;
    this.#slotWords = longest >> 2;
    this.#words = new Uint32Array(slots * this.#slotWords);
    this.#tags = new Float64Array(slots);
    this.#tails = new Int32Array(slots);
    this.#values = new Array<Value | undefined>(slots).fill(undefined);
    this.#asked = new Int32Array(slots);
  }

  /**
   * What was kept for these bytes: `at` is a multiple of 4, `bytes` from 1 to `longest`. `kind` tells
   * apart what is made of the same bytes in different ways; from 0, exact below 2^32.
   */
  find(memory: RingMemory, at: number, bytes: number, kind: number): Value | undefined {
    const { u32 } = memory;
    const start = at >> 2, whole = bytes >> 2;
    // What stands behind the bytes in their last word is not part of them.
    const tail = u32[start + whole]! & ((1 << (8 * (bytes & 3))) - 1);
    let hash = Math.imul(HASH_START ^ bytes ^ kind, HASH_FACTOR);
    for (let i = 0; i < whole; i++) hash = Math.imul(hash ^ u32[start + i]!, HASH_FACTOR);
    hash = Math.imul(hash ^ tail, HASH_FACTOR);
    const slot = (hash ^ (hash >>> 15)) & this.#mask;
    const tag = kind * 65_536 + bytes;
    if (this.#tags[slot] === tag && this.#tails[slot] === tail) {
      const words = this.#words, kept = slot * this.#slotWords;
      let i = 0;
      while (i < whole && words[kept + i] === u32[start + i]) i++;
      if (i === whole) return this.#values[slot];
    }
    this.#missedSlot = slot;
    this.#missedTag = tag;
    this.#missedTail = tail;
    this.#missedTwice = this.#asked[slot] === hash;
    this.#asked[slot] = hash;
    return undefined;
  }

  /** Whether the bytes that `find` just missed were the last to miss this slot before, too. */
  get missedTwice(): boolean {
    return this.#missedTwice;
  }

  /** Keeps what was made of the bytes that `find` just missed; for the second miss only. */
  keep(memory: RingMemory, at: number, value: Value): void {
    const slot = this.#missedSlot;
    const whole = (this.#missedTag % 65_536) >> 2;
    const start = at >> 2, kept = slot * this.#slotWords;
    for (let i = 0; i < whole; i++) this.#words[kept + i] = memory.u32[start + i]!;
    this.#tails[slot] = this.#missedTail;
    this.#tags[slot] = this.#missedTag;
    this.#values[slot] = value;
  }
}
