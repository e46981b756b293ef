/**
 * Every operator, with its meaning for each family of types twice: as a function, which the
 * interpreter calls, and as JavaScript, which emitted conditions are made of.
 */
import { Buffer } from "node:buffer";
import { type Network, networkContains, sameBytes } from "../base/ip.ts";
import { asciiLower, encodeUtf8, replaceInvalid } from "../base/mod.ts";
import type { FieldScalar } from "../field/mod.ts";
import { type Code, constant, js } from "./code.ts";
import type { ComparisonName } from "./condition.ts";
import { containsText, LONG } from "./contains.ts";
import type { Constant, Family } from "./family.ts";
import { Glob } from "./glob.ts";
import { membersOf } from "./members.ts";
import { PathTrie } from "./path_trie.ts";
import { compileRegex, type PatternEffort, Regex } from "./regex.ts";

/** Constants in the shape an operator compares with fastest. */
export type Prepared = Constant | { has(value: FieldScalar): boolean } | Glob | Regex | PathTrie;

/** What an operator means for one family of types. */
export interface Meaning {
  /** Makes the right side once, when rules load. Without it the one constant is the right side. */
  prepare?(constants: readonly Constant[]): Prepared;
  evaluate(left: FieldScalar, right: Prepared): boolean;
  /** An expression that is true exactly when `evaluate` is; both sides are free of effects. */
  emit(left: Code, right: Code): Code;
}

export interface Operator {
  readonly name: ComparisonName;
  /** One value, or a list of them in brackets. */
  readonly takes: "one" | "many";
  /** Constants are bytes written as hexadecimal digits. */
  readonly hexadecimal?: boolean;
  /** The right side is made when rules load and cannot be a field. */
  readonly constantsOnly?: boolean;
  /** What is wrong with a constant of the right type. */
  problem?(
    value: Constant,
    effort?: PatternEffort,
  ): { readonly message: string; readonly help?: string } | undefined;
  /** Families without an entry cannot be compared so. */
  readonly meanings: Readonly<Partial<Record<Family, Meaning>>>;
}

/** The right side for a meaning. */
export function prepare(meaning: Meaning, constants: readonly Constant[]): Prepared {
  return meaning.prepare ? meaning.prepare(constants) : constants[0]!;
}

const call = (test: (left: never, right: never) => boolean) => (left: Code, right: Code) =>
  js`${constant(test)}(${left}, ${right})`;
const callNot = (test: (left: never, right: never) => boolean) => (left: Code, right: Code) =>
  js`!${constant(test)}(${left}, ${right})`;

const inNetwork = (left: Uint8Array, right: Network) => networkContains(right, left);

const equal: Operator["meanings"] = {
  // Loosely, for numbers: a field may hold 5 where the constant is 5n.
  number: {
    evaluate: (left: number | bigint, right: number | bigint) => left == right,
    emit: (left, right) => js`${left} == ${right}`,
  },
  truth: {
    evaluate: (left: boolean, right: boolean) => left === right,
    emit: (left, right) => js`${left} === ${right}`,
  },
  text: {
    evaluate: (left: string, right: string) => left === right,
    emit: (left, right) => js`${left} === ${right}`,
  },
  bytes: { evaluate: sameBytes, emit: call(sameBytes) },
  address: { evaluate: sameBytes, emit: call(sameBytes) },
  network: { evaluate: inNetwork, emit: call(inNetwork) },
};

const differ: Operator["meanings"] = {
  number: {
    evaluate: (left: number | bigint, right: number | bigint) => left != right,
    emit: (left, right) => js`${left} != ${right}`,
  },
  truth: {
    evaluate: (left: boolean, right: boolean) => left !== right,
    emit: (left, right) => js`${left} !== ${right}`,
  },
  text: {
    evaluate: (left: string, right: string) => left !== right,
    emit: (left, right) => js`${left} !== ${right}`,
  },
  bytes: {
    evaluate: (left: Uint8Array, right: Uint8Array) => !sameBytes(left, right),
    emit: callNot(sameBytes),
  },
  address: {
    evaluate: (left: Uint8Array, right: Uint8Array) => !sameBytes(left, right),
    emit: callNot(sameBytes),
  },
  network: {
    evaluate: (left: Uint8Array, right: Network) => !inNetwork(left, right),
    emit: callNot(inNetwork),
  },
};

