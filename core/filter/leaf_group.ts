/** Leaves that look at one value: it is read once for all of them, and held against all at once. */
import type { Event } from "../event/mod.ts";
import type { FieldScalar, FieldValue } from "../field/mod.ts";
import type { State } from "../state/mod.ts";
import type { CheckedComparison, CheckedOperand } from "./checked.ts";
import { compareWithConstants, exists, interpretCondition, valueOf } from "./interpret.ts";
import type { Leaf } from "./leaf.ts";
import { type Meaning, type Operator, OPERATORS, type Prepared } from "./operators.ts";
import { PrefixTree } from "./prefix_tree.ts";
import { TextSearch } from "./_text_search.ts";
import { TextSieve } from "./text_sieve.ts";

/** Which leaves of a group hold, for all values that they are equally true of. */
export interface Truth {
  /** Differs from that of every other truth. */
  readonly id: number;
  /** By the leaf's index; absent where it is not known. */
  readonly holds: readonly (boolean | undefined)[];
}

/** Values and truths that are remembered; beyond, all are forgotten. */
const MAX_KNOWN = 2048;
/** Longer texts seldom come again. */
const LONGEST_KNOWN = 256;
const LONGEST_LIST = 16;
/** Fewer are sooner asked than the list is looked up. */
const MANY_LEAVES = 4;
/** From here on, one walk for many parts of a text is quicker than a search for each. */
const LONG_TEXT = 128, MANY_PARTS = 3;

/** Ids are given once in a run, so that one of a forgotten truth never means another. */
let lastId = 0;

export class LeafGroup {
  readonly #leaves: Leaf[] = [];
  readonly #operand: CheckedOperand;
  readonly #remembers: boolean;
  /** False when a leaf looks at something beside the value. */
  #byValue = true;
  readonly #truths = new Map<string, Truth>();
  readonly #known = new Map<FieldScalar | undefined, Truth>();
  /** Lists that were met, by what they are joined to. */
  readonly #lists = new Map<
    string,
    { readonly list: readonly FieldScalar[]; readonly truth: Truth }
  >();
  #texts: TextIndex | undefined;

  /** `remembers`: the same texts come often enough to keep what they lead to. */
  constructor(operand: CheckedOperand, remembers: boolean) {
    this.#operand = operand;
    this.#remembers = remembers;
  }

  /** The leaf's index. */
  add(leaf: Leaf): number {
    if (leaf.kind === "comparison" && leaf.right.kind === "operand") this.#byValue = false;
    this.#truths.clear();
    this.#known.clear();
    this.#lists.clear();
    this.#texts = undefined;
    return this.#leaves.push(leaf) - 1;
  }

  /** By index. */
  get leaves(): readonly Leaf[] {
    return this.#leaves;
  }

  truth(event: Event, state: State): Truth {
    const value = valueOf(this.#operand, event, state);
    if (!this.#byValue) return this.#asked(value, event, state);
    if (typeof value === "string") return this.#ofText(value);
    if (typeof value === "object") {
      return this.#remembers && Array.isArray(value)
        ? this.#ofList(value, event, state)
        : this.#asked(value, event, state);
    }
    let truth = this.#known.get(value);
    if (truth === undefined) this.#remember(value, truth = this.#asked(value, event, state));
    return truth;
  }

  #ofText(text: string): Truth {
    const index = this.#texts ??= new TextIndex(this.#leaves);
    if (!this.#remembers || text.length > LONGEST_KNOWN) return index.truth(text);
    let truth = this.#known.get(text);
    if (truth === undefined) this.#remember(text, truth = index.truth(text));
    return truth;
  }

  #ofList(list: readonly FieldScalar[], event: Event, state: State): Truth {
    if (list.length > LONGEST_LIST || this.#leaves.length < MANY_LEAVES) {
      return this.#asked(list, event, state);
    }
    const key = list.join("\0");
    if (key.length > LONGEST_KNOWN) return this.#asked(list, event, state);
    const known = this.#lists.get(key);
    if (known?.list.length === list.length && known.list.every((item, i) => item === list[i])) {
      return known.truth;
    }
    const truth = this.#asked(list, event, state);
    if (this.#lists.size >= MAX_KNOWN) this.#lists.clear();
    this.#lists.set(key, { list: [...list], truth });
    return truth;
  }

  #remember(value: FieldScalar | undefined, truth: Truth): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(value, truth);
  }

  #asked(value: FieldValue, event: Event, state: State): Truth {
    const holds = this.#leaves.map((leaf) => {
      if (leaf.kind === "exists") return exists(value, leaf.nonEmpty);
      if (leaf.right.kind === "operand") return interpretCondition(leaf, event, state);
      return value !== undefined && compareWithConstants(leaf, value);
    });
    const key = holds.map(Number).join("");
    let truth = this.#truths.get(key);
    if (truth === undefined) {
      if (this.#truths.size >= MAX_KNOWN) this.#truths.clear();
      this.#truths.set(key, truth = { id: ++lastId, holds });
    }
    return truth;
  }
}

