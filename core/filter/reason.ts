/**
 * Conditions that can never hold, found without an event. What is said here is certain; what is not
 * found may still be so. `tests/property/reason_test.ts` holds it against the interpreter.
 */
import { eventCodesCalled } from "../event/mod.ts";
import type { FieldArgument, FieldDefinition, FieldValue } from "../field/mod.ts";
import { type Choice, type Claim, flattenClaim } from "./_claims.ts";
import { isTypeName } from "./event_types.ts";
import { contradictionOf, type Fact, operandKey } from "./implication.ts";
import { compareWithConstants, exists } from "./interpret.ts";

export { type Choice, type Claim, operandsIn, splitClaim } from "./_claims.ts";

/** Why claims cannot hold together. */
export type Conflict =
  /** A check and those it cannot hold with; with none, it cannot hold at all. */
  | { readonly kind: "values"; readonly fact: Fact; readonly against: readonly Fact[] }
  /** A check that fails for all types of events that `against` leaves. */
  | {
    readonly kind: "types";
    readonly fact: Fact;
    readonly against: readonly Fact[];
    readonly types: readonly number[];
    /** None of those has a value to check. */
    readonly absent: boolean;
  }
  /** A claim that none of its ways is left for. */
  | { readonly kind: "choice"; readonly claim: Claim };

/** What the types of events say about fields. */
export interface TypeKnowledge {
  maySettle(definition: FieldDefinition): boolean;
  /** The value that all events of a type have; absent when they may differ. */
  fixedValue(
    definition: FieldDefinition,
    argument: FieldArgument,
    code: number,
  ): { readonly value: FieldValue } | undefined;
}

/** What it takes to get to know one more operand, in values that are looked at: few have many. */
const NEW_OPERAND = 30;

/** Values looked at; shared by all that is reasoned about in one go, so that hostile rules stay cheap. */
export class Budget {
  constructor(public left: number) {}
}

export interface ReasonerOptions {
  /** Absent: the types of events say nothing. */
  readonly knowledge?: TypeKnowledge | undefined;
  /**
   * Whether a list without items means that nothing is in it. If not, it is taken for one that other
   * files are to fill.
   */
  readonly emptyLists?: boolean;
}

interface Taken {
  readonly fact: Fact;
  readonly bucket: Fact[];
  /** The types that were left before. */
  readonly types: readonly number[] | undefined;
}

/** Facts taken to hold, and what is impossible then. */
export class Reasoner {
  readonly #budget: Budget;
  readonly #knowledge: TypeKnowledge | undefined;
  readonly #emptyLists: boolean;
  readonly #byOperand = new Map<string, Fact[]>();
  readonly #taken: Taken[] = [];
  /** Facts that the type of an event may settle. */
  readonly #settled: Fact[] = [];
  /** Types of events that are left; absent while none was asked for. */
  #types: readonly number[] | undefined;

  constructor(budget: Budget, { knowledge, emptyLists = false }: ReasonerOptions = {}) {
    this.#budget = budget;
    this.#knowledge = knowledge;
    this.#emptyLists = emptyLists;
  }

  /** A point to go back to. */
  get mark(): number {
    return this.#taken.length;
  }

