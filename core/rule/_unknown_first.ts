/** `skip-if-unknown-filter`: which mistakes have a rule skipped in place of failing its file. */
import type { Diagnostic } from "../base/mod.ts";

/**
 * Whether something unknown is what Falco meets first: it looks at exceptions, then at the output, where
 * all that is no field is unknown to it, then at the condition, and no further than the first mistake.
 */
export function isUnknownFirst(errors: readonly Diagnostic[]): boolean {
  if (errors.some(({ code }) => code.startsWith("R"))) return false;
  const ofOutput = errors.filter(({ code }) => code.startsWith("A"));
  if (ofOutput.length > 0) return UNKNOWN_IN_OUTPUT.has(ofOutput[0]!.code);
  // Macros and lists are put in before fields are looked at.
  const first = errors.find(({ code }) => FOUND_BEFORE_FIELDS.has(code)) ?? errors[0];
  return first !== undefined &&
    (UNKNOWN_IN_CONDITION.has(first.code) || isOfArgument(first));
}

/** An argument in brackets that a field does not take is part of a name Falco does not know. */
function isOfArgument({ code, at }: Diagnostic): boolean {
  return code === "F015" && at !== undefined && at.source.text[at.start - 1] === "[";
}

const UNKNOWN_IN_OUTPUT: ReadonlySet<string> = new Set(["A001", "A002", "A003", "A004", "A005"]);
const UNKNOWN_IN_CONDITION: ReadonlySet<string> = new Set(["F012", "F023"]);
const FOUND_BEFORE_FIELDS: ReadonlySet<string> = new Set(["F016", "F017", "F018", "F022"]);
