/** Characters that a pattern does not tell apart are one letter; its alphabet is usually small. */
import type { CharacterSet } from "./_character_set.ts";

const NEWLINE = 10;

export class Alphabet {
  /** First code points of the letters, ascending from 0. */
  readonly #starts: readonly number[];
  /** Letters of ASCII characters. */
  readonly #ascii: Uint16Array;
  readonly newline: number;

  /** The letters that `sets` tell apart. */
  constructor(sets: Iterable<CharacterSet>) {
    const starts = new Set([0, NEWLINE, NEWLINE + 1]);
    for (const set of sets) {
      for (const { from, to } of set) starts.add(from).add(to + 1);
    }
    this.#starts = [...starts].sort((a, b) => a - b);
    this.#ascii = Uint16Array.from({ length: 128 }, (_, code) => this.#find(code));
    this.newline = this.letter(NEWLINE);
  }

  get size(): number {
    return this.#starts.length;
  }

  letter(code: number): number {
    return code < 128 ? this.#ascii[code]! : this.#find(code);
  }

  /** The letters that make up a set of the pattern. */
  lettersOf(set: CharacterSet): readonly number[] {
    const letters: number[] = [];
    for (const { from, to } of set) {
      for (let letter = this.#find(from); this.#starts[letter]! <= to; letter++) {
        letters.push(letter);
      }
    }
    return letters;
  }

  #find(code: number): number {
    const starts = this.#starts;
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
