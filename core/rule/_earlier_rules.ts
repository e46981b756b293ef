/** Rules looked at so far, so that few of them have to be held against the next one. */
import {
  type CheckedCondition,
  type Claim,
  type Landmark,
  landmarksOf,
  visitLandmarks,
} from "../filter/mod.ts";
import type { Rule } from "./ruleset.ts";

/** One of the things that have to hold for a rule to match. */
export interface Member {
  readonly claim: Claim;
  readonly operands: ReadonlySet<string>;
}

interface Earlier {
  readonly rule: Rule;
  /** Those that few rules have come first: they are the likeliest not to follow. */
  readonly members: readonly Member[];
}

export class EarlierRules {
  readonly #rules: Earlier[] = [];
  /** Places of rules, by what one of their landmarks is about and its text. */
  readonly #byLandmark = new Map<string, Map<string, number[]>>();
  /** Places of those that need none. */
  readonly #others: number[] = [];
  /** How many rules share a member: that of a macro is the same object in all. */
  readonly #uses = new Map<CheckedCondition, number>();

  add(rule: Rule, members: readonly Member[]): void {
    for (const { claim: { condition } } of members) {
      this.#uses.set(condition, this.#usesOf(condition) + 1);
    }
    const rarestFirst = members.toSorted((a, b) =>
      this.#usesOf(a.claim.condition) - this.#usesOf(b.claim.condition)
    );
    const place = this.#rules.push({ rule, members: rarestFirst }) - 1;
    const landmarks = this.#rarest(members);
    if (!landmarks) this.#others.push(place);
    for (const { about, text } of landmarks ?? []) {
      let byText = this.#byLandmark.get(about);
      if (!byText) this.#byLandmark.set(about, byText = new Map());
      const places = byText.get(text);
      if (places) places.push(place);
      else byText.set(text, [place]);
    }
  }

  /** All that may follow from the rule, in order. */
  *candidatesFor({ condition }: Rule): Generator<Earlier> {
    const places = new Set(this.#others);
    const wants = (about: string) => this.#byLandmark.has(about);
    visitLandmarks(condition, wants, (landmark) => {
      for (const place of this.#placesOf(landmark)) places.add(place);
    });
    for (const place of [...places].sort((a, b) => a - b)) yield this.#rules[place]!;
  }

  #placesOf({ about, text }: Landmark): readonly number[] {
    return this.#byLandmark.get(about)?.get(text) ?? NOWHERE;
  }

  #usesOf(condition: CheckedCondition): number {
    return this.#uses.get(condition) ?? 0;
  }

  /** The landmarks of the member that the fewest rules have in common. */
  #rarest(members: readonly Member[]): readonly Landmark[] | undefined {
    let best: readonly Landmark[] | undefined;
    let fewest = Infinity;
    for (const { claim: { condition, holds } } of members) {
      const landmarks = holds ? landmarksOf(condition) : undefined;
      if (!landmarks) continue;
      const count = landmarks.reduce((sum, one) => sum + this.#placesOf(one).length, 0);
      if (count >= fewest) continue;
      fewest = count;
      best = landmarks;
    }
    return best;
  }
}

const NOWHERE: readonly number[] = [];
