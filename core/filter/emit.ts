/**
 * Conditions as generated JavaScript: the only file of the project that turns text into functions.
 *
 * A condition becomes one expression over `event` and `state`:
 *
 *     (v0 = c0.extract(event, state, c1)) !== undefined && v0.startsWith(c2) && …
 *
 * `c…` are constants handed in from outside: field definitions, strings, sets, compiled patterns.
 */
import type { Event } from "../event/mod.ts";
import type { FieldScalar, FieldValue } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import {
  type CheckedComparison,
  type CheckedCondition,
  type CheckedOperand,
  fieldsOf,
  type Spread,
} from "./checked.ts";
import { assemble, type Code, constant, join, js, local } from "./code.ts";
import { keyOfOperand } from "./leaf.ts";
import { compareWithConstants, compareWithValue, exists } from "./interpret.ts";

/** Thrown for conditions that are better interpreted. */
export class EmitRefusal extends Error {
  override readonly name = "EmitRefusal";

  constructor(
    readonly code: "too-large" | "too-deep",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Characters of source; the engine would compile it, but slowly and for one function. */
const MAX_SOURCE = 512 * 1024;
/** Brackets in brackets; V8's parser and ours call themselves that often. */
const MAX_DEPTH = 400;
/** More constants under one quantifier are looked at in a loop. */
const MAX_UNROLLED = 16;

/** A function that is true exactly when `interpretCondition` is. Throws `EmitRefusal`. */
export function emitCondition(
  condition: CheckedCondition,
): (event: Event, state: State) => boolean {
  const emitter = new Emitter(repeatedFields(condition));
  const expression = emitter.condition(condition, 0);
  const { source, names, values } = assemble(emitter.program(expression));
  if (source.length > MAX_SOURCE) {
    throw new EmitRefusal("too-large", `the condition makes ${source.length} characters of code`);
  }
  return compiled(names, source)(...values);
}

/** Fields that a condition looks at more than once, by their keys. */
function repeatedFields(condition: CheckedCondition): ReadonlySet<string> {
  const met = new Set<string>();
  const repeated = new Set<string>();
  for (const field of fieldsOf(condition)) {
    const key = keyOfOperand(field);
    if (met.has(key)) repeated.add(key);
    met.add(key);
  }
  return repeated;
}

type Compiled = (...values: readonly unknown[]) => (event: Event, state: State) => boolean;

/** Limits of the engine that are not foreseen here (constants, operands of one call) refuse as well. */
function compiled(names: readonly string[], source: string): Compiled {
  try {
    return new Function(...names, source) as Compiled;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmitRefusal("too-large", `the code of the condition is refused: ${reason}`, {
      cause,
    });
  }
}

class Emitter {
  /** Locals that hold the value of a field for one event. */
  readonly #values: Code[] = [];
  /** Those of fields that are read once and remembered, by the field's key. */
  readonly #remembered = new Map<string, Code>();
  readonly #repeated: ReadonlySet<string>;
  /** Functions over one value, for fields with several. */
  readonly #tests: Code[] = [];
  #locals = 0;

  constructor(repeated: ReadonlySet<string>) {
    this.#repeated = repeated;
  }

  program(expression: Code): Code {
    return js`"use strict";\n${
      join(this.#tests, js``)
    }return (event, state) => {\n${this.#declared()}return ${expression};\n};`;
  }

  #declared(): Code {
    const values = this.#values.length === 0 ? js`` : js`let ${join(this.#values, js`, `)};\n`;
    const unread = [...this.#remembered.values()].map((value) => js`${value} = ${UNREAD}`);
    return unread.length === 0 ? values : js`${values}let ${join(unread, js`, `)};\n`;
  }

  condition(condition: CheckedCondition, depth: number): Code {
    if (depth > MAX_DEPTH) {
      throw new EmitRefusal("too-deep", `the condition is nested more than ${MAX_DEPTH} deep`);
    }
    switch (condition.kind) {
      case "and":
      case "or": {
        const parts = dearestLast(condition.children).map((child) =>
          this.condition(child, depth + 1)
        );
        return js`(${join(parts, condition.kind === "and" ? js` && ` : js` || `)})`;
      }
      case "not":
        return js`!${this.condition(condition.child, depth + 1)}`;
      case "exists": {
        const value = this.#operand(condition.left);
        return condition.nonEmpty
          ? js`${constant(exists)}(${value}, true)`
          : js`(${value} !== undefined)`;
      }
      case "comparison":
        return this.#comparison(condition);
      default:
        return condition satisfies never;
    }
  }

  #comparison(comparison: CheckedComparison): Code {
    const { left, right } = comparison;
    const value = this.#local();
    this.#values.push(value);
    const present = js`(${value} = ${this.#operand(left)}) !== undefined`;
    if (right.kind !== "operand") return js`(${present} && ${this.#test(comparison, value)})`;
    const other = this.#local();
    this.#values.push(other);
    const compare = (a: Exclude<FieldValue, undefined>, b: Exclude<FieldValue, undefined>) =>
      compareWithValue(comparison, a, b);
    const bothPresent = js`${present} && (${other} = ${
      this.#operand(right.operand)
    }) !== undefined`;
    return js`(${bothPresent} && ${constant(compare)}(${value}, ${other}))`;
  }

  /** Whether the value in a local, or enough of its values, satisfy the comparison. */
  #test(comparison: CheckedComparison, value: Code): Code {
    const { left } = comparison;
    const several = left.list || (left.kind === "field" && left.definition.candidates);
    if (!several) return this.#testOne(comparison, value);
    const test = this.#local();
    const one = this.#local();
    this.#tests.push(js`const ${test} = (${one}) => ${this.#testOne(comparison, one)};\n`);
    return js`${constant(SPREADS[comparison.spread])}(${value}, ${test})`;
  }

