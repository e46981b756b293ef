/**
 * All that a program can do, worked out when rules load: sets of threads are states, and a table says
 * which state follows on which letter. A text then costs one look-up a character, whatever it holds.
 */
import type { Alphabet } from "./_alphabet.ts";
import { type Program, Walker, withoutNeedless } from "./_regex_program.ts";

export interface Table {
  /** `next[state + letter]`; states are numbered in steps of the alphabet's size, 0 is without hope. */
  readonly next: Uint32Array;
  readonly start: number;
  /** Whether a text may end in a state, by its number divided by the alphabet's size. */
  readonly accepts: Uint8Array;
}

/** Entries of a table; half a MB. */
const MAX_ENTRIES = 1 << 17;
/** Letters that the instructions read, in all. */
const MAX_LETTERS = 200_000;

/** What all patterns of a run that need a table may still take to be made; goes down. */
export interface PatternEffort {
  steps: number;
}

/**
 * Absent where the table would grow too large, as with "the 20th character from the end is an a", or
 * where it takes more than `steps` to make: 100,000 threads looked at and followed are some 5 ms.
 */
export function tableOf(
  program: Program,
  alphabet: Alphabet,
  { steps, effort }: { readonly steps: number; readonly effort: PatternEffort },
): Table | undefined {
  effort.steps -= program.instructions.length;
  const letters = lettersOf(program, alphabet);
  if (!letters || effort.steps <= 0) return undefined;
  const maker = new TableMaker(program, alphabet, letters);
  const table = maker.make(Math.min(steps, effort.steps));
  effort.steps -= maker.steps;
  return table;
}

/** By place of the instruction. */
type Letters = readonly (readonly number[])[];

function lettersOf({ instructions }: Program, alphabet: Alphabet): Letters | undefined {
  let left = MAX_LETTERS;
  const letters: (readonly number[])[] = [];
  for (const instruction of instructions) {
    const read = instruction.kind === "set" ? alphabet.lettersOf(instruction.set) : [];
    left -= read.length;
    if (left < 0) return undefined;
    letters.push(read);
  }
  return letters;
}

interface State {
  readonly number: number;
  readonly threads: readonly number[];
  readonly lineStart: boolean;
}

class TableMaker {
  readonly #program: Program;
  readonly #alphabet: Alphabet;
  readonly #walker: Walker;
  readonly #letters: Letters;
  readonly #hasLineStart: boolean;
  readonly #hasLineEnd: boolean;
  readonly #states: State[] = [];
  readonly #known = new Map<string, State>();
  /** Those of a single thread, which most are, by that thread. */
  readonly #single: (State | undefined)[] = [];
  readonly #next: number[] = [];
  readonly #accepts: number[] = [];
  #steps = 0;

  /** Taken so far. */
  get steps(): number {
    return this.#steps;
  }

  constructor(program: Program, alphabet: Alphabet, letters: Letters) {
    this.#program = program;
    this.#alphabet = alphabet;
    this.#walker = new Walker(program);
    this.#letters = letters;
    this.#hasLineStart = program.instructions.some(({ kind }) => kind === "line-start");
    this.#hasLineEnd = program.instructions.some(({ kind }) => kind === "line-end");
  }

  make(steps: number): Table | undefined {
    this.#state([], false);
    const start = this.#state([0], true);
    // Grows on the way; a state's place in it is its number.
    for (const state of this.#states) {
      this.#follow(state);
      const entries = this.#states.length * this.#alphabet.size;
      if (entries > MAX_ENTRIES || this.#steps > steps) return undefined;
    }
    return {
      next: Uint32Array.from(this.#next),
      start,
      accepts: Uint8Array.from(this.#accepts),
    };
  }

  /** Fills in a state's row. */
  #follow({ number, threads, lineStart }: State): void {
    const { size, newline } = this.#alphabet;
    const targets: number[][] = Array.from({ length: size }, () => []);
    const atEnd = this.#walker.reach(threads, { lineStart, lineEnd: true });
    const within = this.#hasLineEnd
      ? this.#walker.reach(threads, { lineStart, lineEnd: false })
      : atEnd;
    const accepts = atEnd.includes(this.#program.instructions.length - 1);
    this.#accepts.push(accepts ? 1 : 0);
    for (const at of within) this.#read(at, targets);
    if (within !== atEnd) {
      const readers = atEnd.filter((at) => this.#letters[at]!.includes(newline));
      targets[newline] = readers.map((at) => at + 1);
    }
    for (let letter = 0; letter < size; letter++) {
      this.#next[number + letter] = this.#state(targets[letter]!, letter === newline);
    }
    this.#steps += atEnd.length + size;
  }

  #read(at: number, targets: readonly number[][]): void {
    const letters = this.#letters[at]!;
    for (const letter of letters) targets[letter]!.push(at + 1);
    this.#steps += letters.length;
  }

  /** Number of the state with these threads. */
  #state(threads: number[], lineStart: boolean): number {
    if (threads.length === 0 && this.#states.length > 0) return 0;
    // Only where somebody asks does it matter what came before.
    const afterNewline = lineStart && this.#hasLineStart;
    if (threads.length > 1) {
      this.#steps += this.#program.chains.length;
      threads = withoutNeedless(threads.sort((a, b) => a - b), this.#program.chains);
    } else if (!afterNewline && threads[0] !== undefined) {
      return (this.#single[threads[0]] ??= this.#add(threads, false)).number;
    }
    const key = `${afterNewline ? "^" : ""}${threads.join()}`;
    let state = this.#known.get(key);
    if (!state) this.#known.set(key, state = this.#add(threads, afterNewline));
    return state.number;
  }

  #add(threads: readonly number[], lineStart: boolean): State {
    const number = this.#states.length * this.#alphabet.size;
    const state = { number, threads, lineStart };
    this.#states.push(state);
    return state;
  }
}