const less: Operator["meanings"] = {
  number: {
    evaluate: (left: number | bigint, right: number | bigint) => left < right,
    emit: (left, right) => js`${left} < ${right}`,
  },
  text: {
    evaluate: (left: string, right: string) => textOrder(left, right) < 0,
    emit: (left, right) => js`${constant(textOrder)}(${left}, ${right}) < 0`,
  },
};

const lessOrEqual: Operator["meanings"] = {
  number: {
    evaluate: (left: number | bigint, right: number | bigint) => left <= right,
    emit: (left, right) => js`${left} <= ${right}`,
  },
  text: {
    evaluate: (left: string, right: string) => textOrder(left, right) <= 0,
    emit: (left, right) => js`${constant(textOrder)}(${left}, ${right}) <= 0`,
  },
};

const greater: Operator["meanings"] = {
  number: {
    evaluate: (left: number | bigint, right: number | bigint) => left > right,
    emit: (left, right) => js`${left} > ${right}`,
  },
  text: {
    evaluate: (left: string, right: string) => textOrder(left, right) > 0,
    emit: (left, right) => js`${constant(textOrder)}(${left}, ${right}) > 0`,
  },
};

const greaterOrEqual: Operator["meanings"] = {
  number: {
    evaluate: (left: number | bigint, right: number | bigint) => left >= right,
    emit: (left, right) => js`${left} >= ${right}`,
  },
  text: {
    evaluate: (left: string, right: string) => textOrder(left, right) >= 0,
    emit: (left, right) => js`${constant(textOrder)}(${left}, ${right}) >= 0`,
  },
};

const contains: Operator["meanings"] = {
  text: {
    // Constants are emitted, and nobody writes long ones that repeat themselves; values are not.
    evaluate: containsText,
    emit: (left, right) => js`${left}.includes(${right})`,
  },
  bytes: { evaluate: bytesContain, emit: call(bytesContain) },
};

const containsIgnoringCase: Operator["meanings"] = {
  text: {
    prepare: ([value]) => asciiLower(value as string),
    evaluate: (left: string, right: string) => containsText(asciiLower(left), right),
    emit: (left, right) => js`${constant(asciiLower)}(${left}).includes(${right})`,
  },
};

const startsWith: Operator["meanings"] = {
  text: {
    evaluate: (left: string, right: string) => left.startsWith(right),
    emit: (left, right) => js`${left}.startsWith(${right})`,
  },
  bytes: { evaluate: bytesStartWith, emit: call(bytesStartWith) },
};

const endsWith: Operator["meanings"] = {
  text: {
    evaluate: (left: string, right: string) => left.endsWith(right),
    emit: (left, right) => js`${left}.endsWith(${right})`,
  },
  bytes: { evaluate: bytesEndWith, emit: call(bytesEndWith) },
};

/** Whether a text, or that text in the quotes JSON gives it, contains another: `"*"` is in `*`. */
const jsonContains = (left: string, right: string) =>
  left.includes(right) || JSON.stringify(left).includes(right);

/** What `contains` meant of elements of a list that was the text of its JSON (engine version 4). */
export const CONTAINS_JSON: Meaning = { evaluate: jsonContains, emit: call(jsonContains) };

/** Operators whose right side knows by itself what matches. */
const matched = (
  prepare: (constants: readonly Constant[]) => Glob | PathTrie,
): Operator["meanings"] => ({
  text: {
    prepare,
    evaluate: (left: string, right: Glob | PathTrie) => right.matches(left),
    emit: (left, right) => js`${right}.matches(${left})`,
  },
});

const member = (family: Family): Meaning => ({
  prepare: (constants) => membersOf(family, constants),
  evaluate: (left, right: { has(value: FieldScalar): boolean }) => right.has(left),
  emit: (left, right) => js`${right}.has(${left})`,
});

/** On a list field `in` asks for every value and `intersects` for any; on others they are the same. */
const among: Operator["meanings"] = {
  number: member("number"),
  truth: member("truth"),
  text: member("text"),
  bytes: member("bytes"),
  address: member("address"),
  network: member("network"),
};

