/**
 * Strings by their bytes. Programs name the same few hundred paths over and over: a string that is
 * there already is not decoded again, and V8 has hashed it for the rules' sets before.
 *
 * A text has one slot, and takes it over when it is asked for twice in a row there. So texts that never
 * come again, hostile or not, cost a look and push nobody out; nothing grows.
 */
import type { RingMemory } from "../../../ffi/mod.ts";

const SLOTS = 2048;
const SLOT_WORDS = 32;
/** Longer texts are not kept. */
export const LONGEST_KEPT_BYTES = SLOT_WORDS * 4;

/** FNV-1a, a word at a time. */
const HASH_START = 0x811c9dc5, HASH_FACTOR = 0x01000193;

export type Decode = (memory: RingMemory, at: number, bytes: number) => string;

export class TextCache {
  readonly #words = new Uint32Array(SLOTS * SLOT_WORDS);
  /** Bytes of the text in a slot; 0: none. */
  readonly #lengths = new Uint8Array(SLOTS);
  /** Its last, incomplete word. */
  readonly #tails = new Int32Array(SLOTS);
  readonly #texts = new Array<string>(SLOTS).fill("");
  /** Hash of the text that last asked for a slot. */
  readonly #asked = new Int32Array(SLOTS);
  readonly #decode: Decode;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** `at` is a multiple of 4, `bytes` from 1 to `LONGEST_KEPT_BYTES`. */
  text(memory: RingMemory, at: number, bytes: number): string {
    const { u32 } = memory;
    const start = at >> 2, whole = bytes >> 2;
    // What stands behind the text in its last word is not part of it.
    const tail = u32[start + whole]! & ((1 << (8 * (bytes & 3))) - 1);
    let hash = Math.imul(HASH_START ^ bytes, HASH_FACTOR);
    for (let i = 0; i < whole; i++) hash = Math.imul(hash ^ u32[start + i]!, HASH_FACTOR);
    hash = Math.imul(hash ^ tail, HASH_FACTOR);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const words = this.#words;
    const kept = slot * SLOT_WORDS;
    if (this.#lengths[slot] === bytes) {
      let i = 0;
      while (i < whole && words[kept + i] === u32[start + i]) i++;
      if (i === whole && this.#tails[slot] === tail) return this.#texts[slot]!;
    }
    const text = this.#decode(memory, at, bytes);
    if (this.#asked[slot] !== hash) {
      this.#asked[slot] = hash;
      return text;
    }
    for (let i = 0; i < whole; i++) words[kept + i] = u32[start + i]!;
    this.#tails[slot] = tail;
    this.#lengths[slot] = bytes;
    this.#texts[slot] = text;
    return text;
  }
}
