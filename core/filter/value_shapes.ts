/**
 * What values of a field look like, where that is more than their type says: a check for another value
 * never holds, though nothing is wrong with it.
 */
import { asciiLower, asciiUpper, didYouMean, nearest } from "../base/mod.ts";
import { eventTypes, flagTable } from "../event/mod.ts";
import { type FieldDefinition, type FieldScalar, syscallFields } from "../field/mod.ts";
import type { CheckedComparison, CheckedField } from "./checked.ts";
import type { ComparisonName } from "./condition.ts";
import type { Constant } from "./family.ts";
import { operandText } from "./implication.ts";
import { compareWithConstants } from "./interpret.ts";
import { prepare } from "./operators.ts";
import { oddSigns } from "./odd_signs.ts";
import { ANY_PART, asValue, GLOBS, PATTERNS } from "./shape.ts";
import { shapesOf } from "./shapes.ts";

export interface OddValue {
  readonly code: "F037" | "F038";
  readonly title: string;
  readonly help: string | undefined;
  /** Some value may look like this after all. */
  readonly isHint?: boolean | undefined;
}

/** Why `comparison` never holds because of this one of its constants; absent when it may. */
export function oddValue(
  comparison: CheckedComparison,
  constant: Constant,
): OddValue | undefined {
  const { left, operator: { name: operator } } = comparison;
  if (typeof constant !== "string" || constant === "" || ASIDE.has(constant)) return undefined;
  if (constant.length > MAX_LENGTH) return undefined;
  if (left.kind === "call") return oddResult(left.label, constant, operator);
  if (left.kind !== "field") return undefined;
  if (ORDERS.has(operator)) return oddOrder(left, constant, operator);
  const { definition } = left;
  const signs = oddSigns(definition.name, constant, operator);
  if (signs) return { code: "F038", ...signs };
  if (definition.name === "evt.arg") {
    return PATTERNS.has(operator) ? undefined : oddFlag(left, constant);
  }
  for (const { operators, isOdd, title, help, isHint } of shapesOf(definition.name)) {
    if (!operators.has(operator) || !isOdd(constant)) continue;
    const field = operandText(left);
    return { code: "F037", title: title(field, constant), help: help(field, constant), isHint };
  }
  const values = PATTERNS.has(operator) ? undefined : valuesOf(definition);
  return values && oneOfFew(comparison, constant, values);
}

/** What is longer is no slip of the pen; in UTF-16 units. */
const MAX_LENGTH = 4096;

/** What prints where there is nothing; rules ask for it. */
const ASIDE: ReadonlySet<string> = new Set(["<NA>", "N/A"]);

const ORDERS: ReadonlySet<ComparisonName> = new Set(["<", "<=", ">", ">="]);

/** A text behind `<` and its like, where a number was meant: `"10"` comes before `"9"`. */
function oddOrder(left: CheckedField, text: string, operator: string): OddValue | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const { definition: { name } } = left;
  const field = operandText(left);
  const isResult = name === "evt.res";
  const number = isResult
    ? "evt.rawres"
    : name === "evt.arg" && typeof left.argument === "string"
    ? `evt.rawarg.${left.argument}`
    : undefined;
  return {
    code: "F037",
    title: isResult
      ? `evt.res is SUCCESS or the name of an error: "${operator} ${text}" compares letters`
      : `${field} is a text: "${operator} ${text}" compares letters, and 10 comes before 9`,
    help: number && `for the number, write ${number} ${operator} ${text}`,
  };
}

/** What transformers never give: `tolower(x) = CURL`. */
function oddResult(label: string, text: string, operator: ComparisonName): OddValue | undefined {
  const result = RESULTS.find(({ transformer }) => label === `${transformer}[]`);
  if (!result?.operators.has(operator) || !result.isOdd.test(text)) return undefined;
  const { transformer, has, repaired } = result;
  return {
    code: "F037",
    title: `${transformer}() gives ${has}: nothing matches "${text}"`,
    help: `write ${asValue(repaired(text))}`,
  };
}

const RESULTS = [
  {
    transformer: "tolower",
    operators: new Set([...ANY_PART, ...GLOBS]),
    isOdd: /[A-Z]/,
    has: "small letters",
    repaired: asciiLower,
  },
  {
    transformer: "toupper",
    operators: new Set([...ANY_PART, ...GLOBS]),
    isOdd: /[a-z]/,
    has: "capital letters",
    repaired: asciiUpper,
  },
  {
    transformer: "basename",
    operators: ANY_PART,
    isOdd: /\//,
    has: "what stands behind the last slash",
    repaired: (text: string) => text.replace(/^.*\//s, "") || "it without the slash",
  },
];

/** Names of all values a field may have; absent where they are not few. */
function valuesOf({ name, values }: FieldDefinition): readonly string[] | undefined {
  if (values) return values();
  if (name === "evt.category") return categories ??= listCategories();
  return /^proc\.std(?:in|out|err)\.type$/.test(name)
    ? syscallFields.get("fd.type")?.values?.()
    : undefined;
}

let categories: readonly string[] | undefined;

/** What reads and writes are is told by their descriptor; some of upstream's names are in capitals. */
function listCategories(): readonly string[] {
  const names = eventTypes().map(({ category }) => category).filter((name) =>
    !name.startsWith("io-")
  );
  return [...new Set([...names, "file", "net", "ipc", "IPC", "meta", "unknown"])];
}

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
