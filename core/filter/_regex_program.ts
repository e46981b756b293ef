/** An expression as a program: small instructions, all of whose threads run side by side (Thompson). */
import type { CharacterSet } from "./_character_set.ts";
import type { Expression } from "./_regex_parser.ts";

export type Instruction =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "line-start" | "line-end" | "match" }
  /** Goes on at the next instruction and at `other`. */
  | { readonly kind: "fork"; other: number }
  | { readonly kind: "jump"; to: number };

/**
 * Copies of one part in a row, made by a counted repetition. A thread in one copy can do all that a
 * thread at the same place of another copy can, and more: in `(x)?(x)?(x)?` the one in the earlier copy,
 * in `xxx(x)*` the one in the later. So of both only that one need be followed.
 */
export interface Chain {
  readonly start: number;
  /** Of the instruction behind the last copy. */
  readonly end: number;
  /** Instructions of a copy. */
  readonly length: number;
  readonly keeps: "earlier" | "later";
  /** In a chain that ends in a loop: the loop's fork, which a copy of the others lacks. */
  readonly fork: number;
}

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly chains: readonly Chain[];
}

/** Counted repetition multiplies; beyond this many instructions there is no program. */
const MAX_PROGRAM = 20_000;

export function programOf(expression: Expression): Program | undefined {
  const writer = new Writer();
  if (!writer.append(expression)) return undefined;
  writer.instructions.push({ kind: "match" });
  return writer;
}

/** All sets of characters that the program reads. */
export function setsOf({ instructions }: Program): CharacterSet[] {
  return instructions.flatMap((instruction) => instruction.kind === "set" ? [instruction.set] : []);
}

class Writer implements Program {
  readonly instructions: Instruction[] = [];
  readonly chains: Chain[] = [];

  /** False when the program would grow too large. */
  append(expression: Expression): boolean {
    const { instructions } = this;
    if (instructions.length >= MAX_PROGRAM) return false;
    switch (expression.kind) {
      case "empty":
        return true;
      case "line-start":
      case "line-end":
        instructions.push({ kind: expression.kind });
        return true;
      case "set":
        instructions.push(expression);
        return true;
      case "sequence":
        return expression.parts.every((part) => this.append(part));
      case "choice":
        return this.#choice(expression.parts);
      case "repeat":
        return expression.max === undefined
          ? this.#endless(expression.part, expression.min)
          : this.#counted(expression.part, expression.min, expression.max);
      default:
        return expression satisfies never;
    }
  }

  #choice(parts: readonly Expression[]): boolean {
    const { instructions } = this;
    const ends: { to: number }[] = [];
    for (const [i, part] of parts.entries()) {
      const last = i === parts.length - 1;
      const fork = { kind: "fork" as const, other: 0 };
      if (!last) instructions.push(fork);
      if (!this.append(part)) return false;
      if (last) break;
      const end = { kind: "jump" as const, to: 0 };
      ends.push(end);
      instructions.push(end);
      fork.other = instructions.length;
    }
    for (const end of ends) end.to = instructions.length;
    return true;
  }

  /** `part` that often; where it is nothing, once says the same. */
  #times(part: Expression, count: number): boolean {
    const { instructions } = this;
    for (let i = 0; i < count; i++) {
      const before = instructions.length;
      if (!this.append(part)) return false;
      if (instructions.length === before) break;
    }
    return true;
  }

  #endless(part: Expression, min: number): boolean {
    const { instructions } = this;
    const start = instructions.length;
    if (!this.#times(part, min)) return false;
    const at = instructions.length;
    const fork = { kind: "fork" as const, other: 0 };
    instructions.push(fork);
    if (!this.append(part)) return false;
    instructions.push({ kind: "jump", to: at });
    const end = fork.other = instructions.length;
    if (min >= 2) {
      this.chains.push({ start, end, length: (at - start) / min, keeps: "later", fork: at });
    }
    return true;
  }

  #counted(part: Expression, min: number, max: number): boolean {
    const { instructions } = this;
    if (!this.#times(part, min)) return false;
    const start = instructions.length;
    const skips: { other: number }[] = [];
    for (let i = min; i < max; i++) {
      const skip = { kind: "fork" as const, other: 0 };
      skips.push(skip);
      instructions.push(skip);
      if (!this.append(part)) return false;
    }
    const end = instructions.length;
    for (const skip of skips) skip.other = end;
    if (skips.length >= 2) {
      const length = (end - start) / skips.length;
      this.chains.push({ start, end, length, keeps: "earlier", fork: Infinity });
    }
    return true;
  }
}

/** Without the threads that others make needless; `threads` are sorted and so is what comes back. */
export function withoutNeedless(threads: number[], chains: readonly Chain[]): number[] {
  let left = threads;
  for (const chain of chains) {
    if (left.length < 2) return left;
    left = withoutNeedlessOf(chain, left);
  }
  return left;
}

function withoutNeedlessOf({ start, end, length, keeps, fork }: Chain, threads: number[]) {
  if (threads.at(-1)! < start || threads[0]! > end) return threads;
  const inside = threads.filter((at) => at >= start && at <= end);
  if (inside.length < 2 || length === 0) return threads;
  const kept = new Map<number, number>();
  for (const at of inside) {
    const place = ((at > fork ? at - 1 : at) - start) % length;
    if (keeps === "later" || !kept.has(place)) kept.set(place, at);
  }
  if (kept.size === inside.length) return threads;
  const keepers = new Set(kept.values());
  return threads.filter((at) => at < start || at > end || keepers.has(at));
}

/** What is around a place: line starts and line ends ask. */
export interface Surroundings {
  /** A newline or nothing came before. */
  readonly lineStart: boolean;
  /** A newline or nothing comes next. */
  readonly lineEnd: boolean;
}

/** Finds what can be reached without reading. */
export class Walker {
  readonly #instructions: readonly Instruction[];
  /** The walk that came by last, by instruction. */
  readonly #seen: Uint32Array;
  #walk = 0;

  constructor({ instructions }: Program) {
    this.#instructions = instructions;
    this.#seen = new Uint32Array(instructions.length);
  }

  /** Instructions that read, or match, in the order they are come upon. */
  reach(threads: readonly number[], { lineStart, lineEnd }: Surroundings): number[] {
    const seen = this.#seen, walk = ++this.#walk;
    const reached: number[] = [];
    const pending = threads.slice();
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen[at] === walk) continue;
      seen[at] = walk;
      const instruction = this.#instructions[at]!;
      switch (instruction.kind) {
        case "fork":
          pending.push(instruction.other, at + 1);
          break;
        case "jump":
          pending.push(instruction.to);
          break;
        case "line-start":
          if (lineStart) pending.push(at + 1);
          break;
        case "line-end":
          if (lineEnd) pending.push(at + 1);
          break;
        case "set":
        case "match":
          reached.push(at);
          break;
        default:
          instruction satisfies never;
      }
    }
    return reached;
  }
}
