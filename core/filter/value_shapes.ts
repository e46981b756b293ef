/**
 * What values of a field look like, where that is more than their type says: a check for another value
 * never holds, though nothing is wrong with it.
 */
import { didYouMean, nearest } from "../base/mod.ts";
import { eventTypes, flagTable } from "../event/mod.ts";
import type { FieldScalar } from "../field/mod.ts";
import type { CheckedComparison, CheckedField } from "./checked.ts";
import type { ComparisonName } from "./condition.ts";
import type { Constant } from "./family.ts";
import { operandText } from "./implication.ts";
import { compareWithConstants } from "./interpret.ts";
import { prepare } from "./operators.ts";
import { MAX_NAME_BYTES, SHAPES } from "./shapes.ts";

export interface OddValue {
  readonly code: "F037" | "F038";
  readonly title: string;
  readonly help: string | undefined;
}

/** Why `comparison` never holds because of this one of its constants; absent when it may. */
export function oddValue(
  comparison: CheckedComparison,
  constant: Constant,
): OddValue | undefined {
  const { left, operator } = comparison;
  if (left.kind !== "field" || typeof constant !== "string" || constant === "") return undefined;
  if (ASIDE.has(constant) || PATTERNS.has(operator.name)) return undefined;
  const wildcard = oddWildcard(left, constant, operator.name);
  if (wildcard) return wildcard;
  const { definition } = left;
  if (definition.name === "evt.arg") return oddFlag(left, constant);
  for (const { fields, operators, isOdd, title, help } of SHAPES) {
    if (!fields.test(definition.name) || !operators.has(operator.name) || !isOdd(constant)) {
      continue;
    }
    const found = title(operandText(left), constant);
    return { code: "F037", title: found, help: help(operandText(left), constant) };
  }
  return definition.values && oneOfFew(comparison, constant, definition.values());
}

/** What prints where there is nothing; rules ask for it. */
const ASIDE: ReadonlySet<string> = new Set(["<NA>", "N/A"]);

const PATTERNS: ReadonlySet<ComparisonName> = new Set(["glob", "iglob", "regex"]);

/** The check is tried with each value there is. */
function oneOfFew(
  comparison: CheckedComparison,
  text: string,
  values: readonly string[],
): OddValue | undefined {
  const { operator: { name }, meaning, left } = comparison;
  // Numbers stand for what has no name.
  if (/^-?\d+$/.test(text) && !values.some((value) => /^\d$/.test(value))) return undefined;
  const prepared = prepare(meaning, [text]);
  const alone = {
    ...comparison,
    right: { kind: "constants", constants: [text], prepared },
  } as const;
  const differs = name === "!=";
  if (values.some((value: FieldScalar) => compareWithConstants(alone, value) !== differs)) {
    return undefined;
  }
  return {
    code: "F037",
    title: `${operandText(left)} is never "${text}"`,
    help: didYouMean(text, values) ?? `values are ${someOf(values)}`,
  };
}

/** All, where they are few. */
function someOf(values: readonly string[]): string {
  return values.length <= MAX_NAMED ? values.join(", ") : `${values.slice(0, 5).join(", ")} …`;
}

const MAX_NAMED = 20;

/** Fields whose values are names and paths, in which a star is rare; command lines have it. */
const NAMES =
  /^(?:fd\.(?:name|nameraw|realpath|filename|directory)|fs\.path\.|proc\.(?:[ap]?name|p?exe|p?exepath|cwd)$|container\.|k8s\.)/;

function oddWildcard(
  { definition: { name } }: CheckedField,
  text: string,
  operator: ComparisonName,
): OddValue | undefined {
  if (!text.includes("*") || !NAMES.test(name) || isCutByRuby(name, text)) return undefined;
  const stem = text.replace(/^\*+|\*+$/g, "");
  const isPart =
    (operator === "startswith" || operator === "endswith" || operator === "contains") &&
    !stem.includes("*");
  return {
    code: "F038",
    title: `"*" stands for itself behind "${operator}": "${text}" is looked for letter by letter`,
    help: isPart && stem !== ""
      ? `write ${name} ${operator} ${stem}`
      : `for a pattern, write ${name} glob ${text.includes(" ") ? `"${text}"` : text}`,
  };
}

/** Ruby ends names of threads that it had to cut with a star. thread_pthread.c, native_set_thread_name */
function isCutByRuby(field: string, text: string): boolean {
  return field.startsWith("proc.") && text.length === MAX_NAME_BYTES &&
    text.indexOf("*") === MAX_NAME_BYTES - 1;
}

/** What is written like a flag and is part of none that the parameter can have. */
function oddFlag({ argument }: CheckedField, text: string): OddValue | undefined {
  if (typeof argument !== "string") return undefined;
  const names = flagsOf(argument);
  if (!names) return undefined;
  const odd = text.split("|").find((word) => !names.some((name) => name.includes(word)));
  if (odd === undefined || !FLAG.test(odd)) return undefined;
  const near = nearest(odd, names);
  return {
    code: "F037",
    title: `evt.arg.${argument} has no flag "${odd}" in any event`,
    help: near ? `did you mean "${near}"?` : "falcod list events shows the flags of a parameter",
  };
}

const FLAG = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;

const flags = new Map<string, readonly string[] | undefined>();

/** Names a parameter's value may have, in any event; absent where there are no flags in it. */
function flagsOf(param: string): readonly string[] | undefined {
  if (!flags.has(param)) flags.set(param, collectFlags(param));
  return flags.get(param);
}

function collectFlags(param: string): readonly string[] | undefined {
  const names = new Set<string>();
  for (const { params } of eventTypes()) {
    for (const { name, flags } of params) {
      if (name !== param || flags === undefined) continue;
      for (const [flag] of flagTable(flags)?.names ?? []) names.add(flag);
    }
  }
  return names.size > 0 ? [...names] : undefined;
}
