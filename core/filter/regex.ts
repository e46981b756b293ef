/**
 * `regex` in time linear in the text, whatever the pattern: attackers choose the text.
 *
 * A pattern becomes a table of all that can happen; a character costs a look-up. Where the table would
 * be too large the pattern's places are followed side by side, at most 128 of them. What needs more is
 * refused when rules load: 64 KB of text must not take more than some ms.
 */
import { Alphabet } from "./_alphabet.ts";
import { BitProgram } from "./_regex_bits.ts";
import { parsePattern, type PatternOptions, type PatternProblem } from "./_regex_parser.ts";
import { type Program, programOf, setsOf } from "./_regex_program.ts";
import { type PatternEffort, type Table, tableOf } from "./_regex_table.ts";

export type { PatternEffort, PatternProblem };

/** Steps to make a table where there is another way, and where there is none. */
const FEW_STEPS = 20_000, MANY_STEPS = 1_000_000;

/** About a second, for some hundred patterns that have no other way; few rule files have one. */
export function effortForPatterns(): PatternEffort {
  return { steps: 8_000_000 };
}

interface Compiled {
  readonly pattern: string;
  readonly anyCase: boolean;
  readonly result: Regex | PatternProblem;
}

/** A pattern is checked, then made: both ask here. */
let latest: Compiled | undefined;

/** The pattern ready to match, or what is wrong with it. */
export function compileRegex(
  pattern: string,
  { anyCase = false, effort = effortForPatterns() }: PatternOptions & {
    readonly effort?: PatternEffort | undefined;
  } = {},
): Regex | PatternProblem {
  if (latest?.pattern === pattern && latest.anyCase === anyCase) return latest.result;
  const result = compile(pattern, { anyCase }, effort);
  // By itself the pattern may be fine.
  if (effort.steps > 0) latest = { pattern, anyCase, result };
  return result;
}

function compile(
  pattern: string,
  options: PatternOptions,
  effort: PatternEffort,
): Regex | PatternProblem {
  const expression = parsePattern(pattern, options);
  if ("message" in expression) return expression;
  const program = programOf(expression);
  const help = 'use smaller counts in braces, or "*" and "+" in their place';
  return program && Regex.of(program, effort) || {
    message: effort.steps > 0
      ? "there are so many ways to match it that a text could take too long"
      : "all patterns together have so many ways to match that they take too long to be made",
    at: 0,
    help,
  };
}

export class Regex {
  readonly #alphabet: Alphabet;
  readonly #runner: Table | BitProgram;

  /** Absent where matching would be too slow. */
  static of(program: Program, effort: PatternEffort): Regex | undefined {
    const alphabet = new Alphabet(setsOf(program));
    const places = BitProgram.of(program, alphabet);
    // What can be done without a table, is, and takes nothing of what others need.
    const table = places
      ? tableOf(program, alphabet, { steps: FEW_STEPS, effort: { steps: FEW_STEPS } })
      : tableOf(program, alphabet, { steps: MANY_STEPS, effort });
    const runner = table ?? places;
    return runner && new Regex(alphabet, runner);
  }

  private constructor(alphabet: Alphabet, runner: Table | BitProgram) {
    this.#alphabet = alphabet;
    this.#runner = runner;
  }

  /** Whether the pattern covers the whole text. */
  matches(text: string): boolean {
    const runner = this.#runner;
    return runner instanceof BitProgram ? runner.matches(text) : this.#lookUp(runner, text);
  }

  /** How a text is matched: by look-up, or place by place. */
  get kind(): "table" | "places" {
    return this.#runner instanceof BitProgram ? "places" : "table";
  }

  #lookUp({ next, start, accepts }: Table, text: string): boolean {
    const alphabet = this.#alphabet;
    let state = start;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code >= 0xd800 && code < 0xdc00) {
        code = text.codePointAt(i)!;
        if (code > 0xffff) i++;
      }
      state = next[state + alphabet.letter(code)]!;
      if (state === 0) return false;
    }
    return accepts[state / alphabet.size] === 1;
  }
}