  #testOne(comparison: CheckedComparison, value: Code): Code {
    const { meaning, right } = comparison;
    switch (right.kind) {
      case "constants":
        return js`(${meaning.emit(value, constant(right.prepared))})`;
      case "quantified": {
        if (right.prepared.length === 0) return js`false`;
        if (right.prepared.length > MAX_UNROLLED) {
          const compare = (left: FieldScalar) => compareWithConstants(comparison, left);
          return js`${constant(compare)}(${value})`;
        }
        const tests = right.prepared.map((prepared) =>
          js`(${meaning.emit(value, constant(prepared))})`
        );
        if (right.quantifier === "allof") return js`(${join(tests, js` && `)})`;
        if (right.quantifier === "anyof") return js`(${join(tests, js` || `)})`;
        return js`(${join(tests.map((test) => js`(${test} ? 1 : 0)`), js` + `)} === 1)`;
      }
      case "operand":
        throw new Error("only constants are tested one by one");
      default:
        return right satisfies never;
    }
  }

  #operand(operand: CheckedOperand): Code {
    switch (operand.kind) {
      case "field": {
        const argument = operand.argument === undefined
          ? js`undefined`
          : constant(operand.argument);
        const read = js`${constant(operand.definition)}.extract(event, state, ${argument})`;
        const key = keyOfOperand(operand);
        if (!this.#repeated.has(key)) return read;
        let value = this.#remembered.get(key);
        if (!value) this.#remembered.set(key, value = this.#local());
        return js`(${value} === ${UNREAD} ? ${value} = ${read} : ${value})`;
      }
      case "constant":
        return constant(operand.value);
      case "call": {
        const operands = operand.operands.map((inner) => this.#operand(inner));
        return js`${constant(operand.apply)}(${join(operands, js`, `)})`;
      }
      default:
        return operand satisfies never;
    }
  }

  #local(): Code {
    return local(this.#locals++);
  }
}

/** No part has effects, so the order is free: what costs more is asked when it still matters. */
function dearestLast(children: readonly CheckedCondition[]): readonly CheckedCondition[] {
  return children.toSorted((a, b) => Number(isDear(a)) - Number(isDear(b)));
}

/** Texts that are put together for the question, ancestors, patterns; not a look at a value that is there. */
function isDear(condition: CheckedCondition): boolean {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.children.some(isDear);
    case "not":
      return isDear(condition.child);
    case "exists":
      return isDearOperand(condition.left);
    case "comparison":
      return condition.operator.name === "regex" || isDearOperand(condition.left) ||
        condition.right.kind === "operand";
    default:
      return condition satisfies never;
  }
}

function isDearOperand(operand: CheckedOperand): boolean {
  if (operand.kind !== "field") return operand.kind === "call";
  return operand.definition.basis === undefined || operand.definition.candidates === "any";
}

/** What a local holds before its field was read; no field's value. */
const UNREAD = constant(Symbol("unread"));

type Test = (value: FieldScalar) => boolean;

/** What `Spread` says, over generated tests. */
const SPREADS: Readonly<
  Record<Spread, (value: FieldScalar | readonly FieldScalar[], test: Test) => boolean>
> = {
  some: (value, test) => Array.isArray(value) ? value.some(test) : test(value as FieldScalar),
  every: (value, test) => Array.isArray(value) ? value.every(test) : test(value as FieldScalar),
  each: (value, test) =>
    Array.isArray(value) ? value.length > 0 && value.every(test) : test(value as FieldScalar),
};
