/**
 * A row of characters and sets of characters inside a glob, found in time linear in the text: a bit for
 * every character of the row says whether the text so far ends with the row up to it (Shift-And).
 */
import type { Alphabet } from "./_alphabet.ts";
import type { CharacterSet } from "./_character_set.ts";

export class GlobRow {
  readonly #length: number;
  readonly #alphabet: Alphabet;
  readonly #words: number;
  /** `[letter * words]`: the characters of the row that this letter can be. */
  readonly #readers: Int32Array;

  constructor(sets: readonly CharacterSet[], alphabet: Alphabet) {
    this.#length = sets.length;
    this.#alphabet = alphabet;
    const words = this.#words = Math.ceil(sets.length / 32);
    this.#readers = new Int32Array(alphabet.size * words);
    for (const [i, set] of sets.entries()) {
      for (const letter of alphabet.lettersOf(set)) {
        this.#readers[letter * words + (i >> 5)]! |= 1 << (i & 31);
      }
    }
  }

  /** Where the row ends that begins at `start`; -1 where it does not stand there. */
  endFrom(text: string, start: number): number {
    let at = start;
    for (let i = 0; i < this.#length; i++) {
      if (at >= text.length) return -1;
      const code = text.codePointAt(at)!;
      const reader = this.#alphabet.letter(code) * this.#words + (i >> 5);
      if ((this.#readers[reader]! & (1 << (i & 31))) === 0) return -1;
      at += width(code);
    }
    return at;
  }

  /** Where a row that stands at the very end would begin; -1 in a text that is too short. */
  startBeforeEnd(text: string): number {
    let at = text.length;
    for (let i = 0; i < this.#length; i++) {
      if (at <= 0) return -1;
      at -= at >= 2 && width(text.codePointAt(at - 2)!) === 2 ? 2 : 1;
    }
    return at;
  }

  /** Where the first row that begins at `from` or behind ends; -1 when there is none. */
  find(text: string, from: number): number {
    const words = this.#words, readers = this.#readers;
    if (words === 0) return from;
    const reached = new Int32Array(words);
    const last = 1 << ((this.#length - 1) & 31);
    for (let at = from; at < text.length;) {
      const code = text.codePointAt(at)!;
      at += width(code);
      let carry = 1;
      for (let i = 0, reader = this.#alphabet.letter(code) * words; i < words; i++, reader++) {
        const before = reached[i]!;
        reached[i] = ((before << 1) | carry) & readers[reader]!;
        carry = before >>> 31;
      }
      if ((reached[words - 1]! & last) !== 0) return at;
    }
    return -1;
  }
}

/** UTF-16 units of a character. */
function width(code: number): number {
  return code > 0xffff ? 2 : 1;
}