  /** Forgets the facts taken since. */
  release(mark: number): void {
    while (this.#taken.length > mark) {
      const { fact, bucket, types } = this.#taken.pop()!;
      bucket.pop();
      if (this.#settled.at(-1) === fact) this.#settled.pop();
      this.#types = types;
    }
  }

  /**
   * Takes claims as facts: what holds in one way only at once; of the rest it returns the choices. Stops
   * at a conflict, with part of the facts taken.
   */
  take(
    claims: readonly Claim[],
  ): { readonly choices: Choice[]; readonly conflict: Conflict | undefined } {
    const choices: Choice[] = [];
    const facts: Fact[] = [];
    for (const claim of claims) flattenClaim(claim, { facts, choices });
    this.#budget.left -= facts.length;
    for (const { ways } of choices) this.#budget.left -= 1 + ways.length;
    // Types first: what they settle is then looked at for a few of them only.
    if (facts.length > 1) facts.sort(byEventType);
    for (const fact of facts) {
      const conflict = this.#takeFact(fact);
      if (conflict) return { choices, conflict };
    }
    return { choices, conflict: undefined };
  }

  /** Why the claims cannot hold together and with the facts; absent when they might. */
  refute(claims: readonly Claim[]): Conflict | undefined {
    const mark = this.mark;
    const conflict = this.#refute(claims);
    this.release(mark);
    return conflict;
  }

  #refute(claims: readonly Claim[]): Conflict | undefined {
    if (this.#budget.left <= 0) return undefined;
    const { choices, conflict } = this.take(claims);
    if (conflict) return conflict;
    for (let i = 0; i < choices.length; i++) {
      if (this.#budget.left <= 0) return undefined;
      const { claim, ways } = choices[i]!;
      const possible = ways.filter((way) => !this.refute([way]));
      if (possible.length === 0) return { kind: "choice", claim };
      if (possible.length > 1) continue;
      const only = this.take(possible);
      if (only.conflict) return { kind: "choice", claim };
      choices.push(...only.choices);
    }
    return undefined;
  }

  #takeFact(fact: Fact): Conflict | undefined {
    const { leaf: { left } } = fact;
    if (this.#isPlaceholder(fact) || this.#budget.left <= 0) return undefined;
    const key = operandKey(left);
    let bucket = this.#byOperand.get(key);
    if (!bucket) {
      this.#byOperand.set(key, bucket = []);
      this.#budget.left -= NEW_OPERAND;
    }
    this.#budget.left -= bucket.reduce((sum, known) => sum + sizeOf(known), sizeOf(fact));
    const against = contradictionOf(bucket, fact);
    if (against) return { kind: "values", fact, against: [...against] };
    this.#taken.push({ fact, bucket, types: this.#types });
    bucket.push(fact);
    if (left.kind !== "field" || !this.#knowledge?.maySettle(left.definition)) return undefined;
    this.#settled.push(fact);
    return this.#types ? this.#narrow(fact) : this.#beginTypes(fact);
  }

  /** The first fact that names types: all facts before it have to fit them. */
  #beginTypes(fact: Fact): Conflict | undefined {
    this.#types = typesNamed(fact);
    if (!this.#types) return undefined;
    for (const settled of this.#settled) {
      const conflict = this.#narrow(settled);
      if (conflict) return conflict;
    }
    return undefined;
  }

  #narrow(fact: Fact): Conflict | undefined {
    const types = this.#types!;
    this.#budget.left -= types.length;
    this.#types = types.filter((code) => this.#fits(fact, code));
    if (this.#types.length > 0 || types.length === 0) return undefined;
    const against = this.#settled.filter((other) => other !== fact && typesNamed(other));
    const absent = types.every((code) => {
      const fixed = this.#fixed(fact, code);
      return fixed && fixed.value === undefined;
    });
    return { kind: "types", fact, against, types, absent };
  }

  /**
   * Checks that are true or false on purpose: upstream's `never_true` is `evt.num=0`, and a list may
   * still be empty.
   */
  #isPlaceholder({ leaf }: Fact): boolean {
    if (leaf.left.kind === "field" && leaf.left.definition.name === "evt.num") return true;
    if (this.#emptyLists || leaf.kind === "exists" || leaf.right.kind === "operand") return false;
    const { span: { source, start, end } } = leaf;
    return leaf.right.constants.length === 0 && !/\(\s*\)$/.test(source.text.slice(start, end));
  }

  #fixed({ leaf: { left } }: Fact, code: number) {
    if (left.kind !== "field") return undefined;
    return this.#knowledge!.fixedValue(left.definition, left.argument, code);
  }

  #fits(fact: Fact, code: number): boolean {
    const fixed = this.#fixed(fact, code);
    if (!fixed) return true;
    const { leaf, holds } = fact;
    const { value } = fixed;
    if (leaf.kind === "exists") return exists(value, leaf.nonEmpty) === holds;
    if (value === undefined) return !holds;
    return leaf.right.kind === "operand" || compareWithConstants(leaf, value) === holds;
  }
}

function byEventType(one: Fact, other: Fact): number {
  return Number(isTypeName(other.leaf.left)) - Number(isTypeName(one.leaf.left));
}

function sizeOf({ leaf }: Fact): number {
  if (leaf.kind === "exists" || leaf.right.kind === "operand") return 1;
  return 1 + leaf.right.constants.length;
}

/** Codes of the types a fact asks for by name. */
function typesNamed({ leaf, holds }: Fact): readonly number[] | undefined {
  if (!holds || leaf.kind === "exists" || leaf.right.kind !== "constants") return undefined;
  if (!isTypeName(leaf.left) || !NAMING.has(leaf.operator.name)) return undefined;
  return leaf.right.constants.flatMap((name) => eventCodesCalled(String(name)));
}

const NAMING: ReadonlySet<string> = new Set(["=", "==", "in"]);