export const OPERATORS: Readonly<Record<ComparisonName, Operator>> = {
  "=": { name: "=", takes: "one", meanings: equal },
  "==": { name: "==", takes: "one", meanings: equal },
  "!=": { name: "!=", takes: "one", meanings: differ },
  "<": { name: "<", takes: "one", meanings: less },
  "<=": { name: "<=", takes: "one", meanings: lessOrEqual },
  ">": { name: ">", takes: "one", meanings: greater },
  ">=": { name: ">=", takes: "one", meanings: greaterOrEqual },
  contains: { name: "contains", takes: "one", meanings: contains },
  icontains: { name: "icontains", takes: "one", meanings: containsIgnoringCase },
  bcontains: {
    name: "bcontains",
    takes: "one",
    hexadecimal: true,
    meanings: { bytes: contains.bytes! },
  },
  startswith: { name: "startswith", takes: "one", meanings: startsWith },
  bstartswith: {
    name: "bstartswith",
    takes: "one",
    hexadecimal: true,
    meanings: { bytes: startsWith.bytes! },
  },
  endswith: { name: "endswith", takes: "one", meanings: endsWith },
  glob: {
    name: "glob",
    takes: "one",
    problem: (pattern) => Glob.problem(pattern as string),
    meanings: matched(([pattern]) => new Glob(pattern as string)),
  },
  iglob: {
    name: "iglob",
    takes: "one",
    problem: (pattern) => Glob.problem(pattern as string),
    meanings: matched(([pattern]) => new Glob(pattern as string, { ignoreCase: true })),
  },
  regex: {
    name: "regex",
    takes: "one",
    constantsOnly: true,
    problem: (pattern, effort) => {
      const regex = compileRegex(replaceInvalid(pattern as string), { effort });
      return regex instanceof Regex ? undefined : regex;
    },
    meanings: {
      // Patterns are about characters: U+FFFD stands for bytes that are none, as in RE2's input.
      text: {
        prepare([pattern]) {
          const regex = compileRegex(replaceInvalid(pattern as string));
          if (!(regex instanceof Regex)) throw new Error(`unchecked pattern: ${regex.message}`);
          return regex;
        },
        evaluate: (left: string, right: Regex) => right.matches(replaceInvalid(left)),
        emit: (left, right) => js`${right}.matches(${constant(replaceInvalid)}(${left}))`,
      },
    },
  },
  in: { name: "in", takes: "many", meanings: among },
  intersects: { name: "intersects", takes: "many", meanings: among },
  pmatch: {
    name: "pmatch",
    takes: "many",
    constantsOnly: true,
    problem: (path) => Glob.problem(path as string),
    meanings: matched((paths) => new PathTrie(paths as readonly string[])),
  },
};

/**
 * Order of code points, which is that of UTF-8 bytes and strcmp(3). JavaScript's own order puts
 * U+E000 to U+FFFF behind what is above them.
 */
function textOrder(left: string, right: string): number {
  if (!left.isWellFormed() || !right.isWellFormed()) {
    return Buffer.compare(encodeUtf8(left), encodeUtf8(right));
  }
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i), b = right.charCodeAt(i);
    if (a === b) continue;
    return a >= 0xd800 && b >= 0xd800 ? codeRank(a) - codeRank(b) : a - b;
  }
  return left.length - right.length;
}

function codeRank(unit: number): number {
  return unit < 0xe000 ? unit + 0x10000 : unit;
}

function bytesContain(left: Uint8Array, right: Uint8Array): boolean {
  if (right.length > LONG) return containsText(latin1(left), latin1(right));
  return Buffer.from(left.buffer, left.byteOffset, left.byteLength).indexOf(right) >= 0;
}

/** A character for each byte. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

function bytesStartWith(left: Uint8Array, right: Uint8Array): boolean {
  return left.length >= right.length && sameBytes(left.subarray(0, right.length), right);
}

function bytesEndWith(left: Uint8Array, right: Uint8Array): boolean {
  return left.length >= right.length &&
    sameBytes(left.subarray(left.length - right.length), right);
}
