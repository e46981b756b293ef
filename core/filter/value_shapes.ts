/**
 * What values of a field look like, where that is more than their type says: a check for another value
 * never holds, though nothing is wrong with it.
 */
import { didYouMean, encodeUtf8, nearest } from "../base/mod.ts";
import { eventTypes, flagTable } from "../event/mod.ts";
import type { FieldScalar } from "../field/mod.ts";
import type { CheckedComparison, CheckedField } from "./checked.ts";
import type { ComparisonName } from "./condition.ts";
import type { Constant } from "./family.ts";
import { operandText } from "./implication.ts";
import { compareWithConstants } from "./interpret.ts";
import { prepare } from "./operators.ts";

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
const WHOLE: ReadonlySet<ComparisonName> = new Set(["=", "==", "!=", "in"]);
const BEGINNING: ReadonlySet<ComparisonName> = new Set([...WHOLE, "startswith", "pmatch"]);
const ANY_PART: ReadonlySet<ComparisonName> = new Set([
  ...WHOLE,
  "contains",
  "icontains",
  "startswith",
  "endswith",
]);

interface Shape {
  readonly fields: RegExp;
  readonly operators: ReadonlySet<ComparisonName>;
  readonly isOdd: (text: string) => boolean;
  readonly title: (field: string, text: string) => string;
  readonly help: (field: string, text: string) => string;
}

const PROGRAM_NAMES = /^(?:proc\.[ap]?name|proc\.(?:sname|vpgid\.name|pgid\.name|sid\.name))$/;

/** `task->comm` without the NUL behind it: linux v6.8 include/linux/sched.h TASK_COMM_LEN. */
const MAX_NAME_BYTES = 15;

const SHAPES: readonly Shape[] = [
  {
    fields: /^evt\.res$/,
    operators: WHOLE,
    isOdd: (text) => /^\+?\d+$/.test(text),
    title: (field, text) =>
      `${field} is SUCCESS or the name of an error: nothing matches "${text}"`,
    help: (field, text) =>
      `write ${Number(text) === 0 ? `${field} = SUCCESS` : `evt.rawres = ${text}`}`,
  },
  {
    fields: /^fd\.filename$/,
    operators: ANY_PART,
    isOdd: (text) => text.includes("/"),
    title: (field, text) => `${field} has no "/" in it: nothing matches "${text}"`,
    help: (field, text) =>
      /[^/]$/.test(text)
        ? `compare fd.name with the whole path, or ${field} with "${text.replace(/^.*\//s, "")}"`
        : "compare fd.name with a path, or fd.directory with that of a directory",
  },
  {
    fields: /^fd\.directory$/,
    operators: new Set([...WHOLE, "endswith"]),
    isOdd: (text) => text !== "/" && text.endsWith("/"),
    title: (field, text) => `${field} has no "/" at its end: nothing matches "${text}"`,
    help: (_field, text) => `write "${text.replace(/\/+$/, "") || "/"}"`,
  },
  {
    fields: /^proc\.cwd$/,
    operators: WHOLE,
    isOdd: (text) => !text.endsWith("/"),
    title: (field, text) => `${field} has a "/" at its end: nothing matches "${text}"`,
    help: (_field, text) => `write "${text}/"`,
  },
  {
    fields: /^proc\.p?exepath$/,
    operators: BEGINNING,
    isOdd: (text) => !/^(?:\/|memfd:)/.test(text),
    title: (field, text) => `${field} is a whole path, from "/" on: nothing matches "${text}"`,
    help: (field, text) =>
      field === "proc.exepath"
        ? `compare proc.name with "${text}", or write ${field} endswith "/${text}"`
        : `compare proc.pname with "${text}", or write ${field} endswith "/${text}"`,
  },
  {
    fields: PROGRAM_NAMES,
    operators: new Set([...WHOLE, "startswith"]),
    // Perl names its process what a script writes into $0; one of this length the kernel has cut.
    isOdd: (text) => /^\/./.test(text) && encodeUtf8(text).length !== MAX_NAME_BYTES,
    title: (field, text) =>
      `${field} is a name without its directory: hardly anything matches "${text}"`,
    help: (field, text) => {
      const name = text.replace(/^.*\//s, "");
      const path = field.replace("proc.sname", "proc.sid.name").replace("name", "exepath");
      const other = name === "" ? "" : `${field} with "${name}", or `;
      return `compare ${other}${path} with "${text}"`;
    },
  },
  {
    fields: PROGRAM_NAMES,
    operators: ANY_PART,
    isOdd: (text) => text.length > MAX_NAME_BYTES / 3 && encodeUtf8(text).length > MAX_NAME_BYTES,
    title: (field, text) =>
      `${field} has ${MAX_NAME_BYTES} bytes at most, the kernel cuts the rest: nothing matches "${text}"`,
    help: (field, text) =>
      text.includes("\\")
        ? `a backslash counts as such where there are no quotes: write "${
          text.replaceAll("\\", "")
        }"`
        : `write ${field} = ${text.slice(0, MAX_NAME_BYTES)}, or ask for proc.exepath`,
  },
];

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