/** A truth, and the ones that differ from it by one more leaf. */
interface Differing {
  readonly truth: Truth;
  readonly next: Map<number, Differing>;
}

interface Question {
  readonly index: number;
  readonly meaning: Meaning;
  readonly prepared: Prepared;
  /** Its number in the search for parts of a text; absent: it asks something else. */
  readonly part: number | undefined;
}

/** What many leaves say of a text, found by the text's beginning and by the whole of it. */
class TextIndex {
  /** What leaves say of a text that nothing is known of, by index. */
  readonly #usual: readonly boolean[];
  /** The truth of usual texts. */
  #root: Differing;
  #truths = 0;
  /** Leaves that say something else of just these texts. */
  readonly #equals = new Map<string, number[]>();
  readonly #sieve = new TextSieve();
  readonly #prefixes = new PrefixTree();
  /** All others; none of them is usual. */
  readonly #questions: Question[] = [];
  readonly #search = new TextSearch();
  /** Those that compare with several values in their own way. */
  readonly #others: (readonly [index: number, leaf: CheckedComparison])[] = [];
  readonly #unusual: number[] = [];

  constructor(leaves: readonly Leaf[]) {
    this.#usual = leaves.map((leaf, index) => this.#add(leaf, index));
    this.#root = differing(this.#usual);
  }

  /** The truth of the leaf for usual texts. */
  #add(leaf: Leaf, index: number): boolean {
    if (leaf.kind === "exists") return true;
    const { operator, meaning, right } = leaf;
    if (right.kind !== "constants") {
      this.#others.push([index, leaf]);
      return false;
    }
    const texts = right.constants as readonly string[];
    switch (operator) {
      case OPERATORS["="]:
      case OPERATORS["=="]:
      case OPERATORS["!="]:
      case OPERATORS.in:
        for (const text of new Set(texts)) this.#addEqual(text, index);
        return operator === OPERATORS["!="];
      case OPERATORS.startswith:
        this.#prefixes.add(texts[0]!, index);
        return false;
      default:
        this.#questions.push({
          index,
          meaning,
          prepared: right.prepared,
          part: this.#addPart(operator, right.prepared),
        });
        return false;
    }
  }

  #addPart(operator: Operator, prepared: Prepared): number | undefined {
    const ignoreCase = operator === OPERATORS.icontains;
    if (typeof prepared !== "string" || !ignoreCase && operator !== OPERATORS.contains) return;
    return this.#search.add(prepared, { ignoreCase });
  }

  #addEqual(text: string, index: number): void {
    this.#sieve.add(text);
    const indices = this.#equals.get(text);
    if (indices) indices.push(index);
    else this.#equals.set(text, [index]);
  }

  truth(text: string): Truth {
    const unusual = this.#unusual;
    unusual.length = 0;
    this.#collect(text, unusual);
    let found = this.#root;
    for (const index of unusual) found = found.next.get(index) ?? this.#differ(found, index);
    return found.truth;
  }

  /** Indices of the leaves that say other than usual. */
  #collect(text: string, found: number[]): void {
    if (this.#sieve.mayHave(text)) {
      for (const index of this.#equals.get(text) ?? []) found.push(index);
    }
    this.#prefixes.collect(text, found);
    const isLong = text.length >= LONG_TEXT && this.#search.size >= MANY_PARTS;
    const parts = isLong ? this.#search.find(text) : undefined;
    for (const { index, meaning, prepared, part } of this.#questions) {
      const holds = parts === undefined || part === undefined
        ? meaning.evaluate(text, prepared)
        : parts[part] === 1;
      if (holds) found.push(index);
    }
    for (const [index, leaf] of this.#others) {
      if (compareWithConstants(leaf, text)) found.push(index);
    }
  }

  #differ(from: Differing, index: number): Differing {
    if (++this.#truths > MAX_KNOWN) {
      this.#truths = 0;
      this.#root = differing(this.#usual);
    }
    const holds = from.truth.holds.with(index, !from.truth.holds[index]);
    const other = differing(holds);
    from.next.set(index, other);
    return other;
  }
}

function differing(holds: readonly (boolean | undefined)[]): Differing {
  return { truth: { id: ++lastId, holds }, next: new Map() };
}

/** The same truth, but of the leaves at `unknown` nothing is known. */
export function withoutTruth(truth: Truth, unknown: readonly number[]): Truth {
  const holds = [...truth.holds];
  for (const index of unknown) holds[index] = undefined;
  return { id: ++lastId, holds };
}
