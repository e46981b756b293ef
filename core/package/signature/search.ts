/** Beside what it signs: expressions as in falcoctl's index, which find something in a text. */
import { compileRegex, Regex } from "../../filter/regex.ts";
import type { Wanted } from "../../plugin/store/mod.ts";

/** What is wrong with an expression; absent: nothing. In words of rules' `regex`. */
export function expressionProblem(expression: string) {
  const regex = compileRegex(expression);
  return regex instanceof Regex ? undefined : regex;
}

/** One that cannot be read finds nothing. */
export function isWanted(text: string | undefined, wanted: Wanted): boolean {
  // deno-lint-ignore no-control-regex -- no name has them, and "^" means the begin of a line
  if (text === undefined || text.length > 2048 || /[\x00-\x1f\x7f]/.test(text)) return false;
  if ("is" in wanted) return text === wanted.is;
  if (expressionProblem(wanted.matches)) return false;
  const regex = compileRegex(`.*(${wanted.matches}).*`);
  return regex instanceof Regex && regex.matches(text);
}
