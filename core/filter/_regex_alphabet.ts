/** Characters that a pattern does not tell apart are one letter; its alphabet is usually small. */
import type { CharacterSet } from "./_regex_parser.ts";
import type { Program } from "./_regex_program.ts";

const NEWLINE = 10;

export class Alphabet {
  /** First code points of the letters, ascending from 0. */
  readonly #starts: readonly number[];
  /** Letters of ASCII characters. */
  readonly #ascii: Uint16Array;
  readonly newline: number;

  static of({ instructions }: Program): Alphabet {
    const starts = new Set([0, NEWLINE, NEWLINE + 1]);
    for (const instruction of instructions) {
      if (instruction.kind !== "set") continue;
      for (const { from, to } of instruction.set) starts.add(from).add(to + 1);
    }
    return new Alphabet(starts);
  }

  private constructor(starts: ReadonlySet<number>) {
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
