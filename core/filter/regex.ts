/**
 * `regex` in time linear in the text, whatever the pattern: attackers choose the text.
 *
 * The pattern becomes a program of small instructions, all of whose threads run side by side
 * (Thompson). A set of threads is a state; which state follows on which character is remembered,
 * so that a text mostly costs one table look-up a character.
 */
import {
  type CharacterSet,
  type Expression,
  parsePattern,
  type PatternProblem,
} from "./_regex_parser.ts";

export type { PatternProblem };

/** Counted repetition multiplies; beyond this many instructions a pattern is refused. */
const MAX_PROGRAM = 20_000;
/** States remembered before all are forgotten. */
const MAX_STATES = 1_000;
/** Their threads in all: the text decides how many there are, so some MB a pattern must be enough. */
const MAX_THREADS = 200_000;
const NEWLINE = 10;

type Instruction =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "line-start" | "line-end" | "match" }
  /** Goes on at the next instruction and at `other`. */
  | { readonly kind: "fork"; other: number }
  | { readonly kind: "jump"; to: number };

/** The pattern ready to match, or what is wrong with it. */
export function compileRegex(pattern: string): Regex | PatternProblem {
  const expression = parsePattern(pattern);
  if ("message" in expression) return expression;
  const program: Instruction[] = [];
  if (!append(program, expression)) {
    return { message: "the pattern repeats too much: it grows too large", at: 0 };
  }
  program.push({ kind: "match" });
  return new Regex(program);
}

/** False when the program would grow too large. */
function append(program: Instruction[], expression: Expression): boolean {
  if (program.length >= MAX_PROGRAM) return false;
  switch (expression.kind) {
    case "empty":
      return true;
    case "line-start":
    case "line-end":
      program.push({ kind: expression.kind });
      return true;
    case "set":
      program.push(expression);
      return true;
    case "sequence":
      return expression.parts.every((part) => append(program, part));
    case "choice":
      return appendChoice(program, expression.parts);
    case "repeat":
      return appendRepeat(program, expression);
    default:
      return expression satisfies never;
  }
}

function appendChoice(program: Instruction[], parts: readonly Expression[]): boolean {
  const ends: { to: number }[] = [];
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    const fork = { kind: "fork" as const, other: 0 };
    if (!last) program.push(fork);
    if (!append(program, part)) return false;
    if (last) break;
    const end = { kind: "jump" as const, to: 0 };
    ends.push(end);
    program.push(end);
    fork.other = program.length;
  }
  for (const end of ends) end.to = program.length;
  return true;
}

function appendRepeat(
  program: Instruction[],
  { part, min, max }: Expression & { readonly kind: "repeat" },
): boolean {
  for (let i = 0; i < min; i++) {
    const before = program.length;
    if (!append(program, part)) return false;
    // Nothing, repeated: nested repetitions of it would only cost time.
    if (program.length === before) break;
  }
  if (max === undefined) {
    const fork = { kind: "fork" as const, other: 0 };
    const start = program.length;
    program.push(fork);
    if (!append(program, part)) return false;
    program.push({ kind: "jump", to: start });
    fork.other = program.length;
    return true;
  }
  const skips: { other: number }[] = [];
  for (let i = min; i < max; i++) {
    const skip = { kind: "fork" as const, other: 0 };
    skips.push(skip);
    program.push(skip);
    if (!append(program, part)) return false;
  }
  for (const skip of skips) skip.other = program.length;
  return true;
}

/** Threads between two characters. */
interface State {
  /** Where threads stand, before forks and line ends are followed. */
  readonly threads: readonly number[];
  readonly atLineStart: boolean;
  /** By class of the next character. */
  readonly next: (State | undefined)[];
  matches: boolean | undefined;
}

export class Regex {
  readonly #program: readonly Instruction[];
  /** First code points of the classes of characters that no instruction tells apart. */
  readonly #classStarts: readonly number[];
  readonly #asciiClasses: Uint16Array;
  #states = new Map<string, State>();
  #start: State;
  #threadsRemembered = 0;

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    const starts = new Set([0, NEWLINE, NEWLINE + 1]);
    for (const instruction of program) {
      if (instruction.kind !== "set") continue;
      for (const { from, to } of instruction.set) starts.add(from).add(to + 1);
    }
    this.#classStarts = [...starts].sort((a, b) => a - b);
    this.#asciiClasses = Uint16Array.from({ length: 128 }, (_, code) => this.#findClass(code));
    this.#start = this.#state([0], true);
  }

  /** Whether the pattern covers the whole text. */
  matches(text: string): boolean {
    let state = this.#start;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code >= 0xd800 && code < 0xdc00) {
        code = text.codePointAt(i)!;
        if (code > 0xffff) i++;
      }
      const class_ = code < 128 ? this.#asciiClasses[code]! : this.#findClass(code);
      state = state.next[class_] ?? this.#step(state, class_);
      if (state.threads.length === 0) return false;
    }
    return state.matches ??= this.#reaches(state);
  }

  #step(state: State, class_: number): State {
    // Every member of a class is treated alike, so its first stands for all.
    const code = this.#classStarts[class_]!;
    const newline = code === NEWLINE;
    const threads: number[] = [];
    for (const at of this.#closure(state, newline)) {
      const instruction = this.#program[at]!;
      if (instruction.kind === "set" && contains(instruction.set, code)) threads.push(at + 1);
    }
    return state.next[class_] = this.#state(threads, newline);
  }

  #reaches(state: State): boolean {
    for (const at of this.#closure(state, true)) {
      if (this.#program[at]!.kind === "match") return true;
    }
    return false;
  }

  /** All places reachable without reading; `lineEnd`: a newline or nothing comes next. */
  #closure(state: State, lineEnd: boolean): ReadonlySet<number> {
    const reached = new Set<number>();
    const pending = [...state.threads];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      const instruction = this.#program[at]!;
      switch (instruction.kind) {
        case "fork":
          pending.push(at + 1, instruction.other);
          break;
        case "jump":
          pending.push(instruction.to);
          break;
        case "line-start":
          if (state.atLineStart) pending.push(at + 1);
          break;
        case "line-end":
          if (lineEnd) pending.push(at + 1);
          break;
        case "set":
        case "match":
          break;
        default:
          instruction satisfies never;
      }
    }
    return reached;
  }

  #state(threads: readonly number[], atLineStart: boolean): State {
    const sorted = [...new Set(threads)].sort((a, b) => a - b);
    const key = `${atLineStart ? "^" : ""}${sorted.join()}`;
    const known = this.#states.get(key);
    if (known) return known;
    const isFull = this.#states.size >= MAX_STATES || this.#threadsRemembered >= MAX_THREADS;
    if (isFull) {
      // Forgetting all at once keeps no state alive through the tables of others.
      this.#states = new Map();
      this.#threadsRemembered = 0;
      this.#start = this.#state([0], true);
    }
    const state: State = { threads: sorted, atLineStart, next: [], matches: undefined };
    this.#states.set(key, state);
    this.#threadsRemembered += sorted.length;
    return state;
  }

  #findClass(code: number): number {
    const starts = this.#classStarts;
    let low = 0, high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function contains(set: CharacterSet, code: number): boolean {
  let low = 0, high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { from, to } = set[middle]!;
    if (code < from) high = middle - 1;
    else if (code > to) low = middle + 1;
    else return true;
  }
  return false;
}
