/**
 * A program whose table would be too large, run as it is: a bit for every place that reads a character
 * (Glushkov), a few words for all of them. Which places follow is looked up for eight bits at once, so
 * that a character costs the same whatever the text.
 */
import type { Alphabet } from "./_alphabet.ts";
import { type Program, Walker } from "./_regex_program.ts";

/** Some 90 ns a character, 6 ms for 64 KB of arguments; the time grows with the square. */
const MAX_PLACES = 128;
/** Between two characters; these are followed once, when the tables are made. */
const MAX_PROGRAM = 4_000;

/** What came before and what comes next: only line starts and ends ask. */
const AFTER_NEWLINE = 1, BEFORE_NEWLINE = 2;

export class BitProgram {
  readonly #program: Program;
  readonly #alphabet: Alphabet;
  readonly #walker: Walker;
  /** Places of instructions that read. */
  readonly #places: readonly number[];
  readonly #bitOf: ReadonlyMap<number, number>;
  readonly #words: number;
  /** `[letter * words]`: the places that read this letter. */
  readonly #readers: Int32Array;
  readonly #hasLines: boolean;
  /** By what is around: `[(block * 256 + bits) * words]`, the places that follow. */
  readonly #followers: (Int32Array | undefined)[] = [];
  /** The places reached, and those that come next. */
  #here: Int32Array;
  #next: Int32Array;

  static of(program: Program, alphabet: Alphabet): BitProgram | undefined {
    const { instructions } = program;
    const places = [...instructions.keys()].filter((at) => instructions[at]!.kind === "set");
    const fits = places.length <= MAX_PLACES && instructions.length <= MAX_PROGRAM;
    return fits ? new BitProgram(program, alphabet, places) : undefined;
  }

  private constructor(program: Program, alphabet: Alphabet, places: readonly number[]) {
    this.#program = program;
    this.#alphabet = alphabet;
    this.#walker = new Walker(program);
    this.#places = places;
    this.#bitOf = new Map(places.map((at, bit) => [at, bit]));
    const words = this.#words = Math.max(1, Math.ceil(places.length / 32));
    this.#readers = new Int32Array(alphabet.size * words);
    for (const [bit, at] of places.entries()) {
      const instruction = program.instructions[at]!;
      if (instruction.kind !== "set") continue;
      for (const letter of alphabet.lettersOf(instruction.set)) {
        setBit(this.#readers, letter * words, bit);
      }
    }
    this.#hasLines = program.instructions.some(({ kind }) =>
      kind === "line-start" || kind === "line-end"
    );
    this.#here = new Int32Array(words);
    this.#next = new Int32Array(words);
  }

  matches(text: string): boolean {
    const { newline } = this.#alphabet;
    // Before the first character stands nothing, which is no place; it is followed apart.
    let first = true;
    let after = AFTER_NEWLINE;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code >= 0xd800 && code < 0xdc00) {
        code = text.codePointAt(i)!;
        if (code > 0xffff) i++;
      }
      const letter = this.#alphabet.letter(code);
      const around = after | (letter === newline ? BEFORE_NEWLINE : 0);
      if (first) this.#begin(around);
      else this.#follow(this.#followersFor(around));
      first = false;
      if (!this.#read(letter)) return false;
      after = letter === newline ? AFTER_NEWLINE : 0;
    }
    return this.#accepts(first, after);
  }

  #begin(around: number): void {
    this.#next.fill(0);
    for (const at of this.#reached(0, around)) {
      const bit = this.#bitOf.get(at);
      if (bit !== undefined) setBit(this.#next, 0, bit);
    }
  }

  #follow(followers: Int32Array): void {
    const here = this.#here, next = this.#next, words = this.#words;
    next.fill(0);
    for (let word = 0, block = 0; word < words; word++, block += 4) {
      let bits = here[word]!;
      for (let at = block; bits !== 0; at++, bits >>>= 8) {
        const byte = bits & 0xff;
        if (byte === 0) continue;
        const row = ((at << 8) | byte) * words;
        for (let i = 0; i < words; i++) next[i]! |= followers[row + i]!;
      }
    }
  }

  /** Goes on where `letter` can be read; false when that is nowhere. */
  #read(letter: number): boolean {
    const words = this.#words, readers = this.#readers;
    const next = this.#next;
    let any = 0;
    for (let i = 0, row = letter * words; i < words; i++) {
      any |= next[i]! &= readers[row + i]!;
    }
    this.#next = this.#here;
    this.#here = next;
    return any !== 0;
  }

  #accepts(first: boolean, after: number): boolean {
    const around = after | BEFORE_NEWLINE;
    const end = this.#program.instructions.length - 1;
    if (first) return this.#reached(0, around).includes(end);
    return this.#places.some((at, bit) =>
      (this.#here[bit >> 5]! & (1 << (bit & 31))) !== 0 &&
      this.#reached(at + 1, around).includes(end)
    );
  }

  #followersFor(around: number): Int32Array {
    return this.#followers[this.#hasLines ? around : 0] ??= this.#makeFollowers(around);
  }

  #makeFollowers(around: number): Int32Array {
    const words = this.#words;
    const table = new Int32Array(words * 4 * 256 * words);
    for (const [bit, place] of this.#places.entries()) {
      const single = (((bit >> 3) << 8) | (1 << (bit & 7))) * words;
      for (const at of this.#reached(place + 1, around)) {
        const follower = this.#bitOf.get(at);
        if (follower !== undefined) setBit(table, single, follower);
      }
    }
    // A row is the row without its lowest bit and that bit's.
    for (let block = 0; block < words * 4; block++) {
      for (let bits = 1; bits < 256; bits++) {
        const lowest = bits & -bits;
        if (bits === lowest) continue;
        const row = ((block << 8) | bits) * words;
        const rest = ((block << 8) | (bits ^ lowest)) * words;
        const alone = ((block << 8) | lowest) * words;
        for (let i = 0; i < words; i++) table[row + i] = table[rest + i]! | table[alone + i]!;
      }
    }
    return table;
  }

  #reached(at: number, around: number): readonly number[] {
    return this.#walker.reach([at], {
      lineStart: (around & AFTER_NEWLINE) !== 0,
      lineEnd: (around & BEFORE_NEWLINE) !== 0,
    });
  }
}

function setBit(words: Int32Array, from: number, bit: number): void {
  words[from + (bit >> 5)]! |= 1 << (bit & 31);
}
