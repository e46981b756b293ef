/**
 * What has to be written in a condition for another to follow from it: `proc.name = cat` follows only
 * from what asks about `cat`, `fd.name startswith /etc` only from texts that begin so. Of thousands of
 * conditions, the few that share a landmark are compared.
 */
import type { CheckedComparison, CheckedCondition } from "./checked.ts";
import type { ComparisonName } from "./condition.ts";
import type { Constant } from "./family.ts";
import { familyOf } from "./family.ts";
import { operandKey } from "./implication.ts";

/** How a landmark's text stands in the other condition's: as the whole, its beginning, its end, a part. */
type Kind = "=" | "^" | "$" | "~";

export interface Landmark {
  /** The operand, and how the text stands. */
  readonly about: string;
  readonly text: string;
}

/** Values of a longer list are not worth a place each. */
const MAX_LANDMARKS = 100;
/** Beginnings and ends are told apart by as many UTF-16 units, parts by their first few. */
const MAX_EDGE = 64, PART = 4;

const KINDS: Partial<Record<ComparisonName, Kind>> = {
  "=": "=",
  "==": "=",
  in: "=",
  startswith: "^",
  pmatch: "^",
  endswith: "$",
  contains: "~",
  icontains: "~",
};

/** One of these stands in every condition that this one follows from; absent where it may do without. */
export function landmarksOf(condition: CheckedCondition): readonly Landmark[] | undefined {
  switch (condition.kind) {
    case "and":
      // Each has to follow.
      for (const child of condition.children) {
        const landmarks = landmarksOf(child);
        if (landmarks) return landmarks;
      }
      return undefined;
    case "or": {
      const all: Landmark[] = [];
      for (const child of condition.children) {
        const landmarks = landmarksOf(child);
        if (!landmarks || all.length + landmarks.length > MAX_LANDMARKS) return undefined;
        all.push(...landmarks);
      }
      return all;
    }
    case "not":
    case "exists":
      return undefined;
    case "comparison":
      return landmarksOfComparison(condition);
    default:
      return condition satisfies never;
  }
}

function landmarksOfComparison(comparison: CheckedComparison): readonly Landmark[] | undefined {
  const { left, operator: { name }, right, spread } = comparison;
  const kind = KINDS[name];
  if (!kind || right.kind !== "constants" || left.list || spread !== "some") return undefined;
  if (!hasTexts(comparison) || right.constants.length > MAX_LANDMARKS) return undefined;
  const about = aboutOf(kind, operandKey(left));
  const landmarks: Landmark[] = [];
  for (const constant of right.constants) {
    const text = landmarkText(kind, textOf(constant));
    if (text === undefined || (name === "pmatch" && /[*?[\]\\]/.test(text))) return undefined;
    landmarks.push({ about, text });
  }
  return landmarks;
}

/** Absent where the text is too short to tell conditions apart. */
function landmarkText(kind: Kind, text: string): string | undefined {
  switch (kind) {
    case "=":
      return text;
    case "^": {
      // A path is below another with or without a slash at its end.
      const beginning = text.replace(/\/+$/, "").slice(0, MAX_EDGE);
      return beginning === "" ? undefined : beginning;
    }
    case "$":
      return text === "" ? undefined : text.slice(-MAX_EDGE);
    case "~":
      return text.length < PART ? undefined : text.slice(0, PART);
    default:
      return kind satisfies never;
  }
}

/** Constants of a condition, in which texts of landmarks may stand. */
export interface LandmarkPlaces {
  readonly kind: Kind;
  readonly about: string;
  readonly constants: readonly Constant[];
}

/** Calls `visit` with all constants of the condition, whatever it asks, of which somebody `wants` to know. */
export function visitLandmarks(
  condition: CheckedCondition,
  wants: (about: string) => boolean,
  visit: (places: LandmarkPlaces) => void,
): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const child of condition.children) visitLandmarks(child, wants, visit);
      return;
    case "not":
      return visitLandmarks(condition.child, wants, visit);
    case "exists":
      return;
    case "comparison": {
      if (!hasTexts(condition) || condition.right.kind === "operand") return;
      const operand = operandKey(condition.left);
      for (const kind of ["=", "^", "$", "~"] as const) {
        const about = aboutOf(kind, operand);
        if (wants(about)) visit({ kind, about, constants: condition.right.constants });
      }
      return;
    }
    default:
      condition satisfies never;
  }
}

/** Texts of landmarks that stand in the constants, if they are of one of these lengths. */
export function* textsAt(
  { kind, constants }: LandmarkPlaces,
  lengths: ReadonlySet<number>,
): Generator<string> {
  for (const constant of constants) yield* textsIn(kind, textOf(constant), lengths);
}

function* textsIn(kind: Kind, text: string, lengths: ReadonlySet<number>): Generator<string> {
  switch (kind) {
    case "=":
      yield text;
      return;
    case "^":
      for (const length of lengths) if (length <= text.length) yield text.slice(0, length);
      return;
    case "$":
      for (const length of lengths) if (length <= text.length) yield text.slice(-length);
      return;
    case "~":
      for (let at = 0; at + PART <= text.length; at++) yield text.slice(at, at + PART);
      return;
    default:
      kind satisfies never;
  }
}

function aboutOf(kind: Kind, operand: string): string {
  return kind + operand;
}

/** Case is left to the comparison. */
function textOf(constant: Constant): string {
  return String(constant).toLowerCase();
}

/** Of true and false, one follows from the other; bytes and networks can be written in several ways. */
function hasTexts({ left: { type } }: CheckedComparison): boolean {
  const family = familyOf(type);
  return family === "text" || family === "number";
}
