/**
 * What the leaves of an event itself say, asked one after the other: each answer leaves fewer rules, and
 * when there are none, nothing more is asked. Most events are done after one or two.
 *
 * Where an event stands after its answers is a node of a tree that grows as events come.
 */
import type { Event } from "../event/mod.ts";
import {
  bitsIn,
  type Known,
  type Leaf,
  leafPredicate,
  narrowOutline,
  NEVER,
  type Outline,
} from "../filter/mod.ts";
import type { State } from "../state/mod.ts";
import type { Found, RunnableRule, Shared } from "./program.ts";

/** A rule as an outline of what is still open of its condition. */
export interface Sketch {
  readonly rule: RunnableRule;
  readonly outline: Outline;
}

/** Nothing is left to ask. */
const NOTHING = -1;
/** So many rules choose what is asked next; more would hardly choose otherwise. */
const MAX_CHOOSING = 64;

/** Where an event stands. */
export class Standing implements Found {
  readonly rules: readonly RunnableRule[];
  readonly shared: Shared;
  /** Index of the leaf to ask next, or `NOTHING`. */
  readonly question: number;
  yes: Standing | undefined;
  no: Standing | undefined;

  /**
   * `unshared`: rules that may hold for another event of the kin, with what is open of them there.
   * `hasThread`: it is known what is true of who causes the event.
   */
  constructor(
    readonly sketches: readonly Sketch[],
    readonly unshared: readonly Sketch[],
    readonly hasThread: boolean,
  ) {
    this.rules = sketches.map(({ rule }) => rule);
    const isWhoever = !hasThread && sketches.length === 0;
    this.shared = unshared.length > 0 ? "nobody" : isWhoever ? "whole kin" : "its thread class";
    this.question = bestQuestion(sketches);
  }

  /** With so much more known. */
  narrowed(known: Known): Standing {
    return new Standing(
      narrowed(this.sketches, known),
      narrowed(this.unshared, { ...known, event: undefined, ofKin: true }),
      this.hasThread || known.process !== undefined,
    );
  }
}

function narrowed(sketches: readonly Sketch[], known: Known): readonly Sketch[] {
  const left: Sketch[] = [];
  for (const { rule, outline: before } of sketches) {
    const outline = narrowOutline(before, known);
    if (outline !== NEVER) left.push({ rule, outline });
  }
  return left;
}

export class Questions {
  readonly #ask: readonly ((event: Event, state: State) => boolean)[];
  /** How much is kept: sketches of all standings that answers have led to. */
  size = 0;

  /** Leaves by the index of their bit. */
  constructor(leaves: readonly Leaf[]) {
    this.#ask = leaves.map(leafPredicate);
  }

  /** Where the event stands when all is asked that matters. */
  settle(from: Standing, event: Event, state: State): Standing {
    let standing = from;
    while (standing.question !== NOTHING) {
      const holds = this.#ask[standing.question]!(event, state);
      standing = (holds ? standing.yes : standing.no) ?? this.#answered(standing, holds);
    }
    return standing;
  }

  #answered(standing: Standing, holds: boolean): Standing {
    const next = standing.narrowed(answer(standing.question, holds));
    this.size += 1 + next.sketches.length;
    if (holds) standing.yes = next;
    else standing.no = next;
    return next;
  }
}

function answer(index: number, holds: boolean): Known {
  const bit = 1 << index;
  return {
    asked: bit,
    bits: holds ? bit : 0,
    event: undefined,
    path: undefined,
    process: undefined,
  };
}

/** What answers to a question rule out. */
interface Worth {
  readonly ofKin: boolean;
  ruledOut: number;
}

/**
 * The leaf whose answers rule out most; first those that events of one kin agree on, so that what comes
 * of it is shared by them.
 */
function bestQuestion(sketches: readonly Sketch[]): number {
  const worths = new Map<number, Worth>();
  const bits = new Map<number, boolean>();
  for (const [i, { outline }] of sketches.entries()) {
    if (i >= MAX_CHOOSING && worths.size > 0) break;
    bits.clear();
    bitsIn(outline, bits);
    for (const [index, ofKin] of bits) {
      const worth = worths.get(index) ?? { ofKin, ruledOut: 0 };
      worths.set(index, worth);
      if (narrowOutline(outline, answer(index, true)) === NEVER) worth.ruledOut++;
      if (narrowOutline(outline, answer(index, false)) === NEVER) worth.ruledOut++;
    }
  }
  let best = NOTHING, most = -1;
  for (const [index, { ofKin, ruledOut }] of worths) {
    const worth = ofKin && ruledOut > 0 ? ruledOut + 2 * sketches.length : ruledOut;
    if (worth > most) {
      most = worth;
      best = index;
    }
  }
  return best;
}
