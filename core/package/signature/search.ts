/** Beside what it signs: expressions as in falcoctl's index, which find something in a text. */
import { compileRegex, type PatternProblem, Regex } from "../../filter/regex.ts";
import type { Wanted } from "../../plugin/store/mod.ts";

/** What is wrong with an expression; absent: nothing. In words of rules' `regex`. */
export function expressionProblem(
  expression: string,
): Pick<PatternProblem, "message" | "help"> | undefined {
  const { pattern, anyCase } = flagsOf(expression);
  const regex = compileRegex(pattern, { anyCase });
  if (regex instanceof Regex) return undefined;
  if (!regex.message.startsWith('"(?"')) return regex;
  const group = pattern.slice(regex.at - 1, regex.at + 2);
  return {
    message: `"${group}" is not supported here`,
    help: 'flags stand in front of all the rest, and are i, m, s and U: "(?i)example"',
  };
}

/** One that cannot be read finds nothing. */
export function isWanted(text: string | undefined, wanted: Wanted): boolean {
  // deno-lint-ignore no-control-regex -- no name has them, and "^" means the begin of a line
  if (text === undefined || text.length > 2048 || /[\x00-\x1f\x7f]/.test(text)) return false;
  if ("is" in wanted) return text === wanted.is;
  if (expressionProblem(wanted.matches)) return false;
  const { pattern, anyCase } = flagsOf(wanted.matches);
  const regex = compileRegex(`.*(${pattern}).*`, { anyCase });
  return regex instanceof Regex && regex.matches(text);
}

/** `(?i)`, `(?i-s)`; https://pkg.go.dev/regexp/syntax */
const FLAGS = /^\(\?([imsU]*)(?:-([imsU]+))?\)/;

/**
 * What stands in front of an expression, as Go reads it. A name has no lines, which `m` and `s` are about,
 * and `U` changes only how much is found.
 */
function flagsOf(expression: string) {
  let pattern = expression, anyCase = false;
  for (let flags = FLAGS.exec(pattern); flags; flags = FLAGS.exec(pattern)) {
    const [text, on = "", off = ""] = flags;
    anyCase = (anyCase || on.includes("i")) && !off.includes("i");
    pattern = pattern.slice(text.length);
  }
  return { pattern, anyCase };
}
