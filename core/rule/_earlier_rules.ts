/** Rules looked at so far, so that few of them have to be held against the next one. */
import {
  type Budget,
  type CheckedCondition,
  type Claim,
  type Landmark,
  type LandmarkPlaces,
  landmarksOf,
  textsAt,
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
  /** Places of rules, by what one of their landmarks is about. */
  readonly #byLandmark = new Map<string, PlacesByText>();
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
      if (!byText) this.#byLandmark.set(about, byText = new PlacesByText());
      byText.add(text, place);
    }
  }

  /** All that may follow from the rule, in order; some of them where the budget is used up. */
  *candidatesFor({ condition }: Rule, budget: Budget): Generator<Earlier> {
    const places = new Set(this.#others);
    const wants = (about: string) => this.#byLandmark.has(about);
    visitLandmarks(condition, wants, (found) => {
      for (const place of this.#byLandmark.get(found.about)!.find(found, budget)) places.add(place);
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

/** Constants that are worth remembering what was found in them: lists, which many rules have in common. */
const MANY = 16;

/** Of all landmarks that are about the same. */
class PlacesByText {
  readonly #places = new Map<string, number[]>();
  readonly #lengths = new Set<number>();
  readonly #found = new WeakMap<LandmarkPlaces["constants"], Found>();
  #added = 0;

  add(text: string, place: number): void {
    const places = this.#places.get(text);
    if (places) places.push(place);
    else this.#places.set(text, [place]);
    this.#lengths.add(text.length);
    this.#added++;
  }

  get(text: string): readonly number[] | undefined {
    return this.#places.get(text);
  }

  /** Of all texts that stand in the constants. */
  find(found: LandmarkPlaces, budget: Budget): ReadonlySet<number> {
    const known = this.#found.get(found.constants);
    if (known?.added === this.#added) return known.places;
    const places = new Set<number>();
    for (const text of textsAt(found, this.#lengths)) {
      if (--budget.left <= 0) break;
      for (const place of this.#places.get(text) ?? NOWHERE) places.add(place);
    }
    if (found.constants.length >= MANY) {
      this.#found.set(found.constants, { added: this.#added, places });
    }
    return places;
  }
}

interface Found {
  /** So many landmarks there were. */
  readonly added: number;
  readonly places: ReadonlySet<number>;
}
